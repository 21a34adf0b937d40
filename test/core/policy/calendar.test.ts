import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../core/document/documents.ts';
import { covers, isAwake, isZone } from '../../../core/policy/calendar.ts';
import { MINUTE, toInstant } from '../../../core/time.ts';
import { instant } from '../../support/evidence.ts';

const OFFICE: Calendar = { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: 9 * 60, until: 18 * 60 };
const ALWAYS: Calendar = { zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6], from: 0, until: 1440 };

describe('covers', () => {
  it.each([
    ['a window inside', OFFICE, '2026-11-23T10:00:00Z', '2026-11-23T12:00:00Z', 'yes'],
    ['the whole day, to the second', OFFICE, '2026-11-23T08:00:00Z', '2026-11-23T17:00:00Z', 'yes'],
    ['one second too early', OFFICE, '2026-11-23T07:59:59Z', '2026-11-23T09:00:00Z', 'no'],
    ['one second too late', OFFICE, '2026-11-23T16:00:00Z', '2026-11-23T17:00:01Z', 'no'],
    ['over night', OFFICE, '2026-11-23T16:00:00Z', '2026-11-24T09:00:00Z', 'no'],
    ['a Saturday', OFFICE, '2026-11-28T10:00:00Z', '2026-11-28T11:00:00Z', 'no'],
    ['a year without a break', ALWAYS, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 'yes'],
    [
      'seven days, six of them open',
      { ...ALWAYS, days: [1, 2, 3, 4, 5, 6] },
      '2026-11-23T00:00:00Z',
      '2026-11-30T00:00:00Z',
      'no',
    ],
    [
      'six days in a row',
      { ...ALWAYS, days: [1, 2, 3, 4, 5, 6] },
      '2026-11-23T00:00:00Z',
      '2026-11-29T00:00:00Z',
      'yes',
    ],
    [
      'over night, open every day from nine',
      { ...ALWAYS, from: 9 * 60 },
      '2026-11-23T09:00:00Z',
      '2026-11-24T10:00:00Z',
      'no',
    ],
    [
      'over night, open every day until eighteen',
      { ...ALWAYS, until: 18 * 60 },
      '2026-11-23T00:00:00Z',
      '2026-11-24T00:00:00Z',
      'no',
    ],
    ['summer time: 18:00 in Berlin is 16:00', OFFICE, '2026-07-01T15:00:00Z', '2026-07-01T16:00:00Z', 'yes'],
    ['summer time: one hour later is closed', OFFICE, '2026-07-01T16:00:00Z', '2026-07-01T17:00:00Z', 'no'],
    ['before 1970', OFFICE, '1969-06-02T10:00:00Z', '1969-06-02T11:00:00Z', 'yes'],
    ['no known zone', { ...OFFICE, zone: 'Mars/Olympus' }, '2026-11-23T10:00:00Z', '2026-11-23T12:00:00Z', 'unknown'],
  ] as const)('says of %s', (_, calendar, from, until, answer) => {
    // Instants before 1970 are built by hand: documents cannot hold them.
    const at = (text: string) => toInstant(Date.parse(text));
    expect(covers(calendar, at(from), at(until))).toBe(answer);
  });

  it.each([
    // In Berlin clocks jump from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
    ['02:00 to 03:00 does not exist', 120, 180, '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', 'no'],
    ['open until the jump', 60, 120, '2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z', 'yes'],
    ['open over the jump', 60, 240, '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z', 'yes'],
    ['one second after the close', 60, 240, '2026-03-29T00:00:00Z', '2026-03-29T02:00:01Z', 'no'],
    ['open to the second before and after the jump', 60, 240, '2026-03-29T00:59:10Z', '2026-03-29T01:00:15Z', 'yes'],
    ['closed ten seconds after the jump', 60, 120, '2026-03-29T00:59:10Z', '2026-03-29T01:00:10Z', 'no'],
    // And from 03:00 back to 02:00 on 25 October 2026, at 01:00 UTC: 02:30 comes twice.
    ['both 02:30s are open', 60, 180, '2026-10-24T23:30:00Z', '2026-10-25T01:45:00Z', 'yes'],
    ['closed between the two', 60, 150, '2026-10-25T00:00:00Z', '2026-10-25T01:15:00Z', 'no'],
  ] as const)('follows the clocks: %s', (_, from, until, start, end, answer) => {
    const calendar = { zone: 'Europe/Berlin', days: [0], from, until };
    expect(covers(calendar, instant(start), instant(end))).toBe(answer);
  });

  it('agrees with asking minute by minute', () => {
    const minutes = (date: Date, format: Intl.DateTimeFormat) => {
      const text = format.format(date);
      const [, weekday, hour, minute] = /^(\w+),? (\d+):(\d+)$/.exec(text) ?? [];
      return {
        day: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(weekday ?? ''),
        at: Number(hour) * 60 + Number(minute),
      };
    };
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
        // Around the changes of the clocks, where mistakes hide.
        fc.constantFrom(
          '2026-03-29T01:00:00Z',
          '2026-10-25T01:00:00Z',
          '2026-03-08T07:00:00Z',
          '2026-11-01T06:00:00Z',
          '2026-04-04T15:00:00Z',
          '2026-10-03T15:30:00Z',
          '2026-06-15T12:00:00Z',
        ),
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 1, max: 600 }),
        fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 1, max: 1440 }),
        (zone, around, offset, length, days, from, until) => {
          const start = Date.parse(around) + offset * MINUTE;
          const calendar = { zone, days, from, until };
          const format = new Intl.DateTimeFormat('en-GB', {
            timeZone: zone,
            hour: '2-digit',
            minute: '2-digit',
            weekday: 'short',
            hourCycle: 'h23',
          });
          const open = Array.from({ length }, (_, index) => minutes(new Date(start + index * MINUTE), format)).every(
            ({ day, at }) => days.includes(day) && at >= from && at < until,
          );
          expect(covers(calendar, toInstant(start), toInstant(start + length * MINUTE))).toBe(open ? 'yes' : 'no');
        },
      ),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['+01:00', false],
  ['', false],
  ['Europe/Atlantis', false],
])('knows whether %j is a zone', (zone, known) => {
  expect(isZone(zone)).toBe(known);
});

it.each([
  ['Europe/Berlin', '2026-11-23T07:00:00Z', true],
  ['Europe/Berlin', '2026-11-23T06:59:59Z', false],
  ['Europe/Berlin', '2026-11-23T18:59:59Z', true],
  ['Europe/Berlin', '2026-11-23T19:00:00Z', false],
  ['Pacific/Auckland', '2026-11-23T19:00:00Z', true],
  ['Nowhere', '2026-11-23T10:00:00Z', null],
] as const)('takes people in %s at %s for awake: %s', (zone, at, awake) => {
  expect(isAwake(zone, instant(at))).toBe(awake);
});
