/** What the ledger says, folded: the words of a grant's life. Built by `replay` alone. */
import { canonicalJson } from '../canonical.ts';
import type { JsonObject } from '../json.ts';
import { HOUR, type Instant, type Milliseconds } from '../time.ts';
import type { Authority, Because, Body, ClosedRequest, GrantTerms, RequestRef, Slot } from './entry.ts';

export type GrantStatus =
  /** May begin. */
  | 'approved'
  /** May begin at a later instant that the request names. */
  | 'scheduled'
  /** An intent is written, not every target is confirmed. */
  | 'applying'
  | 'active'
  /** Over; not every target is confirmed to be taken back. */
  | 'revoking'
  /** Over; a target refused to be taken back. Tried for ever. */
  | 'revoke-stuck'
  | 'revoked'
  /** Never began: too late, or every target refused. Of an action also: it ran and failed. */
  | 'lapsed'
  | 'failed'
  /** Actions only. `unknown`: started perhaps, nothing can be found out. */
  | 'running'
  | 'done'
  | 'unknown';

/** How long after our removal, or after a lease of ours, a slot is still looked at. */
export const WATCH: Milliseconds = HOUR;

export type EndWhy = 'expired' | 'returned' | 'locked' | 'left';

export interface Window {
  readonly starts: Instant;
  readonly expires: Instant;
}

/** One grant in one slot. */
export interface Hold {
  readonly slot: Slot;
  /** The value that the grant itself asks for. */
  readonly asks: string | null;
  /** Which of the grant's bindings it fills, by their places in its terms; absent: the ledger does not tell. */
  readonly bindings?: readonly number[];
  /**
   * `ensuring` (intent, no outcome) → `pending` (accepted) → `held` (seen) → `ending` (intent) → `stuck` (a try failed) →
   * `ended`. `failed`: a try to ensure is over, the next may come. `refused`: it never came to be.
   */
  readonly phase: 'ensuring' | 'pending' | 'held' | 'failed' | 'refused' | 'ending' | 'stuck' | 'ended';
  /** The latest `ensure` intent. */
  readonly intent: string;
  /** The slot's value before the intent and as it wants it, and until when it may be sent. */
  readonly before: string | null;
  readonly after: string | null;
  readonly lease: Instant;
  readonly window: Window;
  /** Failed tries to ensure, and when the last one was written. */
  readonly failures: number;
  readonly lastAt: Instant;
  /** When it was first seen to be held, and seen to be taken back. */
  readonly heldAt: Instant | null;
  readonly endedAt: Instant | null;
}

export interface ActionState {
  readonly intent: string;
  readonly correlation: string;
  readonly lease: Instant;
  /** `started`: an intent without any outcome. */
  readonly state: 'started' | 'running' | 'done' | 'failed' | 'unknown';
  readonly runId: number | null;
  readonly url: string | null;
}

export interface GrantState {
  readonly terms: GrantTerms;
  readonly request: RequestRef;
  readonly authority: Authority;
  readonly status: GrantStatus;
  /** `null` until the first intent fixes it. */
  readonly window: Window | null;
  /** When and why it was over. `expired` once a removal says so. */
  readonly ended: { readonly why: EndWhy; readonly at: Instant } | null;
  /** By slot key. */
  readonly holds: ReadonlyMap<string, Hold>;
  readonly action: ActionState | null;
  /** Of break-glass: whether its review was given. */
  readonly reviewed: boolean;
  /** The most that policies which were tightened meanwhile allow; absent: no less than was granted. */
  readonly most?: Milliseconds;
}

/** An `ensure` or `restore` of ours that nobody saw end: a run that was stalled may still send it, until its lease at the latest. */
export interface LooseEffect {
  readonly intent: string;
  readonly grant: string;
  readonly after: string | null;
  readonly lease: Instant;
  readonly window: Window;
  /**
   * Seen to be there after all, and for no grant: ours until it is taken back. By which intent; `null`: by none yet.
   * Without it, nobody saw it.
   */
  readonly takenBackBy?: string | null;
}

/** A `remove` or `restore` without a final outcome. */
export interface OpenEnding {
  readonly intent: string;
  readonly grant: string;
  readonly effect: 'remove' | 'restore';
  readonly because: Because;
  readonly after: string | null;
  readonly lease: Instant;
  /** Of the grant that it is accounted to. */
  readonly window: Window;
  /** The target accepted it, and it was not seen yet. */
  readonly isPending: boolean;
  /** Less than was seen there. Late, after something lower still, it raises. */
  readonly isLower: boolean;
}

export interface Failing {
  /** Grants whose end was tried: another one's is tried at once. Sorted ids. */
  readonly grants: readonly string[];
  readonly failures: number;
  /** When the first and the last of them was written. */
  readonly since: Instant;
  readonly lastAt: Instant;
  /** What the target said last. */
  readonly detail: string | null;
}

export interface SlotState {
  /** As in the latest intent: what a removal uses. */
  readonly slot: Slot;
  /** What it held before our first grant. */
  readonly standing: string | null;
  /** The highest value that we wrote, or meant to, since it was last taken back. */
  readonly written: string | null;
  /** Grants that hold it, or may: sorted ids. Empty: nothing of ours is there. */
  readonly holders: readonly string[];
  readonly ending: OpenEnding | null;
  readonly loose: readonly LooseEffect[];
  /** Removals that were tried and did not work, since the last that did; `null`: none. */
  readonly failing: Failing | null;
  /** The last ending that was confirmed since the standing value was recorded. */
  readonly last: {
    readonly grant: string;
    readonly because: Because;
    readonly window: Window;
    readonly at: Instant;
  } | null;
}

export type RequestStatus =
  | { readonly is: 'authorised'; readonly grant: string }
  | {
      readonly is: 'refused' | 'quarantined' | 'lapsed';
      readonly commit: string;
      readonly code: string;
      readonly why: string;
      readonly at: Instant;
    }
  | { readonly is: 'deferred'; readonly commit: string; readonly why: string; readonly until: Instant };

export interface OpenAlert {
  readonly key: string;
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly next: string;
  readonly since: Instant;
}

export interface LedgerState {
  readonly genesis: Extract<Body, { type: 'genesis' }> | null;
  /** The commit of the default branch up to which it was read; `null`: not yet. */
  readonly read: string | null;
  /** The governing tree that was accepted last. */
  readonly governing: { readonly commit: string; readonly digest: string } | null;
  /** The default branch carries governing files that were not accepted: grants stop. */
  readonly diverged: { readonly commit: string; readonly digest: string; readonly why: string } | null;
  /** By `requestKey`. */
  readonly requests: ReadonlyMap<string, { readonly request: RequestRef; readonly status: RequestStatus }>;
  readonly grants: ReadonlyMap<string, GrantState>;
  /** By slot key. */
  readonly slots: ReadonlyMap<string, SlotState>;
  /** By `targetKey`: until when a target asked not to be called. It may have passed. */
  readonly waits: ReadonlyMap<string, Instant>;
  readonly alerts: ReadonlyMap<string, OpenAlert>;
  /** Requests that were closed without a merge, by their pull request; the last time, should there be several. */
  readonly closed: ReadonlyMap<number, ClosedRequest>;
  /** Up to when those were looked for; `null`: never yet. */
  readonly closedUntil: Instant | null;
  /** Of those that were closed at that very instant, up to which number; 0: none. */
  readonly closedPull: number;
}

/** Whether the grant may still fill the slot, so that it has to be taken back. */
export function isActive(hold: Hold): boolean {
  return hold.phase !== 'ended' && hold.phase !== 'refused';
}

/** The same for slots that one configuration of a provider serves. */
export function targetKey(slot: { readonly provider: string; readonly config: JsonObject }): string {
  return `${slot.provider} ${canonicalJson(slot.config)}`;
}

/** Names a request for ever: path, blob and pull request. */
export function requestKey(request: RequestRef): string {
  return `${request.path}\n${request.blob}\n${request.pullRequest}`;
}
