import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchDistinct, matchShared, type Places } from '../../../core/policy/matching.ts';

const places = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), by: fc.subarray([1, 2, 3, 4, 5]) }), {
  maxLength: 3,
});

/** The most places that can be filled, by trying everything. */
function most(slots: readonly (readonly number[])[], used: readonly number[] = []): number {
  const [first, ...rest] = slots;
  if (first === undefined) return 0;
  const without = most(rest, used);
  return Math.max(without, ...first.filter((one) => !used.includes(one)).map((one) => 1 + most(rest, [...used, one])));
}

const slotsOf = (all: readonly Places[]) => all.flatMap((place) => Array.from({ length: place.count }, () => place.by));

describe('matchDistinct', () => {
  it('leaves the flexible person for the place that nobody else can fill', () => {
    expect(
      matchDistinct([
        { count: 1, by: [1, 2] },
        { count: 1, by: [1] },
      ]),
    ).toEqual([[2], [1]]);
  });

  it('fills as many places as any other way could', () => {
    fc.assert(
      fc.property(places, (all) => {
        expect(matchDistinct(all).flat().length).toBe(most(slotsOf(all)));
      }),
    );
  });

  it('uses nobody twice, nobody who may not, and no more than are needed', () => {
    fc.assert(
      fc.property(places, (all) => {
        const filled = matchDistinct(all);
        expect(new Set(filled.flat()).size).toBe(filled.flat().length);
        filled.forEach((by, index) => {
          expect(by.length).toBeLessThanOrEqual(all[index]?.count ?? 0);
          for (const person of by) expect(all[index]?.by).toContain(person);
        });
      }),
    );
  });
});

it('matchShared lets one person fill places of several entries', () => {
  expect(
    matchShared([
      { count: 1, by: [1, 2] },
      { count: 2, by: [1] },
    ]),
  ).toEqual([[1], [1]]);
});
