/** Whether the whole window of a request lies in a named calendar. */
import { covers } from './calendar.ts';
import type { Reason } from './decision.ts';
import { lookup } from './lookup.ts';
import { fails, holds, unknown } from './reason.ts';
import type { Ask } from './setting.ts';

export function calendarReason(name: string, ask: Ask): Reason {
  const calendar = lookup(ask.setting.governance.organization.calendars, name);
  if (calendar === undefined) return unknown('calendar-unknown', `there is no calendar \`${name}\``);
  switch (covers(calendar, ask.at, ask.end)) {
    case 'yes':
      return holds('inside-calendar', `${ask.at} to ${ask.end} lies in ${name}`);
    case 'no':
      return fails('outside-calendar', `${ask.at} to ${ask.end} is not all in ${name} (${calendar.zone})`);
    case 'unknown':
      return unknown('calendar-unknown', `the zone \`${calendar.zone}\` of ${name} is unknown`);
  }
}
