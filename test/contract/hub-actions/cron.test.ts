import { describe, expect, it } from 'vitest';
import { parseCron, ticks } from '../../../hub/actions/cron.ts';

const within = (cron: string, from: string, to: string): string[] =>
  ticks(parseCron(cron), Date.parse(from), Date.parse(to)).map((at) => new Date(at).toISOString().slice(0, 16));

describe('cron', () => {
  it.each([
    [
      'each quarter at odd minutes',
      '7,22,37,52 * * * *',
      '2026-11-23T10:00:00Z',
      '2026-11-23T11:07:00Z',
      ['2026-11-23T10:07', '2026-11-23T10:22', '2026-11-23T10:37', '2026-11-23T10:52', '2026-11-23T11:07'],
    ],
    [
      'a step from an offset',
      '3/20 9 * * *',
      '2026-11-23T00:00:00Z',
      '2026-11-23T23:59:00Z',
      ['2026-11-23T09:03', '2026-11-23T09:23', '2026-11-23T09:43'],
    ],
    [
      'weekdays by name',
      '0 8 * * MON-FRI',
      '2026-11-20T12:00:00Z',
      '2026-11-24T08:00:00Z',
      ['2026-11-23T08:00', '2026-11-24T08:00'],
    ],
    [
      'a day of the month or a weekday, both given',
      '0 0 1 * SUN',
      '2026-11-22T12:00:00Z',
      '2026-12-02T00:00:00Z',
      ['2026-11-29T00:00', '2026-12-01T00:00'],
    ],
    ['29 February', '30 5 29 2 *', '2026-01-01T00:00:00Z', '2028-03-01T00:00:00Z', ['2028-02-29T05:30']],
    ['a month by name', '0 12 24 dec *', '2026-11-01T00:00:00Z', '2026-12-31T00:00:00Z', ['2026-12-24T12:00']],
  ])('fires at %s', (_, cron, from, to, expected) => {
    expect(within(cron, from, to)).toEqual(expected);
  });

  it('leaves out the start of the span and includes its end', () => {
    expect(within('0 * * * *', '2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z')).toEqual(['2026-11-23T11:00']);
    expect(within('0 * * * *', '2026-11-23T10:00:00Z', '2026-11-23T10:59:59Z')).toEqual([]);
  });

  it.each([
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '5-1 * * * *',
    '*/0 * * * *',
    '*/5/2 * * * *',
    '@daily',
    '1,,2 * * * *',
    'x * * * *',
  ])('refuses `%s`', (cron) => {
    expect(() => parseCron(cron)).toThrow(/cron/);
  });
});
