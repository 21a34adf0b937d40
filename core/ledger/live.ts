/** Questions to a state at an instant: what may begin, what is held, what is over, what comes next. */
import type { HeldGrant } from '../policy/evidence.ts';
import { DAY, type Instant, plus } from '../time.ts';
import type { Slot } from './entry.ts';
import { later, removalRetryAt, retryAt, waitOf } from './retry.ts';
import {
  type GrantState,
  type GrantStatus,
  type Hold,
  isActive,
  type LedgerState,
  type SlotState,
  type Window,
} from './state.ts';

/** Nothing about these can change any more. */
const OVER: ReadonlySet<GrantStatus> = new Set(['revoked', 'lapsed', 'failed', 'done', 'unknown']);

export function isOver(grant: GrantState): boolean {
  return OVER.has(grant.status);
}

/** When it may begin at the earliest: as the request says, else at the merge. */
export function startOf(grant: GrantState): Instant {
  return grant.terms.starts ?? grant.authority.mergedAt;
}

/**
 * The window, half open: `expires` is outside. A late sweep shortens what is left of it and never moves it, since the
 * window that was decided on is what guardrails (`during`, freezes, `maxContinuous`) were held against.
 */
export function windowOf(grant: GrantState): Window {
  const starts = startOf(grant);
  return grant.window ?? { starts, expires: plus(starts, grant.terms.length) };
}

/** Why and when it was over; `null`: it is not, at `now`. */
export function endOf(grant: GrantState, now: Instant): GrantState['ended'] {
  if (grant.ended !== null) return grant.ended;
  const expires = grant.window?.expires;
  return expires !== undefined && now >= expires ? { why: 'expired', at: expires } : null;
}

/**
 * Why it is too late to begin; `null`: it has begun, or may still. Without a word of the request, as long after the
 * merge as it would have lasted: an approval is no option to be drawn days later.
 */
export function lapseOf(grant: GrantState, now: Instant): string | null {
  if (grant.window !== null || grant.action !== null || grant.ended !== null || isOver(grant)) return null;
  const { startsBy, length } = grant.terms;
  if (startsBy !== null && now > startsBy) return `it could not begin by ${startsBy}`;
  const latest = plus(startOf(grant), length);
  return now >= latest ? `it could not begin before ${latest}` : null;
}

/** Grants that entitle their subjects now: begun, not over. In order of their ids. */
export function liveGrants(state: LedgerState, now: Instant): readonly GrantState[] {
  return sorted(state).filter((grant) => {
    if (grant.window === null || isOver(grant)) return false;
    return grant.window.starts <= now && endOf(grant, now) === null;
  });
}

/** How far back a subject's former grants are evidence. */
const HISTORY = 30 * DAY;

/**
 * What a subject (numeric GitHub id, or a service's name) holds, is about to hold, and held in the last 30 days or owes a
 * review for, for the evidence of its next request. Sorted by start, then id.
 */
export function heldGrants(state: LedgerState, subject: number | string, now: Instant): readonly HeldGrant[] {
  const held = sorted(state).filter(
    ({ terms, status }) =>
      terms.kind === 'access' &&
      (terms.subject.id ?? terms.subject.name) === subject &&
      status !== 'lapsed' &&
      status !== 'failed',
  );
  return held
    .map((grant) => toHeld(grant, state))
    .filter((grant) => plus(grant.expires, HISTORY) > now || owesReview(grant) || grant.stuck === true)
    .sort((a, b) => (a.starts === b.starts ? compare(a.id, b.id) : compare(a.starts, b.starts)));
}

/** Break-glass that nobody reviewed stays evidence, however long it is waited out (threat 94). */
function owesReview(grant: HeldGrant): boolean {
  return grant.breakGlass && !grant.reviewed;
}

function toHeld(grant: GrantState, state: LedgerState): HeldGrant {
  const { terms, ended, reviewed } = grant;
  const { starts, expires } = windowOf(grant);
  return {
    id: terms.id,
    resource: terms.resource,
    role: terms.entitlement,
    subject: terms.subject.id ?? terms.subject.name,
    starts,
    expires: ended !== null && ended.at < expires ? ended.at : expires,
    breakGlass: terms.breakGlass,
    reviewed,
    ...(isStuck(grant, state) ? { stuck: true as const } : {}),
  };
}

/**
 * By the open alert, which both gates read alike: no clock of either decides it. What was only accepted is held still, and
 * so is what a slow run left there when the grant had ended.
 */
function isStuck({ terms, holds }: GrantState, { alerts, slots }: LedgerState): boolean {
  return [...holds.values()].some(({ phase, slot }) => {
    if (!alerts.has(stuckKey(slot))) return false;
    // What is held has its slot.
    const { loose } = slots.get(slot.key) as SlotState;
    const isLeft = loose.some(({ grant, takenBackBy }) => grant === terms.id && takenBackBy !== undefined);
    return phase === 'stuck' || phase === 'ending' || isLeft;
  });
}

/** Of the alert about a removal that does not work. */
export function stuckKey(slot: Slot): string {
  return `revoke-stuck:${slot.key}`;
}

/** Something that a sweep of a zone has to do from an instant on. */
export interface Due {
  readonly at: Instant;
  readonly zone: string;
}

/** The next instant at which a sweep has something to do, which may have passed already; `null`: nothing is foreseen. */
export function nextDue(state: LedgerState, now: Instant): Instant | null {
  const ahead = leasesIn(state).filter(({ at }) => at > now);
  return [...duesIn(state, now), ...ahead].map(({ at }) => at).sort()[0] ?? null;
}

/** What is to be done until it is done, past and future: in no order. */
export function duesIn(state: LedgerState, now: Instant): readonly Due[] {
  const open = [...state.grants.values()].filter((grant) => !isOver(grant));
  const deferred = [...state.requests.values()].flatMap(({ status }) =>
    status.is === 'deferred' ? [{ at: status.until, zone: MAIN_ZONE }] : [],
  );
  return [...open.flatMap((grant) => duesOf(grant, state, now)), ...deferred, ...leftIn(state)];
}

/** What runs of ours left for no grant, since the ending that they overtook. */
function leftIn(state: LedgerState): readonly Due[] {
  return [...state.slots.values()].flatMap(({ slot, loose, last }) =>
    loose.flatMap(({ takenBackBy, lease }) =>
      takenBackBy === undefined ? [] : [{ at: last?.at ?? lease, zone: slot.zone }],
    ),
  );
}

/** Until when a run that was stalled can send: right after that, a sweep looks once more. In no order. */
export function leasesIn(state: LedgerState): readonly Due[] {
  return [...state.slots.values()].flatMap(({ slot, loose }) =>
    loose.map(({ lease }) => ({ at: lease, zone: slot.zone })),
  );
}

/** The zone whose sweep answers for what belongs to none: a merge, an action, a request that waits. */
export const MAIN_ZONE = 'default';

/** Whose sweeps give and take this grant. */
export function zonesOf({ terms }: GrantState): readonly string[] {
  const zones = terms.bindings.map(({ zone }) => zone);
  return zones.length === 0 ? [MAIN_ZONE] : zones;
}

function duesOf(grant: GrantState, state: LedgerState, now: Instant): readonly Due[] {
  if (grant.action !== null) return [];
  const zones = zonesOf(grant);
  if (grant.window === null) return zones.map((zone) => ({ at: startOf(grant), zone }));
  const end = endOf(grant, now);
  const holds = activeHolds(grant);
  if (end !== null) return holds.map((hold) => ({ at: removalDue(hold, grant, end.at, state), zone: hold.slot.zone }));
  const { starts, expires } = grant.window;
  const failed = holds.filter(({ phase }) => phase === 'failed');
  // Another zone's sweep fixed the window, and this one's has yet to begin.
  const isBegun = (zone: string) => [...grant.holds.values()].some(({ slot }) => slot.zone === zone);
  return [
    ...zones.map((zone) => ({ at: isBegun(zone) ? expires : starts, zone })),
    ...failed.map((hold) => ({ at: retryAt(hold, state), zone: hold.slot.zone })),
  ];
}

/** When the hold of a grant that is over is to be taken back: at its end, or when the next try comes. */
function removalDue(hold: Hold, grant: GrantState, at: Instant, state: LedgerState): Instant {
  const slot = state.slots.get(hold.slot.key);
  if (slot?.ending?.isPending === true) return plus(slot.ending.lease, 1);
  const isTried = slot?.failing?.grants.includes(grant.terms.id) === true;
  const again = isTried ? removalRetryAt(slot) : null;
  return later(later(at, again), waitOf(state, hold.slot));
}

/** The holds that may still fill their slots, in order of the slots' keys. */
export function activeHolds(grant: GrantState): readonly Hold[] {
  return [...grant.holds.values()].filter(isActive).sort((a, b) => compare(a.slot.key, b.slot.key));
}

function sorted(state: LedgerState): readonly GrantState[] {
  return [...state.grants.values()].sort((a, b) => compare(a.terms.id, b.terms.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
