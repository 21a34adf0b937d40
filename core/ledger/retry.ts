/**
 * When what failed is tried again: sooner while it is fresh, more rarely later, never given up. A part of each wait is cut
 * off by the slot's name and the number of tries, so that a thousand that failed together do not all come back together.
 */
import { sha256Hex } from '../canonical.ts';
import { between, DAY, HOUR, type Instant, MINUTE, type Milliseconds, plus } from '../time.ts';
import { type Hold, type LedgerState, type SlotState, targetKey } from './state.ts';

/** No target keeps us away for longer, whatever it asks for, and however often. */
export const LONGEST_WAIT: Milliseconds = HOUR;

/**
 * Whether a removal that is due since then was not even tried for so long: then it is, whatever its target asks for. A
 * target can ask for time each time that it is looked at.
 */
export function isLongUntried({ failing, ending }: SlotState, since: Instant, now: Instant): boolean {
  const failed = failing === null ? null : failing.lastAt;
  // What the target accepted was tried by its lease.
  const accepted = ending?.isPending === true ? ending.lease : null;
  return now >= plus(later(later(since, failed), accepted), LONGEST_WAIT);
}

/** An ensure that failed: after 1, 2, 4 … minutes, at most an hour, or when its target asked to be called again. */
export function retryAt(hold: Hold, state: LedgerState): Instant {
  const again = plus(hold.lastAt, wait(hold.slot.key, hold.failures, HOUR));
  return later(again, waitOf(state, hold.slot));
}

/** A removal that failed; `null`: none did. INVARIANT: an hour at most, so that it is tried for ever. */
export function removalRetryAt({ slot, failing }: SlotState): Instant | null {
  if (failing === null) return null;
  const { failures, since, lastAt } = failing;
  return plus(lastAt, wait(slot.key, failures, longestAfter(between(since, lastAt))));
}

/** | it has failed for     | the next try comes within |
 *  |-----------------------|---------------------------|
 *  | less than an hour     | 5 minutes                 |
 *  | less than a day       | 15 minutes                |
 *  | longer                | an hour                   |
 */
function longestAfter(length: Milliseconds): Milliseconds {
  if (length < HOUR) return 5 * MINUTE;
  return length < DAY ? 15 * MINUTE : HOUR;
}

/** Until when the target of a slot asked not to be called, which may have passed; `null`: it never asked. */
export function waitOf(state: LedgerState, slot: Hold['slot']): Instant | null {
  // Most ledgers have none, and the name of a target takes time to spell.
  return state.waits.size === 0 ? null : (state.waits.get(targetKey(slot)) ?? null);
}

export function later(a: Instant, b: Instant | null): Instant {
  return b !== null && b > a ? b : a;
}

/** Up to a quarter less than the doubled minutes, or than the longest wait. */
function wait(key: string, failures: number, longest: Milliseconds): Milliseconds {
  const whole = Math.min(MINUTE * 2 ** (failures - 1), longest);
  const share = Number.parseInt(sha256Hex(`${key} ${failures}`).slice(0, 8), 16) / 2 ** 32;
  return Math.floor(whole * (1 - share / 4));
}
