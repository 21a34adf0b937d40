/** A stretch of the fuzzing that `npm run fuzz` does at length, with a fixed seed. */
import { expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { allTargets } from './targets.ts';

it('takes 50,000 mutated inputs without a crash, a hang, or an acceptance that a second reading refuses', async () => {
  const { targets, findings } = await campaign(await allTargets(), 50_000, 20_261_122);
  expect(findings).toEqual([]);
  // A mutation that broke everything would prove nothing.
  for (const { accepted, name } of targets) expect(accepted, name).toBeGreaterThan(10);
}, 120_000);
