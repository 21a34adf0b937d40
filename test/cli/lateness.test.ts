import { describe, expect, it } from 'vitest';
import { latenessTable, span } from '../../cli/lateness.ts';

describe('a span of lateness', () => {
  it.each([
    [0, '0.0s'],
    [4_949, '4.9s'],
    [59_900, '59.9s'],
    [60_000, '1m'],
    [61_400, '1m 1s'],
    [3_600_000, '1h'],
    [3_725_000, '62m 5s'],
  ])('%d ms is %s', (length, text) => {
    expect(span(length)).toBe(text);
  });
});

it('lines up what was given and taken back, with a dash where there is nothing', () => {
  const none = { issued: null, confirmed: null };
  const some = { count: 12, p50: 1000, p99: 61_000, max: 120_000 };
  const table = latenessTable(new Map([['postgres', { begin: none, end: { issued: some, confirmed: some } }]]));
  expect(table.split('\n')).toEqual([
    'targets               until      count   p50    p99  max',
    'postgres  given       issued         0     -      -    -',
    'postgres  given       confirmed      0     -      -    -',
    'postgres  taken back  issued        12  1.0s  1m 1s   2m',
    'postgres  taken back  confirmed     12  1.0s  1m 1s   2m',
    '',
  ]);
});
