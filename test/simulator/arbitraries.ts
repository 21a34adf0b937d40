/** The arbitraries that fast-check makes histories with, and makes them short with. */
import fc from 'fast-check';
import { REQUESTERS, ROLES, SLOTS, TARGETS } from './organisation.ts';
import {
  type Damage,
  type Faults,
  type History,
  NO_FAULTS,
  type Run,
  type Step,
  type TargetFault,
  type Way,
} from './steps.ts';

/** One time in so many. */
const seldom = <T>(what: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

const way = fc.oneof(
  { weight: 80, arbitrary: fc.constant<Way>('squash') },
  { weight: 8, arbitrary: fc.constant<Way>('merge') },
  { weight: 6, arbitrary: fc.constantFrom<Way>('unapproved', 'self-approved', 'stale', 'push', 'open') },
  { weight: 4, arbitrary: fc.constantFrom<Way>('fork', 'mixed', 'other-bytes', 'reverting') },
  { weight: 3, arbitrary: fc.constantFrom<Way>('zoneless', 'absurd', 'hostile') },
  { weight: 4, arbitrary: fc.constant<Way>('waiting') },
  { weight: 1, arbitrary: fc.constant<Way>('impostor') },
);

const who = fc.nat({ max: REQUESTERS.length - 1 });
const nth = fc.nat({ max: 24 });

const ask = fc.record({
  is: fc.constant('ask' as const),
  who,
  role: fc.nat({ max: ROLES.length - 1 }),
  minutes: fc.constantFrom(10, 20, 45, 60, 120, 240),
  startsIn: seldom(fc.constantFrom(-5, 5, 30, 90), 5),
  way,
  crowd: fc.constantFrom(1, 2, 4, 8),
  breakGlass: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  startsBy: seldom(fc.constantFrom(20, 40, 100), 8),
});

/** Mostly among the calls that every sweep makes. */
const call = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 160 }));

const faults = fc.record<Faults>({
  crash: seldom(fc.record({ at: call, when: fc.constantFrom('before' as const, 'after' as const) }), 4),
  github: seldom(
    fc.record({
      at: call,
      is: fc.constantFrom(502 as const, 429 as const, 403 as const, 'lost' as const, 'spent' as const),
    }),
    6,
  ),
  target: seldom(
    fc.record({
      at: fc.constantFrom(0, 0, 0, 1, 2, 4),
      length: fc.constantFrom(1, 1, 2, 20),
      is: fc.constantFrom<TargetFault>('before', 'after', 'silent', 'pending', 'refused', 'limited'),
    }),
    3,
  ),
  slept: seldom(fc.record({ at: call, minutes: fc.constantFrom(2, 11, 61) }), 12),
  stale: seldom(
    fc.record({ branch: fc.constantFrom('main' as const, 'ledger' as const), by: fc.constantFrom(1, 2) }),
    12,
  ),
  isStaleSlots: fc.oneof({ weight: 11, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  unseen: seldom(fc.nat({ max: SLOTS.length - 1 }), 10),
  skew: fc.oneof({ weight: 14, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-10, 10) }),
  runner: seldom(fc.constantFrom('lost' as const, 'refused' as const, 'hidden' as const), 8),
});

const zone = fc.constantFrom(0, 0, 1);
const run: fc.Arbitrary<Run> = fc.record({
  zone,
  faults: fc.oneof({ weight: 1, arbitrary: fc.constant(NO_FAULTS) }, { weight: 2, arbitrary: faults }),
  isRevokesOnly: fc.oneof({ weight: 24, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** One whose first change is on its way for a while, and one that begins meanwhile. */
const minutes = fc.constantFrom(2, 6, 11, 61);
const overtaken = fc.tuple(zone, minutes, fc.constantFrom(0, 1, 2)).map(([zone, slow, late]): [Run, Run] => [
  { zone, faults: { ...NO_FAULTS, slept: { at: 'change', minutes: slow } } },
  { zone, faults: { ...NO_FAULTS, slept: { at: late, minutes: 1 } } },
]);

const sweep = fc.record({
  is: fc.constant('sweep' as const),
  runs: fc.oneof(
    { weight: 10, arbitrary: fc.tuple(run) },
    { weight: 2, arbitrary: fc.tuple(run, run) },
    { weight: 1, arbitrary: overtaken },
  ),
  order: fc.nat({ max: 1_000_000 }),
});

const others: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ is: fc.constant('extend' as const), nth }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('reuse' as const), nth }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('return' as const),
      nth,
      how: fc.constantFrom(
        'comment' as const,
        'comment' as const,
        'deletion' as const,
        'stranger' as const,
        'push' as const,
        'impostor' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('review' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('lock' as const), who }) },
  { weight: 2, arbitrary: fc.constant<Step>({ is: 'unlock' }) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('govern' as const), isApproved: fc.constantFrom(true, true, false) }),
  },
  { weight: 5, arbitrary: fc.constant<Step>({ is: 'restore' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('hand' as const),
      slot: fc.nat({ max: SLOTS.length - 1 }),
      level: fc.constantFrom(-1, 0, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('damage' as const),
      how: fc.constantFrom<Damage>('line', 'more', 'head', 'cut', 'rewound', 'rewound'),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ is: 'repair' }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('agree' as const), nth: fc.nat({ max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('break' as const),
      file: fc.constantFrom('rules' as const, 'codeowners' as const),
      isApproved: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('tighten' as const),
      to: fc.constantFrom('loose' as const, 'keep' as const, 'shrink' as const, 'shrink' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constant('account' as const),
      who,
      how: fc.constantFrom('left' as const, 'deleted' as const, 'renamed' as const, 'back' as const, 'back' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('owners' as const),
      how: fc.constantFrom(
        'deleted' as const,
        'emptied' as const,
        'first-leaves' as const,
        'first-leaves' as const,
        'back' as const,
        'back' as const,
        'back' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('target' as const),
      target: fc.nat({ max: Object.keys(TARGETS).length - 1 }),
      how: fc.constantFrom('fails' as const, 'untrusted' as const, 'mended' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('place' as const),
      nth,
      how: fc.constantFrom('deleted' as const, 'recreated' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('burst' as const), minutes: fc.constantFrom(20, 60) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ is: 'cancelled' }) },
);

const wait = fc.record({ is: fc.constant('wait' as const), minutes: fc.constantFrom(1, 6, 15, 31, 65, 300) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: ask },
  { weight: 5, arbitrary: others },
  { weight: 6, arbitrary: wait },
  { weight: 8, arbitrary: sweep },
);

export const history: fc.Arbitrary<History> = fc.record({
  standing: fc.array(fc.record({ slot: fc.nat({ max: SLOTS.length - 1 }), level: fc.constantFrom(0, 1) }), {
    maxLength: 4,
  }),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
  ending: fc.constantFrom('soon' as const, 'late' as const),
  change: seldom(fc.constantFrom('spring' as const, 'autumn' as const), 8),
  isPoisoned: fc.oneof({ weight: 29, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
