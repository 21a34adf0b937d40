/** The invariants of `docs/architecture.md`, over random lives: overlapping windows, crashes, failures, and people who meddle. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instant, MINUTE } from '../../../core/time.ts';
import { aSlot, authorised, grantId, minute } from '../../support/ledger.ts';
import { type SweepOptions, World } from '../../support/plan-world.ts';

const SLOTS = ['a', 'b'].map((name) => aSlot({ key: `github-team:${name}/member:1001` }));
const LEVELS = ['member', 'maintainer'] as const;

interface Asking {
  readonly slot: number;
  readonly from: number;
  readonly length: number;
  readonly asks: (typeof LEVELS)[number];
}

const asking: fc.Arbitrary<Asking> = fc.record({
  slot: fc.nat({ max: 1 }),
  from: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 60 })),
  length: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 60 })),
  asks: fc.constantFrom(...LEVELS),
});
const value = fc.constantFrom(null, ...LEVELS);

function aWorld(grants: readonly Asking[], standing: readonly (string | null)[] = []): World {
  const world = new World();
  grants.forEach(({ slot, from, length, asks }, index) => {
    world.book.add(minute(0), authorised(40 + index, { starts: minute(from), length: length * MINUTE }));
    world.targets.set(grantId(40 + index), [{ slot: slotAt(slot), value: asks }]);
  });
  standing.forEach((each, index) => {
    world.put(slotAt(index).key, each);
  });
  return world;
}

function slotAt(index: number): (typeof SLOTS)[number] {
  return SLOTS[index] as (typeof SLOTS)[number];
}

/** What each slot should hold, told without any plan: the highest of what stood there and of who lives. */
function oracle(grants: readonly Asking[], standing: readonly (string | null)[], now: number): (string | null)[] {
  return SLOTS.map((_, index) => {
    const asked = grants.filter(({ slot, from, length }) => slot === index && from <= now && now < from + length);
    const ranks = [standing[index] ?? null, ...asked.map(({ asks }) => asks)].map((each) =>
      each === null ? -1 : LEVELS.indexOf(each as (typeof LEVELS)[number]),
    );
    return LEVELS[Math.max(...ranks)] ?? null;
  });
}

function values(world: World): (string | null)[] {
  return SLOTS.map(({ key }) => world.values.get(key) ?? null);
}

describe('plan, whatever the grants', () => {
  it('gives each slot what a naive oracle says, at every minute', () => {
    fc.assert(
      fc.property(fc.array(asking, { maxLength: 5 }), fc.tuple(value, value), (grants, standing) => {
        const world = aWorld(grants, standing);
        for (let now = 0; now <= 121; now += 1) {
          world.sweep(minute(now));
          expect(values(world)).toEqual(oracle(grants, standing, now));
        }
        const statuses = [...world.state.grants.values()].map(({ status }) => status);
        expect(statuses.every((status) => status === 'revoked')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('plans nothing more within two sweeps, and a third writes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(asking, { maxLength: 5 }),
        fc.array(fc.nat({ max: 121 }), { minLength: 1, maxLength: 8 }),
        (grants, instants) => {
          const world = aWorld(grants);
          for (const now of [...instants].sort((a, b) => a - b)) {
            expect(world.settle(minute(now))).toBeLessThanOrEqual(2);
            const { length } = world.book.entries;
            world.sweep(minute(now));
            expect(world.book.entries).toHaveLength(length);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives the same plan for the same input', () => {
    fc.assert(
      fc.property(fc.array(asking, { maxLength: 5 }), fc.nat({ max: 121 }), (grants, now) => {
        const world = aWorld(grants);
        expect(JSON.stringify(world.look(minute(now)))).toBe(JSON.stringify(world.look(minute(now))));
      }),
      { numRuns: 50 },
    );
  });
});

interface Trouble extends SweepOptions {
  readonly wake: boolean;
  readonly after: number;
}

const trouble: fc.Arbitrary<Trouble> = fc.record({
  crashAfter: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 6 })),
  mayGrant: fc.boolean(),
  hidden: fc.subarray(SLOTS.map(({ key }) => key)).map((keys) => new Set(keys)),
  failing: fc.subarray(SLOTS.map(({ key }) => key)).map((keys) => new Set(keys)),
  wake: fc.boolean(),
  after: fc.integer({ min: 1, max: 12 }),
});

/**
 * Sweeps with these troubles, one after the other. A stalled run may wake: it has checked its lease and its end, and then
 * sleeps on, up to the ten minutes of the lease, before it sends.
 */
function live(world: World, troubles: readonly Trouble[]): number {
  let now = 0;
  let asleep: { readonly effect: World['stalled'][number]; readonly since: number }[] = [];
  for (const { wake, after, ...options } of troubles) {
    world.sweep(minute(now), options);
    asleep.push(...world.stalled.splice(0).map((effect) => ({ effect, since: now })));
    now += after;
    asleep = asleep.filter(({ since }) => now <= since + 10);
    if (wake) for (const { effect } of asleep.splice(0)) world.send(effect, minute(now));
  }
  return now;
}

describe('plan, whatever goes wrong', () => {
  it('converges once faults stop: every slot as it should be, every grant over in the end', () => {
    fc.assert(
      fc.property(
        fc.array(asking, { maxLength: 4 }),
        fc.tuple(value, value),
        fc.array(trouble, { maxLength: 8 }),
        (grants, standing, troubles) => {
          const world = aWorld(grants, standing);
          const now = Math.max(live(world, troubles), 0);
          // An ensure that failed is tried again within the hour; all windows are over after two.
          world.settle(minute(now));
          const end = Math.max(now, 121);
          world.settle(minute(end));
          expect(values(world)).toEqual(standing);
          for (const grant of world.state.grants.values()) expect(['revoked', 'lapsed']).toContain(grant.status);
          expect(world.look(minute(end + 1))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('converges after a crash at any point, whichever comes next', () => {
    fc.assert(
      fc.property(
        fc.array(asking, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 8 }),
        fc.nat({ max: 121 }),
        (grants, crashAfter, at) => {
          const world = aWorld(grants);
          for (let now = 0; now < at; now += 7) world.sweep(minute(now));
          world.sweep(minute(at), { crashAfter });
          expect(world.settle(minute(at))).toBeLessThanOrEqual(3);
          expect(values(world)).toEqual(oracle(grants, [], at));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('begins nothing in doubt, and nothing outside a window that was approved', () => {
    fc.assert(
      fc.property(fc.array(asking, { maxLength: 4 }), fc.array(trouble, { maxLength: 8 }), (grants, troubles) => {
        const world = aWorld(grants);
        for (const { wake: _, after, ...options } of troubles) {
          const now: Instant = minute(after);
          for (const change of world.look(now, options)) {
            if (change.kind !== 'ensure') continue;
            expect(options.mayGrant).toBe(true);
            expect(options.hidden?.has(change.slot.key)).toBe(false);
            expect(change.starts <= now && now < change.expires).toBe(true);
          }
          world.sweep(now, options);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const meddling = fc.record({ slot: fc.nat({ max: 1 }), value, after: fc.integer({ min: 1, max: 15 }) });

describe('plan, whatever others change', () => {
  it('takes nothing that we did not grant: no slot below what stood there, none above what we wrote', () => {
    fc.assert(
      fc.property(
        fc.array(asking, { maxLength: 4 }),
        fc.tuple(value, value),
        fc.array(meddling, { maxLength: 12 }),
        (grants, standing, changes) => {
          const world = aWorld(grants, standing);
          let now = 0;
          for (const change of changes) {
            world.settle(minute(now));
            world.put(slotAt(change.slot).key, change.value);
            now += change.after;
          }
          world.settle(minute(Math.max(now, 121)));
          for (const { change, was } of world.sent) {
            const written = writtenBefore(world, change);
            const rankOf = (each: string | null) => (each === null ? -1 : change.slot.levels.indexOf(each));
            if (change.kind === 'ensure') continue;
            // Never raises, takes only what is not above what our own ensure had set.
            expect(rankOf(change.after)).toBeLessThanOrEqual(rankOf(was));
            if (rankOf(change.after) < rankOf(was)) expect(rankOf(was)).toBeLessThanOrEqual(rankOf(written));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('touches no slot that no grant asked for', () => {
    fc.assert(
      fc.property(fc.array(meddling, { maxLength: 10 }), (changes) => {
        const world = aWorld([{ slot: 0, from: 0, length: 30, asks: 'member' }]);
        let now = 0;
        for (const change of changes) {
          world.settle(minute(now));
          world.put(slotAt(change.slot).key, change.value);
          now += change.after;
        }
        expect(world.sent.every(({ change }) => change.slot.key === slotAt(0).key)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

/** The highest value that an ensure of ours had set in the slot before this change. */
function writtenBefore(world: World, change: (typeof world.sent)[number]['change']): string | null {
  const before = world.sent.slice(
    0,
    world.sent.findIndex((sent) => sent.change === change),
  );
  const ensured = before.filter((sent) => sent.change.kind === 'ensure' && sent.change.slot.key === change.slot.key);
  return ensured.some((sent) => sent.change.after === 'maintainer') ? 'maintainer' : (ensured[0]?.change.after ?? null);
}
