/** What a plan says to do. `because` names the grants and the reason, so that every effect can be traced to a request. */
import type { Because, Slot } from '../ledger/entry.ts';
import type { Run } from '../policy/decision.ts';
import type { Instant } from '../time.ts';

/** What a provider says a slot holds; `null`: nothing. */
export interface Observed {
  readonly slot: string;
  readonly value: string | null;
}

export type Change =
  | {
      readonly kind: 'ensure' | 'remove' | 'restore';
      /** The grant this effect is accounted to; for a remove, the last one to end. */
      readonly grant: string;
      readonly slot: Slot;
      readonly before: string | null;
      readonly after: string | null;
      readonly starts: Instant;
      readonly expires: Instant;
      /** When it should have happened. */
      readonly due: Instant;
      readonly because: Because;
    }
  /** First sight of a slot that already held something before our first grant. */
  | { readonly kind: 'standing'; readonly slot: Slot; readonly value: string | null }
  | { readonly kind: 'run'; readonly grant: string; readonly run: Run; readonly due: Instant }
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
  /** What others changed: reported, never fought. */
  | {
      readonly kind: 'drift';
      readonly slot: Slot;
      readonly expected: string | null;
      readonly observed: string | null;
      readonly grants: readonly string[];
    };
