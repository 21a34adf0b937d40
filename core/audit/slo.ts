/** How late effects were: from due to issued to confirmed. Only numbers; what is late enough to matter is for others. */
import type { Entry } from '../ledger/entry.ts';
import { activeHolds, endOf } from '../ledger/live.ts';
import type { LedgerState } from '../ledger/state.ts';
import { between, type Instant, type Milliseconds } from '../time.ts';

/** Nearest-rank percentiles, in milliseconds; negative spans (a clock was set back) count as zero. */
export interface Spread {
  readonly count: number;
  readonly p50: Milliseconds;
  readonly p99: Milliseconds;
  readonly max: Milliseconds;
}

export interface Lateness {
  /** Effects that were sent: due → issued. */
  readonly issued: Spread | null;
  /** Effects that were seen: due → confirmed. */
  readonly confirmed: Spread | null;
}

/** `begin`: access was given; `end`: it was taken back. `null`: none yet. */
export interface BothEnds {
  readonly begin: Lateness;
  readonly end: Lateness;
}

type Outcome = Extract<Entry, { type: 'outcome' }>;

/** Of outcomes that are `done`. */
export function lateness(entries: readonly Entry[]): BothEnds {
  return bothEnds(doneIn(entries));
}

/** The same for the targets of each provider, in order of their types. */
export function latenessByProvider(entries: readonly Entry[]): ReadonlyMap<string, BothEnds> {
  const providers = new Map(
    entries.flatMap((entry) => (entry.type === 'intent' ? [[entry.id, entry.slot.provider] as const] : [])),
  );
  const done = doneIn(entries);
  const names = [...new Set(providers.values())].sort();
  const groups = names.map((name) => [name, done.filter(({ intent }) => providers.get(intent) === name)] as const);
  return new Map(groups.flatMap(([name, own]) => (own.length === 0 ? [] : [[name, bothEnds(own)]])));
}

/** What is over and still held: not in any percentile yet. `null`: nothing. */
export function overdue(
  state: LedgerState,
  now: Instant,
): { readonly count: number; readonly max: Milliseconds } | null {
  const spans = [...state.grants.values()].flatMap((grant) => {
    const end = endOf(grant, now);
    return end === null ? [] : activeHolds(grant).map(() => Math.max(0, between(end.at, now)));
  });
  return spans.length === 0 ? null : { count: spans.length, max: Math.max(...spans) };
}

function doneIn(entries: readonly Entry[]): readonly Outcome[] {
  return entries.filter((entry) => entry.type === 'outcome').filter(({ result }) => result === 'done');
}

function bothEnds(done: readonly Outcome[]): BothEnds {
  return {
    begin: latenessOf(done.filter(({ effect }) => effect === 'ensure')),
    end: latenessOf(done.filter(({ effect }) => effect !== 'ensure')),
  };
}

function latenessOf(outcomes: readonly Outcome[]): Lateness {
  const spans = (key: 'issued' | 'confirmed') =>
    outcomes.flatMap(({ due, [key]: at }) => (at === null ? [] : [Math.max(0, between(due, at))]));
  return { issued: spread(spans('issued')), confirmed: spread(spans('confirmed')) };
}

/** `null` for none. */
export function spread(spans: readonly Milliseconds[]): Spread | null {
  if (spans.length === 0) return null;
  const sorted = [...spans].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
