/** What can happen in a simulated history, as data, and the arbitraries that fast-check makes and shrinks it with. */
import fc from 'fast-check';
import { REQUESTERS, ROLES, SLOTS } from './organisation.ts';

/** How a request gets to the default branch: only the first three are by leave. */
export type Way = 'squash' | 'merge' | 'unapproved' | 'self-approved' | 'stale' | 'push' | 'open';

export type Step =
  | {
      readonly is: 'ask';
      readonly who: number;
      readonly role: number;
      readonly minutes: number;
      /** Minutes from now; `null`: with the merge. */
      readonly startsIn: number | null;
      readonly way: Way;
      readonly breakGlass: boolean;
      /** So many people ask for the same, the one after the other. */
      readonly crowd?: number;
    }
  /** Asks again for what an earlier request has, from where that one ends. `nth` counts from the latest. */
  | { readonly is: 'extend'; readonly nth: number }
  /** Puts other bytes at the path of an earlier request. */
  | { readonly is: 'reuse'; readonly nth: number }
  | { readonly is: 'return'; readonly nth: number; readonly how: 'comment' | 'deletion' | 'stranger' | 'push' }
  | { readonly is: 'review'; readonly nth: number }
  /** By a push that nobody agreed to: it works all the same. */
  | { readonly is: 'lock'; readonly who: number }
  | { readonly is: 'unlock' }
  /** Governing files change: agreed to, or not, which stops grants until they are put back. */
  | { readonly is: 'govern'; readonly isApproved: boolean }
  | { readonly is: 'restore' }
  /** Somebody else changes a slot by hand. `level` -1: takes it away. */
  | { readonly is: 'hand'; readonly slot: number; readonly level: number }
  | { readonly is: 'wait'; readonly minutes: number }
  | { readonly is: 'damage'; readonly how: 'line' | 'more' | 'head' }
  | { readonly is: 'repair' }
  | { readonly is: 'sweep'; readonly runs: readonly Run[]; readonly order: number };

/** One sweep; several in a step run at once. */
export interface Run {
  readonly zone: number;
  readonly faults: Faults;
}

export interface Faults {
  /** The process is killed at its so-many-th call to the world, before it is made or before its answer comes. */
  readonly crash: { readonly at: number; readonly when: 'before' | 'after' } | null;
  /** The so-many-th call to GitHub fails: it is answered so, or made and then answered so. */
  readonly github: { readonly at: number; readonly is: 502 | 429 | 403 | 'lost' } | null;
  /** The so-many-th change of a slot, and as many after it. */
  readonly target: { readonly at: number; readonly length: number; readonly is: TargetFault } | null;
  /** The clock jumps at the so-many-th call. */
  readonly slept: { readonly at: number; readonly minutes: number } | null;
  /** A branch is read as it was some moves ago. */
  readonly stale: { readonly branch: 'main' | 'ledger'; readonly by: number } | null;
  /** Slots are first seen as they were before the last step. */
  readonly isStaleSlots: boolean;
  /** This slot cannot be told. */
  readonly unseen: number | null;
  /** Minutes that GitHub's clock is wrong by while it runs. */
  readonly skew: number;
  readonly runner: 'lost' | 'refused' | 'hidden' | null;
}

/**
 * `before`: it fails and nothing is changed. `after`: it is changed, and the answer is lost. `silent`: it says done and
 * changes nothing. `limited`: it asks for time.
 */
export type TargetFault = 'before' | 'after' | 'silent' | 'pending' | 'refused' | 'limited';

export const NO_FAULTS: Faults = {
  crash: null,
  github: null,
  target: null,
  slept: null,
  stale: null,
  isStaleSlots: false,
  unseen: null,
  skew: 0,
  runner: null,
};

export interface History {
  /** What the slots hold before anything of ours: index of the slot, level. */
  readonly standing: readonly { readonly slot: number; readonly level: number }[];
  readonly steps: readonly Step[];
  /** Whether faults stop while grants live, or after all of them are over. */
  readonly ending: 'soon' | 'late';
  /** Lived twice, without what hits by number, and once of it with items that are in the way of everything. */
  readonly isPoisoned?: boolean;
}

/** One time in so many. */
const seldom = <T>(what: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

const way = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Way>('squash') },
  { weight: 8, arbitrary: fc.constant<Way>('merge') },
  { weight: 6, arbitrary: fc.constantFrom<Way>('unapproved', 'self-approved', 'stale', 'push', 'open') },
);

const who = fc.nat({ max: REQUESTERS.length - 1 });
const nth = fc.nat({ max: 12 });

const ask = fc.record({
  is: fc.constant('ask' as const),
  who,
  role: fc.nat({ max: ROLES.length - 1 }),
  minutes: fc.constantFrom(10, 20, 45, 60, 120, 240),
  startsIn: seldom(fc.constantFrom(-5, 5, 30, 90), 5),
  way,
  crowd: fc.constantFrom(1, 1, 2, 3, 4),
  breakGlass: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** Mostly among the calls that every sweep makes. */
const call = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 160 }));

const faults = fc.record<Faults>({
  crash: seldom(fc.record({ at: call, when: fc.constantFrom('before' as const, 'after' as const) }), 4),
  github: seldom(
    fc.record({ at: call, is: fc.constantFrom(502 as const, 429 as const, 403 as const, 'lost' as const) }),
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
});

const sweep = fc.record({
  is: fc.constant('sweep' as const),
  runs: fc.oneof({ weight: 5, arbitrary: fc.tuple(run) }, { weight: 1, arbitrary: fc.tuple(run, run) }),
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
  { weight: 2, arbitrary: fc.constant<Step>({ is: 'restore' }) },
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
      how: fc.constantFrom('line' as const, 'more' as const, 'head' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ is: 'repair' }) },
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
  isPoisoned: fc.oneof({ weight: 29, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
