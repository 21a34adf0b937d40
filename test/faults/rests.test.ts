/** Targets that ask for time: absurdly long, only when they are looked at, or for ever. No removal waits for good. */
import { describe, expect } from 'vitest';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { ProviderError } from '../../providers/provider.ts';
import { alertKeys, entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const TEAM_SLOT = 'github-team:payments-production/1001';
const JOIN = 'requests/payments/operator/payouts.yaml';

/** One holds a role of a database and is in a team, for an hour that is over. */
async function overInBoth(): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world, { duration: '1h' });
  merged(world, { by: people.alice, approvedBy: [people.bob], files: { [JOIN]: aRequest({ duration: '1h' }) } });
  await world.sweep();
  expect([...world.target.held.keys()].sort()).toEqual([TEAM_SLOT, READ_SLOT]);
  world.advance(HOUR);
  return world;
}

function tooOften(seconds: number): ProviderError {
  return new ProviderError('rate-limited', 'too many requests', { retry: 'backoff', afterSeconds: seconds });
}

describe('a number that is no time', () => {
  for (const seconds of [9e13, 3e11, Number.POSITIVE_INFINITY, Number.NaN, -5]) {
    fault(10, `asked for at a change, is waited for for an hour at most: ${seconds}`, async () => {
      const world = await overInBoth();
      world.target.before = ({ slot }) => {
        if (slot.provider === 'postgres') throw tooOften(seconds);
      };
      await world.sweep();
      expect([...world.target.held.keys()]).toEqual([READ_SLOT]);
      // Both outcomes are in the ledger.
      const outcomes = (await entriesOf(world, 'outcome')).filter(({ effect }) => effect === 'remove');
      expect(outcomes.map(({ result }) => result).sort()).toEqual(['done', 'failed']);
      const until = outcomes.flatMap(({ notBefore }) => notBefore ?? []);
      expect(until.every((at) => at <= plus(world.github.now as Instant, HOUR))).toBe(true);
      world.target.before = () => {};
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.size).toBe(0);
    });

    fault(10, `asked for at a look, keeps no removal elsewhere: ${seconds}`, async () => {
      const world = await overInBoth();
      world.target.beforeObserve = ([slot]) => {
        if (slot?.provider === 'postgres') throw tooOften(seconds);
      };
      await world.sweep();
      expect(world.target.held.has(TEAM_SLOT)).toBe(false);
      expect((await alertKeys(world)).filter((key) => key === 'sweep-failed')).toEqual([]);
      world.target.beforeObserve = () => {};
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.size).toBe(0);
    });
  }
});

describe('a target that asks for time whenever it is looked at', () => {
  fault(10, 'for a moment: it is waited for, and what is to be taken back is sent unseen', async () => {
    const world = await overInBoth();
    const pauses: number[] = [];
    world.target.beforeObserve = ([slot]) => {
      if (slot?.provider === 'postgres') throw tooOften(1);
    };
    await world.as({ pause: async (milliseconds) => void pauses.push(milliseconds) });
    expect(world.target.held.size).toBe(0);
    // Three before the removals, and three after them.
    expect(pauses).toEqual(Array.from({ length: 6 }, () => 1000));
  });

  fault(10, 'for a moment, once: it is seen', async () => {
    const world = await overInBoth();
    let left = 1;
    world.target.beforeObserve = ([slot]) => {
      if (slot?.provider !== 'postgres' || left === 0) return;
      left -= 1;
      throw tooOften(10);
    };
    const { unseen, revoked } = await world.sweep();
    expect([...unseen]).toEqual([]);
    expect(revoked.map(({ result }) => result)).toEqual(['done', 'done']);
  });

  fault(10, 'for a moment that takes half a minute to say: it is not asked again', async () => {
    const world = await overInBoth();
    let looks = 0;
    world.target.beforeObserve = ([slot]) => {
      if (slot?.provider !== 'postgres') return;
      looks += 1;
      world.advance(30_000);
      throw tooOften(1);
    };
    await world.sweep();
    expect(looks).toBe(2);
    expect(world.target.held.size).toBe(0);
  });

  for (const every of [5, 15, 55]) {
    fault(10, `for an hour: each removal is tried once an hour, with a sweep every ${every} minutes`, async () => {
      const world = await overInBoth();
      const due = Date.parse(world.github.now);
      const tries: number[] = [];
      world.target.beforeObserve = ([slot]) => {
        if (slot?.provider === 'postgres') throw tooOften(3600);
      };
      world.target.before = ({ slot }) => {
        if (slot.provider !== 'postgres') return;
        tries.push((Date.parse(world.github.now) - due) / MINUTE);
        throw tooOften(3600);
      };
      for (let minutes = 0; minutes < 6 * 60; minutes += every) {
        await world.sweep();
        world.advance(every * MINUTE);
      }
      expect(tries.length).toBeGreaterThan(2);
      for (const [index, at] of tries.entries()) {
        const since = at - (tries[index - 1] ?? 0);
        // Neither sooner than it asks, nor later than the next sweep.
        expect(since).toBeGreaterThanOrEqual(60);
        expect(since).toBeLessThan(60 + every);
      }
      world.target.before = () => {};
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.size).toBe(0);
    });
  }
});
