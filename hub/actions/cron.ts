/**
 * Five-field cron in UTC, as `on.schedule` takes it (POSIX cron; GitHub documents `*`, lists, ranges, steps and names).
 * It knows instants only; who drops or delays a tick is decided elsewhere.
 */

/** The minutes, hours, days, months and weekdays at which it fires. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** With both a day and a weekday restricted, either one suffices (POSIX). */
  readonly eitherDay: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE = 60_000;

/** Throws on anything but five fields in range; `@daily` and seconds are not GitHub's. */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) throw new Error(`cron \`${text}\` has ${fields.length} fields; expected five`);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  return {
    minutes: parseField(text, minute, 0, 59, []),
    hours: parseField(text, hour, 0, 23, []),
    days: parseField(text, day, 1, 31, []),
    months: parseField(text, month, 1, 12, MONTHS),
    weekdays: parseField(text, weekday, 0, 6, WEEKDAYS),
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  };
}

/** The instants (milliseconds since 1970) at which it fires in `(from, to]`, in order. */
export function ticks(cron: Cron, from: number, to: number): number[] {
  const found: number[] = [];
  let at = (Math.floor(from / MINUTE) + 1) * MINUTE;
  while (at <= to) {
    const date = new Date(at);
    if (!firesOn(cron, date)) {
      at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
      continue;
    }
    if (cron.hours.has(date.getUTCHours()) && cron.minutes.has(date.getUTCMinutes())) found.push(at);
    at += MINUTE;
  }
  return found;
}

function firesOn(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const byDay = cron.days.has(date.getUTCDate());
  const byWeekday = cron.weekdays.has(date.getUTCDay());
  return cron.eitherDay ? byDay || byWeekday : byDay && byWeekday;
}

function parseField(
  text: string,
  field: string,
  first: number,
  last: number,
  names: readonly string[],
): ReadonlySet<number> {
  const numberOf = (word: string): number => {
    const named = names.indexOf(word.toUpperCase());
    const value = named >= 0 ? named + first : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
    if (!(value >= first && value <= last)) {
      throw new Error(`cron \`${text}\`: \`${word}\` is not within ${first} to ${last}`);
    }
    return value;
  };
  const values = field.split(',').flatMap((part) => {
    const [range = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : /^\d{1,2}$/.test(step) ? Number(step) : 0;
    if (rest.length > 0 || every === 0) throw new Error(`cron \`${text}\`: \`${part}\` has no valid step`);
    const [low = '', high, ...more] = range === '*' ? [String(first), String(last)] : range.split('-');
    if (more.length > 0) throw new Error(`cron \`${text}\`: \`${part}\` is not a range`);
    const start = range === '*' ? first : numberOf(low);
    // `5/15` runs from 5 to the end, as `5-59/15`.
    const end = range === '*' ? last : high !== undefined ? numberOf(high) : step === undefined ? start : last;
    if (end < start) throw new Error(`cron \`${text}\`: \`${part}\` runs backwards`);
    return Array.from({ length: Math.floor((end - start) / every) + 1 }, (_, index) => start + index * every);
  });
  return new Set(values);
}
