/** What can happen in a simulated history, as data. */

/** How a request gets to the default branch: only the first two are by leave. */
export type Way =
  | 'squash'
  | 'merge'
  | 'unapproved'
  | 'self-approved'
  | 'stale'
  | 'push'
  | 'open'
  /** From a repository that is not ours. */
  | 'fork'
  /** Together with looser rules. */
  | 'mixed'
  /** GitHub merges other bytes than were approved, or takes another request along. */
  | 'other-bytes'
  | 'reverting'
  /** With a document that no gate may read as one: an instant without a zone, an absurd one, or hostile YAML. */
  | 'zoneless'
  | 'absurd'
  | 'hostile'
  /** Opened, and agreed to by a later step. */
  | 'waiting'
  /** By somebody else, under a name that was the subject's. */
  | 'impostor';

/**
 * A line is changed, one is added, the head is changed, the last line is cut off; or the branch is set back to an earlier
 * commit, which proves itself, after the gate has seen the later one.
 */
export type Damage = 'line' | 'more' | 'head' | 'cut' | 'rewound';

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
      /** Minutes from now: later it must not begin. */
      readonly startsBy?: number | null;
    }
  /** An owner approves, and merges, what waits. `nth` counts from the oldest. */
  | { readonly is: 'agree'; readonly nth: number }
  /** Asks again for what an earlier request has, from where that one ends. `nth` counts from the latest. */
  | { readonly is: 'extend'; readonly nth: number }
  /** Puts other bytes at the path of an earlier request. */
  | { readonly is: 'reuse'; readonly nth: number }
  | {
      readonly is: 'return';
      readonly nth: number;
      readonly how: 'comment' | 'deletion' | 'stranger' | 'push' | 'impostor';
    }
  | { readonly is: 'review'; readonly nth: number }
  /** By a push that nobody agreed to: it works all the same. */
  | { readonly is: 'lock'; readonly who: number }
  | { readonly is: 'unlock' }
  /** Governing files change: agreed to, or not, which stops grants until they are put back. */
  | { readonly is: 'govern'; readonly isApproved: boolean }
  | { readonly is: 'restore' }
  /** A governing file that does not parse. */
  | { readonly is: 'break'; readonly file: 'rules' | 'codeowners'; readonly isApproved: boolean }
  /** An approved change of the longest time that may be asked for: `loose` as it was, the others to an hour. */
  | { readonly is: 'tighten'; readonly to: 'loose' | 'keep' | 'shrink' }
  /** Somebody else changes a slot by hand. `level` -1: takes it away. */
  | { readonly is: 'hand'; readonly slot: number; readonly level: number }
  | { readonly is: 'wait'; readonly minutes: number }
  | { readonly is: 'damage'; readonly how: Damage }
  | { readonly is: 'repair' }
  | { readonly is: 'account'; readonly who: number; readonly how: 'left' | 'deleted' | 'renamed' | 'back' }
  /** The team that approves: gone, empty, without the one who approves as a rule, or as it was. */
  | { readonly is: 'owners'; readonly how: 'deleted' | 'emptied' | 'first-leaves' | 'back' }
  /** A target takes no changes, or does not know us at all, until all are mended. */
  | { readonly is: 'target'; readonly target: number; readonly how: 'fails' | 'untrusted' | 'mended' }
  /** What an earlier request asks for is deleted; what is deleted is made again under its name. */
  | { readonly is: 'place'; readonly nth: number; readonly how: 'deleted' | 'recreated' }
  /** Everybody asks for everything, for so long. */
  | { readonly is: 'burst'; readonly minutes: number }
  /** A run that waits is cancelled by GitHub for a newer one. */
  | { readonly is: 'cancelled' }
  | { readonly is: 'sweep'; readonly runs: readonly Run[]; readonly order: number };

/** One sweep; several in a step run at once. */
export interface Run {
  readonly zone: number;
  /** Started by hand while Actions is down: it only takes back. */
  readonly isRevokesOnly?: boolean;
  readonly faults: Faults;
}

export interface Faults {
  /** The process is killed at its so-many-th call to the world, before it is made or before its answer comes. */
  readonly crash: { readonly at: number; readonly when: 'before' | 'after' } | null;
  /** The so-many-th call to GitHub fails: it is answered so, or made and then answered so; `spent`: so do all after it. */
  readonly github: { readonly at: number; readonly is: 502 | 429 | 403 | 'lost' | 'spent' } | null;
  /** The so-many-th change of a slot, and as many after it. */
  readonly target: { readonly at: number; readonly length: number; readonly is: TargetFault } | null;
  /** The clock jumps at the so-many-th call, or on the way of the first change; sweeps beside it go first then. */
  readonly slept: { readonly at: number | 'change'; readonly minutes: number } | null;
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
  /** Clocks go forward, or back, while it is lived. */
  readonly change?: 'spring' | 'autumn' | null;
  readonly ending: 'soon' | 'late';
  /** Lived twice, without what hits by number, and once of it with items that are in the way of everything. */
  readonly isPoisoned?: boolean;
}
