/** Lives, each promise looked at after every step; `npm run simulate` lives as many as one has time for. */
import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.ts';

const SEED = 20_261_122;
const LIVES = 2000;
const SHARDS = 10;

describe('the simulator', () => {
  it.each(Array.from({ length: SHARDS }, (_, shard) => [shard]))(
    'finds no promise broken in the lives of shard %i',
    async (shard) => {
      const { failure, lives, faults } = await campaign({ seed: SEED + shard, lives: LIVES / SHARDS });
      expect(failure).toBeNull();
      expect(lives).toBeGreaterThanOrEqual(LIVES / SHARDS);
      // A generator that stopped making trouble would prove nothing.
      for (const fault of ['crash', 'two-sweeps', 'after', 'silent', 'limited', 'server-error', 'stale', 'drift'])
        expect(faults.get(fault), fault).toBeGreaterThan(0);
    },
    120_000,
  );

  it('lives the same histories for the same seed', async () => {
    const lived = () => campaign({ seed: SEED, lives: 50 });
    expect(await lived()).toEqual(await lived());
  });
});
