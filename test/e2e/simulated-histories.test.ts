/** Simulated histories on the look-alike: over HTTP, on a real repository, with everybody's own token, they tell the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { history } from '../simulator/arbitraries.ts';
import { liveOnBoth } from '../simulator/both.ts';
import { aRun, asks, atOnce, sweeps, wait } from '../simulator/happenings.ts';
import type { History, Step } from '../simulator/steps.ts';

const SEED = 20_261_130;

/** Every way in which people act on GitHub, and every way in which it fails a sweep. */
const EVERYTHING: readonly Step[] = [
  asks(0, 1, 45),
  { ...asks(1, 2, 60), way: 'merge' } as Step,
  { ...asks(2, 5, 60), way: 'self-approved' } as Step,
  { ...asks(3, 0, 30), way: 'stale' } as Step,
  { ...asks(3, 7, 60), way: 'push' } as Step,
  sweeps({ github: { at: 9, is: 502 } }),
  atOnce([aRun(), aRun({}, 1)], 7),
  { is: 'extend', nth: 0 },
  { is: 'reuse', nth: 1 },
  { is: 'return', nth: 4, how: 'comment' },
  { is: 'return', nth: 2, how: 'stranger' },
  sweeps({ crash: { at: 24, when: 'after' } }),
  { is: 'govern', isApproved: true },
  { is: 'govern', isApproved: false },
  { is: 'lock', who: 1 },
  sweeps({ stale: { branch: 'main', by: 1 } }),
  { is: 'restore' },
  { is: 'unlock' },
  { is: 'damage', how: 'line' },
  sweeps(),
  { is: 'repair' },
  { is: 'return', nth: 3, how: 'deletion' },
  { is: 'return', nth: 1, how: 'push' },
  { is: 'review', nth: 0 },
  wait(15),
  sweeps({ github: { at: 3, is: 'lost' }, skew: -6 }),
];

/** Who leaves, changes a name, and takes one; and what GitHub does wrongly. */
const PEOPLE: readonly Step[] = [
  asks(0, 1, 60),
  asks(4, 1, 120),
  { ...asks(1, 2, 60), way: 'fork' } as Step,
  { ...asks(2, 1, 60), way: 'reverting' } as Step,
  { ...asks(3, 1, 60), way: 'other-bytes' } as Step,
  sweeps(),
  { is: 'return', nth: 4, how: 'impostor' },
  { is: 'account', who: 4, how: 'deleted' },
  { is: 'account', who: 5, how: 'left' },
  asks(5, 1, 60),
  { ...asks(6, 1, 60), way: 'impostor' } as Step,
  asks(7, 1, 60),
  { is: 'owners', how: 'first-leaves' },
  asks(0, 3, 60),
  sweeps(),
  { is: 'damage', how: 'rewound' },
  { is: 'account', who: 0, how: 'back' },
  { is: 'owners', how: 'deleted' },
  sweeps(),
  { is: 'repair' },
  { is: 'account', who: 4, how: 'back' },
];

/** The beginning of it, with one person of each crowd: calls take their time there. */
const short = (one: History): History => ({
  ...one,
  steps: one.steps.slice(0, 6).map((step) => (step.is === 'ask' ? { ...step, crowd: 1 } : step)),
});

const drawn = fc.sample(history, { seed: SEED, numRuns: 1 }).map(short);

it.each<readonly [string, History]>([
  ['everything that people do on GitHub', { standing: [], ending: 'soon', steps: EVERYTHING }],
  ['people who come and go, and a GitHub that errs', { standing: [], ending: 'late', steps: PEOPLE }],
  ...drawn.map((one, index) => [`history ${index} of the seed`, one] as const),
])('is told the same in memory and on the look-alike: %s', async (_, one) => {
  const { sweeps: lived } = await liveOnBoth(one);
  expect(lived).toBeGreaterThan(0);
});
