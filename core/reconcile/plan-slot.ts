/** The table of `plan.ts`, for one slot. */

import { highest, isAbove, lower, type Value } from '../ledger/levels.ts';
import { startOf } from '../ledger/live.ts';
import { isLongUntried, removalRetryAt } from '../ledger/retry.ts';
import type { EndWhy, SlotState } from '../ledger/state.ts';
import { between, type Instant, MINUTE, plus } from '../time.ts';
import { backOf, cameBack, type Ending, wasSeen } from './came-back.ts';
import type { Change } from './change.ts';
import type { PlanInput } from './plan.ts';
import { drift, stuck } from './situations.ts';
import { type Ask, type Holder, isLeft, isOurs, isTracked, isWaited, type Site } from './slots.ts';

export function planSlot(site: Site, input: PlanInput): readonly Change[] {
  const { state, seen, slot } = site;
  if (state === null) return begin(site);
  if (!isOurs(state)) return planLeft(site, state, input);
  const ending = endingOf(site, state);
  const reach = reachOf(site, state);
  const isRaised = seen !== undefined && isAbove(slot, seen, reach);
  const back = isRaised ? cameBack(state, seen, input.now) : null;
  // Others raised it. What of it is ours cannot be told apart: nothing is lowered, and nothing is built on it.
  if (isRaised && back === null) return [drift(site, ending === null ? 'raised' : 'kept', reach)];
  if (ending !== null) return planEnding(site, state, ending, input);
  // Grants that ask for the slot come after: a removal raises nothing.
  const held = { ...site, asks: [] };
  if (back !== null) return takeBack(held, state, back, targetOf(held, state), input);
  return isLeft(state) && seen !== undefined ? foundGone(held, state, seen, input) : planHeld(site, state, input);
}

/** The highest value there that can be ours: what we wrote, and what ensures that nobody saw end may have set since. */
function reachOf(site: Site, state: SlotState): Value {
  const sent = site.holders.filter(({ hold }) => hold.heldAt === null).map(({ hold }) => hold.after);
  return highest(site.slot, [state.written, ...sent]);
}

/** The first grants of an episode: what stands there is recorded, and raised where they ask for more. */
function begin(site: Site): readonly Change[] {
  const [first] = site.asks;
  if (first === undefined || site.seen === undefined) return [];
  return [{ kind: 'standing', slot: first.slot, value: site.seen }, ...ensures(site, site.asks, site.seen, site.seen)];
}

/** All change to one value, the highest, so that one look afterwards tells how each of them went. */
function ensures(site: Site, asks: readonly Ask[], before: Value, standing: Value): readonly Change[] {
  const after = highest(site.slot, [before, ...asks.map((ask) => ask.value)]);
  return asks.map(({ grant, slot, value, bindings, window }) => ({
    kind: 'ensure',
    grant: grant.terms.id,
    slot,
    before,
    after,
    asks: value,
    bindings,
    ...window,
    until: untilOf(site, after, standing),
    due: startOf(grant),
    because: { why: 'granted', grants: [grant.terms.id] },
  }));
}

/** When the last grant that asks for the value ends. Never for what stands there anyway: that must not end with ours. */
function untilOf(site: Site, value: Value, standing: Value): Instant | null {
  if (!isAbove(site.slot, value, standing)) return null;
  const living = site.holders.filter((holder) => holder.end === null);
  const claims = [
    ...living.map(({ hold }) => ({ asks: hold.asks, expires: hold.window.expires })),
    ...site.asks.map((ask) => ({ asks: ask.value, expires: ask.window.expires })),
  ];
  const ends = claims.filter(({ asks }) => !isAbove(site.slot, value, asks)).map(({ expires }) => expires);
  // What is above the standing value is there for somebody.
  return ends.sort().at(-1) as Instant;
}

/** What is over in the slot: grants that hold it, or a value that an ending left for a grant that then did not come. */
function endingOf(site: Site, state: SlotState): Ending | null {
  const over = site.holders.flatMap(({ grant, hold, end }) => (end === null ? [] : [{ grant, hold, end }]));
  // Holders come in order of their ids, which this keeps.
  over.sort((a, b) => between(b.end.at, a.end.at));
  const last = over.at(-1);
  if (last !== undefined) {
    const tried = over.find(({ hold }) => hold.phase === 'ending' || hold.phase === 'stuck');
    return {
      grant: last.grant.terms.id,
      why: over.find(({ end }) => end.why === 'locked')?.end.why ?? last.end.why,
      grants: over.map(({ grant }) => grant.terms.id).sort(),
      window: last.hold.window,
      due: last.end.at,
      tried: tried?.end.at ?? null,
    };
  }
  if (site.holders.length > 0 || state.last === null) return null;
  const { grant, because, window, at } = state.last;
  return { grant, why: because.why as EndWhy, grants: because.grants, window, due: at, tried: at };
}

function planEnding(site: Site, state: SlotState, ending: Ending, input: PlanInput): readonly Change[] {
  const { slot, seen, asks } = site;
  const asked = asks.map((ask) => ask.value);
  const target = targetOf(site, state);
  const after = seen === undefined ? target : lower(slot, seen, target);
  const followers = ensures(site, asks, after, state.standing);
  const open = state.ending;
  const isSent = open !== null && open.after === after && ending.grants.every((id) => open.because.grants.includes(id));
  // Seen to be over: what follows begins on a slot that is free of it.
  if (isSent && seen === after) return [settled(site, open, ending.due), ...followers];
  // Grants that follow raise it further: they come first, the ending follows when they hold it.
  if (asked.some((value) => isAbove(slot, value, after))) return followers;
  const isWaitedFor = isSent && open.isPending && input.now <= open.lease;
  // What lives there asks for more than is seen: others lowered it, or the target told of some time ago. Nothing is sent.
  const isBelow = isAbove(slot, target, after) ? { isBelow: true as const } : {};
  const effects = isWaitedFor
    ? []
    : take(site, state, ending, after, input).map((change) => ({ ...change, ...isBelow }));
  // What the target only accepted is still held: said as long as it is.
  return [...effects, ...stuckThere(site, ending, after, input.now), ...followers];
}

/** A removal of which only the outcome is missing needs nobody. */
function stuckThere(site: Site, ending: Ending, after: Value, now: Instant): readonly Change[] {
  const isThere = site.seen === undefined || isAbove(site.slot, site.seen, after);
  return isThere ? stuck(site, ending, now) : [];
}

/** What the slot is for without the grants that are over: what stands, what is held, and what is asked. */
function targetOf(site: Site, state: SlotState): Value {
  const stays = site.holders.filter(({ hold, end }) => end === null && STAYS.has(hold.phase));
  const held = stays.map(({ hold }) => hold.asks);
  return highest(site.slot, [state.standing, ...held, ...site.asks.map((ask) => ask.value)]);
}

/** An ensure that nobody saw work keeps no access for its grant: it is sent again, if granting is free of doubt. */
const STAYS: ReadonlySet<Holder['hold']['phase']> = new Set(['held', 'pending']);

/** Nothing while it has to wait: a try that failed is not repeated at once, and a target that asked for time is left alone. */
function take(site: Site, state: SlotState, ending: Ending, after: Value, input: PlanInput): readonly Change[] {
  const { grant, why, grants, window, due } = ending;
  const { slot, seen } = site;
  // What is gone already needs no try: only its outcome is missing.
  const isThere = seen === undefined || isAbove(slot, seen, after);
  const isLong = isLongUntried(state, ending.tried ?? due, input.now);
  const isHeldUp = isWaited(input, slot) && !isLong;
  if (isThere && (isHeldUp || isTriedLately(state, ending, input.now))) return [];
  return [
    {
      kind: after === null ? 'remove' : 'restore',
      grant,
      slot,
      before: seen === undefined ? state.written : seen,
      after,
      asks: null,
      ...window,
      until: untilOf(site, after, state.standing),
      due,
      because: { why, grants },
      ...(isLong && { isLongUntried: true }),
      // Late, after something lower still, it would raise.
      ...(!isThere && after !== null && { isBelow: true }),
    },
  ];
}

/** The end of a grant that was not tried yet is tried at once, whatever failed there before. */
function isTriedLately(state: SlotState, ending: Ending, now: Instant): boolean {
  const again = removalRetryAt(state);
  return again !== null && now < again && ending.grants.every((id) => state.failing?.grants.includes(id));
}

/** Nothing is over: what was sent is looked at, what is asked is sent, and what others did is said. */
function planHeld(site: Site, state: SlotState, input: PlanInput): readonly Change[] {
  const { slot, seen } = site;
  if (seen === undefined) return [];
  const isWaiting = input.waiting?.has(slot.key) === true;
  const arrived = site.holders.filter(({ hold }) => !isWaiting && SENT.has(hold.phase) && hold.after === seen);
  const settles = arrived.map(({ grant, hold }) =>
    settled(site, { intent: hold.intent, grant: grant.terms.id, effect: 'ensure' }, startOf(grant)),
  );
  const asks = site.asks.filter((ask) => !arrived.some(({ grant }) => grant === ask.grant));
  const held = site.holders.filter(({ hold }) => hold.phase === 'held').map(({ hold }) => hold.asks);
  const expected = highest(slot, [state.standing, ...held]);
  const reached = highest(slot, [seen, ...asks.map((ask) => ask.value)]);
  const isLowered = isAbove(slot, expected, reached);
  return [
    ...settles,
    ...ensures(site, asks, seen, state.standing),
    ...(isLowered ? [drift(site, 'removed', expected)] : []),
  ];
}

const SENT: ReadonlySet<Holder['hold']['phase']> = new Set(['ensuring', 'pending']);

/** A slot that nothing of ours holds any more. */
function planLeft(site: Site, state: SlotState, input: PlanInput): readonly Change[] {
  const { slot, seen } = site;
  if (seen === undefined) return [];
  const open = state.ending;
  const settles = open !== null && open.after === seen ? [settled(site, open, input.now)] : [];
  const isFilled = isTracked(state, input.now) && isAbove(slot, seen, state.standing);
  if (!isFilled) return [...settles, ...(isLeft(state) ? foundGone(site, state, seen, input) : begin(site))];
  const back = cameBack(state, seen, input.now);
  // Before anything begins there, so that it is not taken for what stands there.
  if (back !== null) return takeBack(site, state, back, state.standing, input);
  if (state.last === null) return begin(site);
  const added = drift(site, 'added', state.standing);
  return isBelieved(added.key, input) ? [added, ...begin(site)] : [added];
}

/** How long what we took back has to be seen there again before it is taken for what others put there. */
const BELIEVED_AFTER = 5 * MINUTE;

/**
 * INVARIANT: a target that tells what it held some time ago tells of our own value. Recorded as what stands there, it would
 * be put back when the next grant ends, and stay for ever.
 */
function isBelieved(key: string, { state, now }: PlanInput): boolean {
  const said = state.alerts.get(key);
  return said !== undefined && now >= plus(said.since, BELIEVED_AFTER);
}

function takeBack(site: Site, state: SlotState, back: Ending, after: Value, input: PlanInput): readonly Change[] {
  return [...take(site, state, back, after, input), ...stuckThere(site, back, after, input.now)];
}

/** What was seen there is gone: that is recorded, so that what others put there later is theirs. Nothing is sent. */
function foundGone(site: Site, state: SlotState, seen: Value, input: PlanInput): readonly Change[] {
  return state.loose
    .filter(wasSeen)
    .slice(0, 1)
    .flatMap((ensure) => take(site, state, backOf(state, ensure, input.now), seen, input))
    .map((change) => ({ ...change, isBelow: true as const }));
}

function settled(
  site: Site,
  open: { readonly intent: string; readonly grant: string; readonly effect: 'ensure' | 'remove' | 'restore' },
  due: Instant,
): Change {
  const { intent, grant, effect } = open;
  return { kind: 'settle', grant, intent, effect, slot: site.slot, observed: site.seen ?? null, due };
}
