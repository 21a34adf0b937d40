import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  between,
  DAY,
  formatDuration,
  HOUR,
  type Instant,
  MINUTE,
  parseDuration,
  parseInstant,
  plus,
  toEpoch,
  toInstant,
} from '../../core/time.ts';

describe('parseInstant', () => {
  it.each([
    ['UTC', '2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
    ['lower case', '2026-11-23t10:00:00z', '2026-11-23T10:00:00.000Z'],
    ['milliseconds', '2026-11-23T10:00:00.5Z', '2026-11-23T10:00:00.500Z'],
    ['nanoseconds, cut off', '2026-11-23T10:00:00.123999999Z', '2026-11-23T10:00:00.123Z'],
    ['an offset to the east', '2026-11-23T10:00:00+05:30', '2026-11-23T04:30:00.000Z'],
    ['an offset to the west', '2026-11-23T10:00:00-08:00', '2026-11-23T18:00:00.000Z'],
    ['the furthest offset', '2026-11-23T10:00:00+14:00', '2026-11-22T20:00:00.000Z'],
    ['an offset of nothing', '2026-11-23T10:00:00-00:00', '2026-11-23T10:00:00.000Z'],
    ['29 February of a leap year', '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    [
      'the hour that a summer time skips, which is no matter to an offset',
      '2026-03-29T02:30:00+01:00',
      '2026-03-29T01:30:00.000Z',
    ],
    ['the last instant', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['the first instant', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (_, text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    ['no zone', '2026-11-22T10:00:00'],
    ['a date', '2026-11-22'],
    ['a space for the T', '2026-11-22 10:00:00Z'],
    ['no seconds', '2026-11-22T10:00Z'],
    ['30 February', '2026-02-30T10:00:00Z'],
    ['29 February of a common year', '2027-02-29T10:00:00Z'],
    ['29 February of a century', '2100-02-29T10:00:00Z'],
    ['31 November', '2026-11-31T10:00:00Z'],
    ['a thirteenth month', '2026-13-01T10:00:00Z'],
    ['day zero', '2026-11-00T10:00:00Z'],
    ['24 o’clock', '2026-11-22T24:00:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset past 14 hours', '2026-11-22T10:00:00+15:00'],
    ['an offset of 60 minutes', '2026-11-22T10:00:00+01:60'],
    ['an offset without a colon', '2026-11-22T10:00:00+0100'],
    ['year 10000', '10000-01-01T00:00:00Z'],
    ['a year with a sign', '+002026-11-22T10:00:00Z'],
    ['a negative year', '-000001-01-01T00:00:00Z'],
    ['before 1970', '1969-12-31T23:59:59Z'],
    ['before 1970 by its offset', '1970-01-01T00:00:00+01:00'],
    ['after year 9999 by its offset', '9999-12-31T23:59:59-01:00'],
    ['ten digits of a second', '2026-11-22T10:00:00.1234567890Z'],
    ['a dot without digits', '2026-11-22T10:00:00.Z'],
    ['something before it', ' 2026-11-22T10:00:00Z'],
    ['a line feed after it', '2026-11-22T10:00:00Z\n'],
    ['other digits', '２０２６-11-22T10:00:00Z'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('reads back every instant that it can write, and sorts as text as in time', () => {
    const epoch = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') });
    fc.assert(
      fc.property(epoch, epoch, (a, b) => {
        expect(parseInstant(toInstant(a))).toBe(toInstant(a));
        expect(toInstant(a) < toInstant(b)).toBe(a < b);
      }),
    );
  });
});

describe('arithmetic', () => {
  const noon = '2026-03-28T12:00:00.000Z' as Instant;

  it('knows 24 hours, whatever the calendar does', () => {
    expect(plus(noon, DAY)).toBe('2026-03-29T12:00:00.000Z');
    expect(plus(noon, -HOUR)).toBe('2026-03-28T11:00:00.000Z');
    expect(between(noon, plus(noon, 90 * MINUTE))).toBe(90 * MINUTE);
    expect(between(plus(noon, 1), noon)).toBe(-1);
    expect(toEpoch(toInstant(0))).toBe(0);
  });
});

describe('durations', () => {
  it.each([
    ['1m', MINUTE],
    ['90m', 90 * MINUTE],
    ['24h', 86_400_000],
    ['3d', 3 * DAY],
    ['999999d', 999_999 * DAY],
  ])('reads %s', (text, length) => {
    expect(parseDuration(text)).toBe(length);
  });

  it.each(['', '0h', '01h', '-1h', '1.5h', '1 h', '1H', '1s', '1w', 'h', '1h30m', '1000000m', '1h\n', '１h', 'PT1H'])(
    'refuses `%s`',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    [0, '0s'],
    [500, '0.5s'],
    [45_000, '45s'],
    [MINUTE, '1m'],
    [90_000, '90s'],
    [90 * MINUTE, '90m'],
    [4 * HOUR, '4h'],
    [25 * HOUR, '25h'],
    [DAY, '1d'],
    [-HOUR, '-3600s'],
  ])('writes %i ms as %s', (length, text) => {
    expect(formatDuration(length)).toBe(text);
  });

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom('m', 'h', 'd'), (count, unit) => {
        const length = parseDuration(`${count}${unit}`) ?? 0;
        expect(parseDuration(formatDuration(length))).toBe(length);
      }),
    );
  });
});
