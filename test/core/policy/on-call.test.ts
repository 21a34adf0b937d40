import { expect, it } from 'vitest';
import type { Rota } from '../../../core/document/documents.ts';
import { onCall } from '../../../core/policy/on-call.ts';
import { DAY } from '../../../core/time.ts';
import { instant } from '../../support/evidence.ts';

const ROTA: Rota = {
  name: 'orders',
  rotation: { starts: instant('2026-01-05T08:00:00Z'), every: 7 * DAY, people: ['carol', 'bob'] },
  shifts: [
    { person: 'erin', from: instant('2026-12-24T00:00:00Z'), until: instant('2026-12-27T00:00:00Z') },
    { person: 'dan', from: instant('2026-12-26T00:00:00Z'), until: instant('2026-12-28T00:00:00Z') },
    { person: 'dan', from: instant('2026-12-26T12:00:00Z'), until: instant('2026-12-27T00:00:00Z') },
  ],
};

it.each([
  ['before it starts', '2026-01-05T07:59:59Z', []],
  ['from its first second', '2026-01-05T08:00:00Z', ['carol']],
  ['until the last second of a turn', '2026-01-12T07:59:59Z', ['carol']],
  ['from the next turn', '2026-01-12T08:00:00Z', ['bob']],
  ['when everyone had a turn', '2026-01-19T08:00:00Z', ['carol']],
  ['one second before a shift', '2026-12-23T23:59:59Z', ['carol']],
  ['in a shift, which wins', '2026-12-24T00:00:00Z', ['erin']],
  ['where shifts overlap, each once', '2026-12-26T13:00:00Z', ['dan', 'erin']],
  ['after the shifts', '2026-12-28T00:00:00Z', ['carol']],
])('tells who is on call %s', (_, at, people) => {
  expect(onCall(ROTA, instant(at))).toEqual(people);
});

it('has nobody on call before it starts, however many turns before', () => {
  const rotation = { starts: instant('2026-01-05T08:00:00Z'), every: 7 * DAY, people: ['carol', 'bob', 'erin'] };
  const days = ['2026-01-04', '2025-12-28', '2025-12-21', '2025-12-14'];
  expect(days.map((day) => onCall({ name: 'x', rotation, shifts: [] }, instant(`${day}T08:00:00Z`)))).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

it('has nobody on call without shifts and rotation', () => {
  expect(onCall({ name: 'x', rotation: null, shifts: [] }, instant('2026-11-23T10:00:00Z'))).toEqual([]);
});
