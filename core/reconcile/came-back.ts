/** What is in a slot for no grant, and is ours all the same: a run that was slow or stalled left it there. */
import { isAbove, type Value } from '../ledger/levels.ts';
import { type EndWhy, type LooseEffect, type SlotState, WATCH, type Window } from '../ledger/state.ts';
import { type Instant, plus } from '../time.ts';

/** What is over in a slot, and since when. */
export interface Ending {
  readonly grant: string;
  readonly why: EndWhy | 'reappeared';
  readonly grants: readonly string[];
  readonly window: Window;
  /** The end of the last of them. */
  readonly due: Instant;
  /** Since when it was tried without success; `null`: not yet. */
  readonly tried: Instant | null;
}

/**
 * INVARIANT: only what a run of ours may have sent is taken: what was seen there, or that nobody saw end, until its
 * lease and a while after; no more than it would set, down to what stood before. Whatever else is there, others put there.
 */
export function cameBack(state: SlotState, seen: Value, now: Instant): Ending | null {
  const loose = state.loose.find(
    (effect) => (wasSeen(effect) || now <= plus(effect.lease, WATCH)) && !isAbove(state.slot, seen, effect.after),
  );
  return loose === undefined ? null : backOf(state, loose, now);
}

export function backOf(state: SlotState, { grant, window, takenBackBy }: LooseEffect, now: Instant): Ending {
  const since = state.last?.at ?? now;
  const isTried = takenBackBy !== undefined && takenBackBy !== null;
  const due = takenBackBy === undefined ? now : since;
  return { grant, why: 'reappeared', grants: [grant], window, due, tried: isTried ? since : null };
}

export function wasSeen({ takenBackBy }: LooseEffect): boolean {
  return takenBackBy !== undefined;
}
