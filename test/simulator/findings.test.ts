/** Histories that once broke a promise, as short as they got, so that they never do again. */
import { describe, expect, it } from 'vitest';
import { aRun, asks, atOnce, sweeps, wait } from './happenings.ts';
import { live } from './simulate.ts';
import type { History, Step } from './steps.ts';

const FOUND: readonly (readonly [string, History])[] = [
  [
    'a removal whose outcome was found out together with the next grant of the slot needed three sweeps, and an alert',
    {
      standing: [],
      ending: 'soon',
      steps: [
        asks(2, 3, 10),
        asks(0, 0, 10),
        sweeps(),
        wait(15),
        asks(0, 3, 10),
        asks(0, 3, 10),
        asks(0, 0, 10),
        sweeps({ target: { at: 4, length: 1, is: 'limited' } }),
        asks(2, 3, 240),
      ],
    },
  ],
  [
    'a removal that was planned on an old view of the slot took what another grant holds there',
    {
      standing: [],
      ending: 'soon',
      steps: [
        asks(1, 3, 10, { startsIn: 5 }),
        asks(1, 3, 10),
        atOnce([aRun({ slept: { at: 1, minutes: 11 } }), aRun({}, 1)], 253_638),
        sweeps(),
        sweeps({ isStaleSlots: true }),
      ],
    },
  ],
  [
    'a request that was given back while it waited to be decided was granted all the same',
    {
      standing: [],
      ending: 'soon',
      steps: [{ is: 'lock', who: 0 }, asks(0, 0, 120), { is: 'return', nth: 0, how: 'deletion' }, sweeps()],
    },
  ],
  [
    'standing access that others took away while a grant lived came back at the end of the next grant',
    {
      standing: [],
      ending: 'late',
      steps: [
        { is: 'hand', slot: 1, level: 0 },
        asks(0, 1, 45),
        sweeps(),
        { is: 'hand', slot: 1, level: -1 },
        asks(0, 1, 20, { startsIn: 5 }),
        wait(6),
        sweeps(),
      ],
    },
  ],
  [
    'a target that told late of what was taken back made our own value stand there for ever',
    {
      standing: [],
      ending: 'late',
      steps: [
        asks(0, 0, 10),
        sweeps(),
        asks(0, 0, 20, { startsIn: 11 }),
        wait(10),
        sweeps(),
        sweeps({ isStaleSlots: true }),
        wait(65),
        sweeps(),
      ],
    },
  ],
  [
    'a grant that began while a sweep beside it took back the one before was not taken for ours, and stayed',
    {
      standing: [],
      ending: 'late',
      steps: [
        { is: 'burst', minutes: 20 },
        sweeps(),
        sweeps(),
        wait(31),
        { ...asks(4, 1, 60), crowd: 4 } as Step,
        atOnce([aRun({ skew: 10 }), aRun()], 631_228),
      ],
    },
  ],
  [
    'what one sweep sent as another took it back, and recorded, stayed',
    {
      standing: [],
      ending: 'late',
      steps: [
        asks(0, 0, 10),
        atOnce([aRun({ slept: { at: 'change', minutes: 11 } }), aRun({ slept: { at: 1, minutes: 1 } })], 1),
      ],
    },
  ],
  [
    'a grant that began as a higher one ended was sent, and kept, the level of that one',
    {
      standing: [],
      ending: 'late',
      steps: [
        asks(0, 4, 15),
        sweeps(),
        wait(10),
        asks(0, 3, 60),
        atOnce([aRun({ slept: { at: 'change', minutes: 6 } }), aRun({ slept: { at: 1, minutes: 1 } })], 3),
        sweeps(),
      ],
    },
  ],
  [
    'a grant was sent the level of a higher one after the end of that one',
    {
      standing: [],
      ending: 'late',
      steps: [
        asks(0, 4, 15),
        sweeps(),
        wait(10),
        asks(0, 3, 60),
        atOnce([aRun({ slept: { at: 42, minutes: 6 } }), aRun({ slept: { at: 1, minutes: 1 } })], 1),
        sweeps(),
      ],
    },
  ],
  [
    'a sweep that GitHub would not tell once what the gate had witnessed wrote on a ledger that had been set back',
    {
      standing: [],
      ending: 'late',
      steps: [
        asks(6, 6, 60),
        sweeps({}, 1),
        { is: 'damage', how: 'rewound' },
        sweeps({ github: { at: 0, is: 'lost' } }, 1),
      ],
    },
  ],
  [
    'a grant whose other zone was yet to begin was given in what was made again under the name of what it had',
    {
      standing: [],
      ending: 'soon',
      steps: [
        { is: 'burst', minutes: 20 },
        sweeps(),
        { is: 'place', nth: 0, how: 'deleted' },
        { is: 'place', nth: 0, how: 'recreated' },
        sweeps(),
      ],
    },
  ],
  [
    'what a grant had by one sweep was taken with what was over, since another one’s try for it had failed',
    {
      standing: [],
      ending: 'soon',
      steps: [
        asks(0, 4, 10),
        sweeps(),
        asks(0, 3, 240),
        wait(31),
        atOnce([aRun({ slept: { at: 'change', minutes: 11 } }), aRun({ slept: { at: 0, minutes: 1 } })], 21_173),
      ],
    },
  ],
  [
    'who had what could not be taken back since a slow run had left it was given more of the resource',
    {
      standing: [],
      ending: 'soon',
      steps: [
        asks(7, 5, 10),
        atOnce([aRun({ slept: { at: 'change', minutes: 61 } }, 1), aRun({ slept: { at: 1, minutes: 1 } }, 1)], 19_489),
        wait(65),
        sweeps({ target: { at: 0, length: 1, is: 'before' } }, 1),
        sweeps({}, 1),
        asks(7, 5, 60),
      ],
    },
  ],
];

describe('what the simulator found', () => {
  it.each(FOUND)('%s', async (_, history) => {
    await expect(live(history)).resolves.toBeDefined();
  });

  // Threat 57. What becomes of the access that goes so is in `test/sweep/faults.test.ts`.
  it('a sweep that GitHub told nothing more took back what another one had granted meanwhile, as it should', async () => {
    const steps: History['steps'] = [
      asks(0, 3, 10),
      sweeps(),
      wait(1),
      sweeps(),
      { is: 'place', nth: 0, how: 'deleted' },
      wait(6),
      asks(0, 3, 60),
      asks(0, 0, 10),
      { is: 'tighten', to: 'shrink' },
      atOnce([aRun({ github: { at: 35, is: 'spent' }, slept: { at: 41, minutes: 11 } }), aRun()], 908_830),
    ];
    await expect(live({ standing: [], ending: 'soon', steps })).resolves.toBeDefined();
  });
});
