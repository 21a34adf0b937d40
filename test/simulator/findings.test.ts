/** Histories that once broke a promise, as short as they got, so that they never do again. */
import { describe, expect, it } from 'vitest';
import { live } from './simulate.ts';
import { type Faults, type History, NO_FAULTS, type Step } from './steps.ts';

const ask = (who: number, role: number, minutes: number): Step => ({
  is: 'ask',
  who,
  role,
  minutes,
  startsIn: null,
  way: 'squash',
  breakGlass: false,
});

const sweep = (faults: Partial<Faults> = {}, zone = 0): Step => ({
  is: 'sweep',
  runs: [{ zone, faults: { ...NO_FAULTS, ...faults } }],
  order: 0,
});

const wait = (minutes: number): Step => ({ is: 'wait', minutes });

const FOUND: readonly (readonly [string, History])[] = [
  [
    'a removal whose outcome was found out together with the next grant of the slot needed three sweeps, and an alert',
    {
      standing: [],
      ending: 'soon',
      steps: [
        ask(2, 3, 10),
        ask(0, 0, 10),
        sweep(),
        wait(15),
        ask(0, 3, 10),
        ask(0, 3, 10),
        ask(0, 0, 10),
        sweep({ target: { at: 4, length: 1, is: 'limited' } }),
        ask(2, 3, 240),
      ],
    },
  ],
];

describe('what the simulator found', () => {
  it.each(FOUND)('%s', async (_, history) => {
    await expect(live(history)).resolves.toBeDefined();
  });
});
