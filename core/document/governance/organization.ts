/** The organization: calendars, guardrails, freezes, toxic combinations, break-glass. */
import { type Instant, parseInstant } from '../../time.ts';
import type { Calendar, Guardrail, Organization } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { recordOf } from '../record.ts';
import type { WrittenGuardrail, WrittenOrganization } from '../written.ts';
import { pointer } from '../yaml-document.ts';
import { approvalsOf, durationOf } from './approvals.ts';
import { selectorOf } from './selector.ts';
import { duplicateNames, emptyWindow, placeOf, principals, type Source, wrongValue } from './source.ts';
import { zoneIssue } from './zones.ts';

export const NO_ORGANIZATION: Organization = {
  calendars: recordOf([]),
  guardrails: [],
  freezes: [],
  toxic: [],
  breakGlass: null,
  liveGrants: null,
  signals: recordOf([]),
};

export function readOrganization(source: Source<WrittenOrganization>): { organization: Organization; issues: Issue[] } {
  const { calendars = {}, guardrails = [], freezes = [], toxic = [], breakGlass, liveGrants, signals } = source.written;
  const issues = [
    ...Object.entries(calendars).flatMap(([name, calendar]) => calendarIssues(source, name, calendar)),
    ...duplicateNames(source, guardrails, '/guardrails'),
    ...duplicateNames(source, freezes, '/freezes'),
    ...duplicateNames(source, toxic, '/toxic'),
    ...freezes.flatMap(({ from, until }, index) =>
      emptyWindow(source, `/freezes/${index}/until`, parseInstant(from), parseInstant(until)),
    ),
  ];
  const organization: Organization = {
    calendars: recordOf(Object.entries(calendars).map(([name, calendar]) => [name, calendarOf(calendar)])),
    guardrails: guardrails.map((guardrail, index) => guardrailOf(guardrail, source, `/guardrails/${index}`)),
    freezes: freezes.map(({ name, on, from, until }) => ({
      name,
      on: selectorOf(on),
      from: parseInstant(from) as Instant,
      until: parseInstant(until) as Instant,
    })),
    toxic: toxic.map(({ name, of }) => ({ name, of })),
    breakGlass:
      breakGlass === undefined
        ? null
        : {
            subjects: principals(breakGlass.subjects),
            max: durationOf(breakGlass.max),
            reviewWithin: durationOf(breakGlass.reviewWithin),
          },
    liveGrants: liveGrants ?? null,
    signals: recordOf(Object.entries(signals ?? {})),
  };
  return { organization, issues };
}

type WrittenCalendar = NonNullable<WrittenOrganization['calendars']>[string];

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function calendarOf({ zone, days, from, to }: WrittenCalendar): Calendar {
  const numbers = days.map((day) => DAYS.indexOf(day)).sort((a, b) => a - b);
  return { zone, days: numbers, from: minutesOf(from), until: minutesOf(to) };
}

/** `09:30` → 570. */
function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function calendarIssues(source: Source<WrittenOrganization>, name: string, { from, to }: WrittenCalendar): Issue[] {
  const path = pointer('/calendars', name);
  const issues = zoneIssue(source, `${path}/zone`);
  if (minutesOf(from) < minutesOf(to)) return issues;
  return [
    ...issues,
    wrongValue(source, `${path}/to`, {
      code: 'calendar-empty',
      message: 'the hours end before they begin',
      found: to,
      expected: `a time after ${from}, at most 24:00`,
      fix: 'write a later end; hours over midnight are two calendars',
    }),
  ];
}

function guardrailOf(written: WrittenGuardrail, source: Source<WrittenOrganization>, path: string): Guardrail {
  const { max, maxContinuous, fields, during, approvals, digest } = written.require;
  return {
    name: written.name,
    on: selectorOf(written.on),
    for: written.for ?? [],
    subjects: principals(written.subjects),
    when: written.when ?? null,
    require: {
      max: max === undefined ? null : durationOf(max),
      maxContinuous: maxContinuous === undefined ? null : durationOf(maxContinuous),
      fields: fields ?? [],
      during: during ?? null,
      approvals: approvalsOf(approvals),
      digest: digest === true,
    },
    place: placeOf(source, path),
  };
}
