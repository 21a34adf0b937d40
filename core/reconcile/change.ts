/** What a plan says to do. `because` names the grants and the reason, so that every effect can be traced to a request. */
import type { Because, Slot } from '../ledger/entry.ts';
import type { Run } from '../policy/decision.ts';
import type { Instant } from '../time.ts';

/** What a provider says a slot holds; `null`: nothing. */
export interface Observed {
  readonly slot: string;
  readonly value: string | null;
  /** The value is set but not yet in force: an invitation that waits to be accepted. It has to be removed all the same. */
  readonly pending?: boolean;
}

export type Change =
  | {
      readonly kind: 'ensure' | 'remove' | 'restore';
      /** The grant this effect is accounted to; for a remove, the last one to end. */
      readonly grant: string;
      readonly slot: Slot;
      readonly before: string | null;
      readonly after: string | null;
      /** What the grant itself asks of the slot; `null` for a remove or restore. Goes into the intent. */
      readonly asks: string | null;
      /** Of an `ensure`: which of the grant's bindings it fills, by their places in its terms. Goes into the intent. */
      readonly bindings?: readonly number[];
      readonly starts: Instant;
      readonly expires: Instant;
      /** For providers that enforce an end: when `after` ends by itself; `null` where nobody's grant but standing holds it. */
      readonly until: Instant | null;
      /** When it should have happened. */
      readonly due: Instant;
      readonly because: Because;
      /** A removal that was due and not tried for an hour: its target's wishes wait. */
      readonly isLongUntried?: true;
      /** No more is seen than the slot is to hold without what is over: nothing is sent, it is only looked at again. */
      readonly isBelow?: true;
    }
  /** First sight of a slot before our first grant: what it holds is what it is restored to. Recorded before the intent. */
  | { readonly kind: 'standing'; readonly slot: Slot; readonly value: string | null }
  | {
      readonly kind: 'run';
      readonly grant: string;
      readonly run: Run;
      readonly due: Instant;
      /** From then on it is not started any more. */
      readonly until: Instant;
    }
  /** An action that was started: look how it goes. */
  | {
      readonly kind: 'follow';
      readonly grant: string;
      readonly runId: number | null;
      readonly correlation: string;
      readonly intent: string;
    }
  /** Approved, but too late to begin. */
  | { readonly kind: 'lapse'; readonly grant: string; readonly why: string }
  /** An intent without an outcome whose effect is seen: its outcome is to be recorded as `done`, nothing is sent. */
  | {
      readonly kind: 'settle';
      readonly grant: string;
      readonly intent: string;
      readonly effect: 'ensure' | 'remove' | 'restore';
      readonly slot: Slot;
      readonly observed: string | null;
      readonly due: Instant;
    }
  /**
   * What others changed: reported once, under `key`, never fought. `removed`: a live grant was lowered. `raised`: a slot of
   * ours was raised. `kept`: raised by others, so that an ended grant cannot be taken back without taking what is theirs.
   * `added`: filled after our removal.
   */
  | {
      readonly kind: 'drift';
      readonly key: string;
      readonly severity: 'warning' | 'critical';
      readonly is: 'removed' | 'raised' | 'kept' | 'added';
      readonly slot: Slot;
      readonly expected: string | null;
      readonly observed: string | null;
      readonly grants: readonly string[];
    }
  /** A removal that is overdue and was tried: an alert, reported once, under `key`. It is tried again all the same. */
  | {
      readonly kind: 'stuck' | 'escalate';
      readonly key: string;
      readonly slot: Slot;
      readonly grants: readonly string[];
      readonly due: Instant;
      /** What its target said last; `null`: nothing is known. */
      readonly detail: string | null;
    }
  /** All that is overdue by more than a day: an alert of its own, once a day, under `key`. */
  | {
      readonly kind: 'digest';
      readonly key: string;
      readonly overdue: readonly { readonly label: string; readonly due: Instant }[];
    }
  /** The situation of an open alert of ours is over. */
  | { readonly kind: 'calm'; readonly key: string };
