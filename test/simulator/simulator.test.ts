/** Ten thousand lives, each promise looked at whenever it can be told (`violation.ts`); `npm run simulate` lives as many as one has time for. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { together } from './together.ts';

const SEED = 20_261_122;
const LIVES = 10_000;

const TROUBLES = ['crash', 'two-sweeps', 'after', 'silent', 'limited', 'server-error', 'stale', 'drift', 'poison'];

describe('the simulator', () => {
  it('finds no promise broken in ten thousand lives', async () => {
    const workers = Math.min(4, availableParallelism());
    const figures = await together({ seed: SEED, lives: LIVES, workers, isHasty: false });
    expect(figures.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(figures.reduce((sum, { lives }) => sum + lives, 0)).toBeGreaterThanOrEqual(LIVES);
    // A generator that stopped making trouble would prove nothing.
    for (const trouble of TROUBLES)
      expect(
        figures.some(({ faults }) => faults.has(trouble)),
        trouble,
      ).toBe(true);
  }, 600_000);

  it('lives the same histories for the same seed', async () => {
    const lived = () => campaign({ seed: SEED, lives: 50 });
    expect(await lived()).toEqual(await lived());
  });
});
