/** The part of the fold that is about effects: intents and outcomes move holds, slots and the grants' status. */
import { plus } from '../time.ts';
import type { Because, Entry } from './entry.ts';
import { highest, isAbove, lower } from './levels.ts';
import { loosen, reported, seenThere, withRestore } from './loose.ts';
import type { Draft } from './replay.ts';
import { LONGEST_WAIT } from './retry.ts';
import {
  type EndWhy,
  type GrantState,
  type GrantStatus,
  type Hold,
  isActive,
  type SlotState,
  targetKey,
} from './state.ts';
import { unbound } from './unbound.ts';

type Intent = Extract<Entry, { type: 'intent' }>;
type Outcome = Extract<Entry, { type: 'outcome' }>;

export function applyIntent(draft: Draft, entry: Intent): void {
  if (entry.effect === 'ensure') beginEnsure(draft, entry);
  else beginEnding(draft, entry, entry.effect);
}

function beginEnsure(draft: Draft, entry: Intent): void {
  const grant = draft.grants.get(entry.grant);
  if (grant === undefined) return;
  const key = entry.slot.key;
  const before = grant.holds.get(key);
  const slot = draft.slots.get(key) ?? firstSight(entry);
  draft.slots.set(key, {
    ...slot,
    slot: entry.slot,
    // What others took away since is not given back at the end.
    standing: lower(entry.slot, slot.standing, entry.before),
    // Until it is seen, what was written before may still be there.
    written: highest(entry.slot, [slot.written, entry.after]),
    holders: [...new Set([...slot.holders, entry.grant])].sort(),
    loose: loosen(slot, entry.grant, before, entry.at),
  });
  const window = grant.window ?? { starts: entry.starts, expires: entry.expires };
  const hold: Hold = {
    slot: entry.slot,
    asks: entry.asks,
    ...(entry.bindings !== undefined && { bindings: entry.bindings }),
    phase: 'ensuring',
    intent: entry.id,
    before: entry.before,
    after: entry.after,
    lease: entry.lease,
    window,
    failures: before?.failures ?? 0,
    lastAt: entry.at,
    heldAt: null,
    endedAt: null,
  };
  setHold(draft, { ...grant, window }, hold);
}

/** A slot without a recorded standing value: what the first intent saw is what is restored. */
function firstSight(entry: Intent): SlotState {
  const { slot, before } = entry;
  return { slot, standing: before, written: before, holders: [], ending: null, loose: [], failing: null, last: null };
}

function beginEnding(draft: Draft, entry: Intent, effect: 'remove' | 'restore'): void {
  const slot = draft.slots.get(entry.slot.key);
  if (slot === undefined) return;
  const { id: intent, grant, because, before, after, lease } = entry;
  const window = { starts: entry.starts, expires: entry.expires };
  let loose = withRestore(slot);
  for (const [state, hold] of holdsOf(draft, endedBy(because), entry.slot.key)) {
    loose = loosen({ ...slot, loose }, state.terms.id, hold, entry.at);
    setHold(draft, state, { ...hold, phase: hold.phase === 'stuck' ? 'stuck' : 'ending' });
  }
  loose = loose.map((effect) => (effect.takenBackBy === undefined ? effect : { ...effect, takenBackBy: intent }));
  const isLower = isAbove(slot.slot, before, after);
  const ending = { intent, grant, effect, because, after, lease, window, isPending: false, isLower };
  draft.slots.set(entry.slot.key, { ...slot, loose, ending });
}

/** What came back from a stalled run is undone without an end of any grant: its own may live on in the slot. */
function endedBy(because: Because): readonly string[] {
  return because.why === 'reappeared' ? [] : because.grants;
}

export function applyOutcome(draft: Draft, entry: Outcome): void {
  const slot = draft.slots.get(entry.slot)?.slot;
  if (slot !== undefined && entry.notBefore !== undefined) {
    const latest = plus(entry.at, LONGEST_WAIT);
    const isTooLong = entry.notBefore > latest;
    draft.waits.set(targetKey(slot), isTooLong ? latest : entry.notBefore);
  }
  if (entry.effect === 'ensure') finishEnsure(draft, entry);
  else finishEnding(draft, entry);
}

const TRIED: ReadonlySet<Hold['phase']> = new Set(['ensuring', 'pending', 'failed']);

function finishEnsure(draft: Draft, entry: Outcome): void {
  const known = draft.slots.get(entry.slot);
  const grant = draft.grants.get(entry.grant);
  const hold = grant?.holds.get(entry.slot);
  if (known === undefined || grant === undefined || hold === undefined) return;
  const isOwn = entry.issued !== null;
  const earlier = known.loose.find(({ intent }) => intent === entry.intent);
  const sent = (earlier ?? hold).after;
  // An ending that came between left less than was sent: before or after it?
  const isOvertaken = isAbove(known.slot, sent, known.written);
  const isLiving = (TRIED.has(hold.phase) || hold.phase === 'held') && !isOvertaken;
  const slot = isOwn ? { ...known, loose: reported(known.loose, entry, isLiving) } : known;
  draft.slots.set(entry.slot, slot);
  if (hold.intent !== entry.intent) {
    // What it asks for is there by an earlier try. The latest may still be on its way.
    const isHeld = entry.result === 'done' && earlier !== undefined && isLiving && TRIED.has(hold.phase);
    if (isHeld) holdNow(draft, grant, hold, entry, loosen(slot, entry.grant, hold, entry.at));
    return;
  }
  if (hold.phase !== 'ensuring' && hold.phase !== 'pending') return;
  switch (entry.result) {
    case 'done': {
      // Seen before it went, or there? The next look tells, and settles it or sends it again.
      if (isOwn && isOvertaken) return;
      const isUnseen = (!isOwn && hold.phase === 'ensuring') || isOvertaken;
      const loose = isUnseen ? loosen(slot, entry.grant, hold, entry.at) : slot.loose;
      holdNow(draft, grant, hold, entry, isOvertaken ? seenThere(loose, entry.intent) : loose);
      return;
    }
    case 'pending':
      setHold(draft, grant, { ...hold, phase: 'pending' });
      return;
    case 'failed':
      setHold(draft, grant, { ...hold, phase: 'failed', failures: hold.failures + 1, lastAt: entry.at });
      return;
    case 'refused':
      // Nothing was changed: without other holders the slot is as it was before this intent.
      release(draft, entry.slot, [entry.grant], hold.before);
      setHold(draft, grant, { ...hold, phase: 'refused' });
      return;
  }
}

function holdNow(draft: Draft, grant: GrantState, hold: Hold, entry: Outcome, loose: SlotState['loose']): void {
  const slot = draft.slots.get(entry.slot) as SlotState;
  // What it asks for is ours again. What was sent above that was for a grant that is over.
  const written = highest(slot.slot, [slot.written, hold.asks]);
  draft.slots.set(entry.slot, { ...slot, loose, written });
  setHold(draft, grant, { ...hold, phase: 'held', heldAt: entry.confirmed ?? entry.at });
}

function finishEnding(draft: Draft, entry: Outcome): void {
  const slot = draft.slots.get(entry.slot);
  if (slot === undefined) return;
  const { ending } = slot;
  if (ending === null || ending.intent !== entry.intent) {
    finishOvertaken(draft, slot, entry);
    return;
  }
  if (entry.result === 'pending') {
    draft.slots.set(entry.slot, { ...slot, ending: { ...ending, isPending: true } });
    return;
  }
  const { grant, because, window } = ending;
  const at = entry.confirmed ?? entry.at;
  const isDone = entry.result === 'done';
  // Seen by another run: its own may still send it.
  const unseen = entry.issued === null ? withRestore(slot) : slot.loose;
  const loose = unseen.filter(({ takenBackBy }) => takenBackBy !== entry.intent);
  draft.slots.set(
    entry.slot,
    isDone
      ? { ...slot, loose, written: ending.after, ending: null, failing: null, last: { grant, because, window, at } }
      : { ...slot, ending: null, failing: failedOnce(slot, because.grants, entry) },
  );
  for (const [state, hold] of holdsOf(draft, endedBy(because), entry.slot)) {
    if (isDone)
      endHold(draft, state, { ...hold, phase: 'ended', endedAt: at }, { why: because.why as EndWhy, at: entry.at });
    else setHold(draft, state, { ...hold, phase: 'stuck' });
  }
  if (isDone) release(draft, entry.slot, endedBy(because), ending.after);
}

/** What another ending came between: where that left less, what this one says it left is there for nobody. */
function finishOvertaken(draft: Draft, slot: SlotState, entry: Outcome): void {
  const sent = slot.loose.find(({ intent }) => intent === entry.intent);
  if (sent === undefined || entry.issued === null) return;
  const isLiving = slot.ending === null && !isAbove(slot.slot, sent.after, slot.written);
  draft.slots.set(entry.slot, { ...slot, loose: reported(slot.loose, entry, isLiving) });
}

/** Only a try that was made counts: what the sweep had no time for is tried next. */
function failedOnce(slot: SlotState, grants: readonly string[], entry: Outcome): SlotState['failing'] {
  if (entry.issued === null) return slot.failing;
  const before = slot.failing;
  return {
    grants: [...new Set([...(before?.grants ?? []), ...grants])].sort(),
    failures: (before?.failures ?? 0) + 1,
    since: before?.since ?? entry.at,
    lastAt: entry.at,
    detail: entry.detail,
  };
}

/** The last hold to end ends the grant too: a lock on another grant can take the slot from this one. */
function endHold(draft: Draft, grant: GrantState, hold: Hold, end: NonNullable<GrantState['ended']>): void {
  const others = [...grant.holds.values()].filter((other) => other.slot.key !== hold.slot.key);
  const ended = grant.ended ?? (others.some(isActive) ? null : notLater(grant, end));
  setHold(draft, { ...grant, ended }, hold);
}

/** `returned` by its holder, or `locked`. What is over already stays as it was; an action that runs cannot be stopped. */
export function applyEnd(draft: Draft, id: string, end: NonNullable<GrantState['ended']>): void {
  const grant = draft.grants.get(id);
  if (grant === undefined || grant.ended !== null || grant.action !== null || OVER.has(grant.status)) return;
  const ended = { ...grant, ended: notLater(grant, end) };
  const isHeld = [...grant.holds.values()].some(isActive);
  draft.grants.set(id, { ...ended, status: isHeld ? statusOf(ended) : 'revoked' });
}

const OVER: ReadonlySet<GrantStatus> = new Set(['lapsed', 'failed']);

/** A grant that had expired before it was returned or locked has expired. */
function notLater(grant: GrantState, end: NonNullable<GrantState['ended']>): NonNullable<GrantState['ended']> {
  const expires = grant.window?.expires;
  return expires !== undefined && expires <= end.at ? { why: 'expired', at: expires } : end;
}

function setHold(draft: Draft, grant: GrantState, hold: Hold): void {
  const changed = { ...grant, holds: new Map([...grant.holds, [hold.slot.key, hold]]) };
  draft.grants.set(grant.terms.id, { ...changed, status: statusOf(changed) });
}

function statusOf(grant: GrantState): GrantStatus {
  const holds = [...grant.holds.values()];
  const active = holds.filter(isActive);
  const isComplete = unbound(grant).length === 0;
  if (active.length === 0) {
    if (holds.some((hold) => hold.phase === 'ended')) return 'revoked';
    return isComplete ? 'failed' : 'applying';
  }
  if (active.some((hold) => hold.phase === 'stuck')) return 'revoke-stuck';
  if (grant.ended !== null || active.some((hold) => hold.phase === 'ending')) return 'revoking';
  return isComplete && active.every((hold) => hold.phase === 'held') ? 'active' : 'applying';
}

function release(draft: Draft, key: string, ids: readonly string[], emptied: string | null): void {
  const slot = draft.slots.get(key) as SlotState;
  const holders = slot.holders.filter((id) => !ids.includes(id));
  draft.slots.set(key, { ...slot, holders, written: holders.length === 0 ? emptied : slot.written });
}

function holdsOf(draft: Draft, ids: readonly string[], key: string): readonly (readonly [GrantState, Hold])[] {
  return ids.flatMap((id) => {
    const grant = draft.grants.get(id);
    const hold = grant?.holds.get(key);
    return grant !== undefined && hold !== undefined && isActive(hold) ? [[grant, hold] as const] : [];
  });
}
