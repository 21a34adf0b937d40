/** How late effects were: from due to issued to confirmed. Only numbers; what is late enough to matter is for others. */
import type { Entry } from '../ledger/entry.ts';
import { between, type Milliseconds } from '../time.ts';

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

/** Of outcomes that are `done`. `begin`: access was given; `end`: it was taken back. `null`: none yet. */
export function lateness(entries: readonly Entry[]): { readonly begin: Lateness; readonly end: Lateness } {
  const done = entries.filter((entry) => entry.type === 'outcome').filter(({ result }) => result === 'done');
  return {
    begin: latenessOf(done.filter(({ effect }) => effect === 'ensure')),
    end: latenessOf(done.filter(({ effect }) => effect !== 'ensure')),
  };
}

function latenessOf(outcomes: readonly Extract<Entry, { type: 'outcome' }>[]): Lateness {
  const spans = (key: 'issued' | 'confirmed') =>
    outcomes.flatMap(({ due, [key]: at }) => (at === null ? [] : [Math.max(0, between(due, at))]));
  return { issued: spread(spans('issued')), confirmed: spread(spans('confirmed')) };
}

function spread(spans: readonly Milliseconds[]): Spread | null {
  if (spans.length === 0) return null;
  const sorted = [...spans].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
