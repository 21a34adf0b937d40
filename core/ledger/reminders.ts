/**
 * Whose grant ends soon, so that it ends as no surprise. Knows who is to be reminded and when; whether somebody was, and
 * in which words, is decided elsewhere.
 */
import { between, type Instant, MINUTE, type Milliseconds, plus } from '../time.ts';
import { isOver, windowOf } from './live.ts';
import type { GrantState, LedgerState, Window } from './state.ts';

/** Before the end; of a grant of less than twice as long, half-way. */
const BEFORE: Milliseconds = 15 * MINUTE;

/** Nobody reads a comment in time for less. */
const SHORTEST: Milliseconds = 10 * MINUTE;

/** Grants that are held, end soon and are not joined by another: ordered by their ends, then their ids. */
export function remindersDue(state: LedgerState, now: Instant): readonly (GrantState & { readonly window: Window })[] {
  return held(state)
    .filter((grant) => remindAt(grant.window) <= now && now < grant.window.expires)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** When the next reminder after `now` is due; `null`: none is foreseen. */
export function nextReminder(state: LedgerState, now: Instant): Instant | null {
  const times = held(state).map(({ window }) => remindAt(window));
  return times.filter((at) => at > now).sort()[0] ?? null;
}

type Held = GrantState & { readonly window: Window };

function held(state: LedgerState): Held[] {
  const grants = [...state.grants.values()];
  return grants.filter(isHeld).filter((grant) => {
    const isLong = between(grant.window.starts, grant.window.expires) >= SHORTEST;
    return isLong && !grants.some((other) => joins(other, grant));
  });
}

function isHeld(grant: GrantState): grant is Held {
  return grant.terms.kind === 'access' && grant.status === 'active' && grant.ended === null && grant.window !== null;
}

/** Whether the other one goes on with the same where this one ends. */
function joins(other: GrantState, { terms, window: { expires } }: Held): boolean {
  const isSame =
    other.terms.subject.name === terms.subject.name &&
    other.terms.resource === terms.resource &&
    other.terms.entitlement === terms.entitlement;
  if (!isSame || other.terms.id === terms.id || isOver(other) || other.ended !== null) return false;
  const window = windowOf(other);
  return window.starts <= expires && expires < window.expires;
}

function remindAt({ starts, expires }: Window): Instant {
  return plus(expires, -Math.min(BEFORE, Math.ceil(between(starts, expires) / 2)));
}

function order({ terms, window }: Held): string {
  return `${window.expires} ${terms.id}`;
}
