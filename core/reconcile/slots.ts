/**
 * The slots that a plan is about: for each, which grants hold it, which of them are over, and which ask for it now. Says
 * nothing about what to do with a slot; that is `plan-slot.ts`.
 */
import type { Slot } from '../ledger/entry.ts';
import { isAbove, rank, type Value } from '../ledger/levels.ts';
import { activeHolds, endOf, isOver, lapseOf, startOf, windowOf } from '../ledger/live.ts';
import { retryAt, waitOf } from '../ledger/retry.ts';
import { type GrantState, type Hold, type LedgerState, type SlotState, WATCH, type Window } from '../ledger/state.ts';
import { unbound } from '../ledger/unbound.ts';
import { type Instant, plus } from '../time.ts';
import { wasSeen } from './came-back.ts';
import type { PlanInput, Target } from './plan.ts';

export interface Holder {
  readonly grant: GrantState;
  readonly hold: Hold;
  /** `null`: it entitles still. */
  readonly end: NonNullable<GrantState['ended']> | null;
}

export interface Ask {
  readonly grant: GrantState;
  readonly slot: Slot;
  readonly value: Value;
  /** Which of the grant's bindings it is for. */
  readonly bindings: readonly number[];
  readonly window: Window;
}

/** One slot, with everything that a decision about it needs. */
export interface Site {
  readonly slot: Slot;
  readonly state: SlotState | null;
  /** What it was seen to hold; `undefined`: it could not be told. */
  readonly seen: Value | undefined;
  readonly holders: readonly Holder[];
  readonly asks: readonly Ask[];
}

/** Grants whose decision is to be derived again, and whose targets are to be resolved, before a plan. Sorted by id. */
export function grantsToResolve(state: LedgerState, now: Instant, locks: ReadonlySet<string>): readonly GrantState[] {
  return grantsOf(state).filter((grant) => {
    if (!mayBegin(grant, now, locks)) return false;
    if (grant.terms.kind === 'action') return grant.action === null;
    const holds = [...grant.holds.values()];
    return unbound(grant).length > 0 || holds.some((hold) => isUnfinished(hold, state, now));
  });
}

/** Slots to look at before a plan, sorted by key: everything of ours, everything asked for, and what we left a moment ago. */
export function slotsToObserve(
  state: LedgerState,
  resolved: ReadonlyMap<string, readonly Target[]>,
  now: Instant,
): readonly Slot[] {
  const slots = new Map<string, Slot>();
  for (const targets of resolved.values()) for (const { slot } of targets) slots.set(slot.key, slot);
  for (const slot of state.slots.values()) if (isTracked(slot, now)) slots.set(slot.slot.key, slot.slot);
  return [...slots.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Whether the slot is ours, or was so lately that something of ours can still come back. */
export function isTracked(state: SlotState, now: Instant): boolean {
  return isOurs(state) || isLeft(state) || state.ending !== null || watchedUntil(state).some((until) => now <= until);
}

/** Whether a run of ours left there what is for no grant any more. */
export function isLeft({ loose }: SlotState): boolean {
  return loose.some(wasSeen);
}

/** Whether the ledger knows why a slot holds the value: it is ours, was so a moment ago, or stood there before us. */
export function isExplained(state: SlotState | undefined, value: Value, now: Instant): boolean {
  return state !== undefined && (isTracked(state, now) || !isAbove(state.slot, value, state.standing));
}

/** Whether what is above the standing value there is ours to take back. */
export function isOurs(state: SlotState): boolean {
  return state.holders.length > 0 || isAbove(state.slot, state.written, state.standing);
}

function watchedUntil(state: SlotState): readonly Instant[] {
  const since = state.loose.map((ensure) => ensure.lease);
  if (state.last !== null) since.push(state.last.at);
  return since.map((at) => plus(at, WATCH));
}

/** Every slot that a plan has to look at, sorted by key. */
export function sitesOf(input: PlanInput): readonly Site[] {
  const locked = lockedSlots(input);
  const asks = asksOf(input, locked);
  const holders = holdersOf(input, locked);
  const keys = new Set([...asks.keys(), ...holders.keys()]);
  for (const [key, slot] of input.state.slots) if (isTracked(slot, input.now)) keys.add(key);
  return [...keys].sort().flatMap((key) => {
    const state = input.state.slots.get(key) ?? null;
    const wanted = asks.get(key) ?? [];
    const slot = state?.slot ?? wanted[0]?.slot;
    if (slot === undefined || (input.zone !== null && slot.zone !== input.zone)) return [];
    return [{ slot, state, seen: input.observed.get(key), holders: holders.get(key) ?? [], asks: wanted }];
  });
}

/** Slots that a locked grant has or had: a lock overrides every other grant of the binding while it is in force. */
function lockedSlots(input: PlanInput): ReadonlySet<string> {
  return new Set([...input.locks].flatMap((id) => [...(input.state.grants.get(id)?.holds.keys() ?? [])]));
}

function holdersOf(input: PlanInput, locked: ReadonlySet<string>): ReadonlyMap<string, readonly Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const grant of grantsOf(input.state)) {
    for (const hold of activeHolds(grant)) {
      const { key } = hold.slot;
      const isLocked = locked.has(key) || input.locks.has(grant.terms.id);
      const end =
        endOf(grant, input.latest ?? input.now) ?? (isLocked ? { why: 'locked' as const, at: input.now } : null);
      push(holders, key, { grant, hold, end });
    }
  }
  return holders;
}

/** What grants ask for now, by slot: only where granting is free of doubt. */
function asksOf(input: PlanInput, locked: ReadonlySet<string>): ReadonlyMap<string, readonly Ask[]> {
  const asks = new Map<string, Ask[]>();
  if (!input.mayGrant) return asks;
  for (const grant of grantsOf(input.state)) {
    if (grant.terms.kind === 'action' || !mayBegin(grant, input.now, input.locks)) continue;
    for (const wanted of oneEach(grant, input.resolved.get(grant.terms.id) ?? [])) {
      const { slot } = wanted;
      const ask = askFor(grant, wanted, input);
      if (ask === null || locked.has(slot.key) || !input.observed.has(slot.key)) continue;
      if (!isWaited(input, slot)) push(asks, slot.key, ask);
    }
  }
  return asks;
}

interface Wanted {
  readonly slot: Slot;
  readonly value: string;
  readonly bindings: readonly number[];
}

/**
 * Two bindings of a role may meet in one slot: the higher value holds. A binding that has its slot stays there: a resource
 * that was made again under the same name is another one.
 */
function oneEach(grant: GrantState, targets: readonly Target[]): readonly Wanted[] {
  const free = new Set(unbound(grant));
  const slots = new Map<string, Wanted>();
  for (const { slot, value, binding } of targets) {
    if (!free.has(binding) && !grant.holds.has(slot.key)) continue;
    const known = slots.get(slot.key);
    const isHigher = known === undefined || isAbove(slot, value, known.value);
    const bindings = [...(known?.bindings ?? []), binding];
    slots.set(slot.key, { ...(isHigher ? { slot, value } : known), bindings });
  }
  return [...slots.values()];
}

/** Whether it entitles now, or could from now on. */
export function mayBegin(grant: GrantState, now: Instant, locks: ReadonlySet<string>): boolean {
  if (isOver(grant) || endOf(grant, now) !== null || locks.has(grant.terms.id)) return false;
  return startOf(grant) <= now && lapseOf(grant, now) === null;
}

function askFor(grant: GrantState, wanted: Wanted, { state, now }: PlanInput): Ask | null {
  const window = windowOf(grant);
  const hold = grant.holds.get(wanted.slot.key);
  if (hold !== undefined && !isUnfinished(hold, state, now)) return null;
  const { slot, asks: value, bindings = wanted.bindings } = hold ?? { ...wanted, asks: wanted.value };
  return Number.isFinite(rank(slot, value)) ? { grant, slot, value, bindings, window } : null;
}

function isUnfinished(hold: Hold, state: LedgerState, now: Instant): boolean {
  return hold.phase === 'ensuring' || (hold.phase === 'failed' && now >= retryAt(hold, state));
}

/** Whether the slot's target asked not to be called now. */
export function isWaited({ state, now }: PlanInput, slot: Slot): boolean {
  const until = waitOf(state, slot);
  return until !== null && now < until;
}

function grantsOf(state: LedgerState): readonly GrantState[] {
  return [...state.grants.values()].sort((a, b) => (a.terms.id < b.terms.id ? -1 : 1));
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
