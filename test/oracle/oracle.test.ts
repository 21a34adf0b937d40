/** `decide` and an independent reading of the rules agree on every history. */
import { describe, expect, it } from 'vitest';
import { batch } from './batch.ts';
import { evidenceOf, history } from './history.ts';

const SEED = 20_261_122;
const HISTORIES = 100_000;
const SHARDS = 10;

describe('decide and the oracle', () => {
  it.each(Array.from({ length: SHARDS }, (_, shard) => [shard]))(
    'agree on every history of shard %i, and no approval less and no unrelated event makes an allowance',
    (shard) => {
      const each = HISTORIES / SHARDS;
      const { failures, verdicts } = batch(SEED, shard * each, (shard + 1) * each, 4);
      expect(failures).toEqual([]);
      // A generator that stopped making allowances would prove nothing.
      for (const verdict of ['allow', 'pending', 'deny', 'invalid', 'fault'])
        expect(verdicts[verdict]).toBeGreaterThan(each / 100);
    },
    120_000,
  );

  it('are asked the same histories for the same seed', () => {
    const evidence = () => JSON.stringify(evidenceOf(history(SEED, 77)));
    expect(evidence()).toBe(evidence());
    expect(evidence()).not.toBe(JSON.stringify(evidenceOf(history(SEED, 78))));
  });
});
