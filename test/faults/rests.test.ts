/** Targets that ask for time: absurdly long, only when they are looked at, or for ever. No removal waits for good. */
import { describe, expect } from 'vitest';
import { HOUR, type Instant, plus } from '../../core/time.ts';
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
