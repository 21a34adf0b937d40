/**
 * Every grant of access with the two windows that an auditor asks for: what was intended (approved, less what was returned
 * or locked early) and what was confirmed (seen held, until seen taken back). Folded from entries, told by facts of the
 * whole ledger: a removal that is confirmed later still ends the window of before.
 */
import type { Authority, Entry, GrantTerms, RequestRef } from '../ledger/entry.ts';
import { replay } from '../ledger/replay.ts';
import type { EndWhy, GrantState, Hold } from '../ledger/state.ts';
import type { Instant } from '../time.ts';

/** `[from, until)`; `until` is `null` while nobody saw it end. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant | null;
}

export interface HeldSlot {
  readonly slot: string;
  readonly label: string;
  readonly value: string | null;
  /** `null`: it was never seen to be held. */
  readonly confirmed: Span | null;
}

export interface Holding {
  readonly grant: string;
  readonly terms: GrantTerms;
  readonly request: RequestRef;
  readonly authority: Authority;
  /** `null`: it never began. */
  readonly intended: (Span & { readonly until: Instant; readonly ended: EndWhy | null }) | null;
  /** From the first slot seen held to the last seen taken back. */
  readonly confirmed: Span | null;
  /** By slot key. */
  readonly slots: readonly HeldSlot[];
}

/** In order of their ids. Actions are not held and not here. */
export function holdings(entries: readonly Entry[]): readonly Holding[] {
  const grants = [...replay(entries).grants.values()].filter(({ terms }) => terms.kind === 'access');
  grants.sort((a, b) => (a.terms.id < b.terms.id ? -1 : 1));
  return grants.map(toHolding);
}

function toHolding(grant: GrantState): Holding {
  const slots = [...grant.holds.values()].map(toSlot).sort((a, b) => (a.slot < b.slot ? -1 : 1));
  return {
    grant: grant.terms.id,
    terms: grant.terms,
    request: grant.request,
    authority: grant.authority,
    intended: intendedOf(grant),
    confirmed: union(slots.flatMap(({ confirmed }) => (confirmed === null ? [] : [confirmed]))),
    slots,
  };
}

function toSlot(hold: Hold): HeldSlot {
  const { slot, asks, heldAt, endedAt } = hold;
  const confirmed = heldAt === null ? null : { from: heldAt, until: endedAt };
  return { slot: slot.key, label: slot.label, value: asks, confirmed };
}

function intendedOf(grant: GrantState): Holding['intended'] {
  const { window, ended } = grant;
  if (window === null) return null;
  const until = ended !== null && ended.at < window.expires ? ended.at : window.expires;
  return { from: window.starts, until, ended: ended?.why ?? null };
}

function union(spans: readonly Span[]): Span | null {
  const from = spans.map((span) => span.from).sort()[0];
  if (from === undefined) return null;
  const until =
    spans
      .map((span) => span.until)
      .sort(byEnd)
      .at(-1) ?? null;
  return { from, until };
}

/** What has not ended ends last. */
function byEnd(a: Instant | null, b: Instant | null): number {
  if (a === b) return 0;
  return a !== null && (b === null || a < b) ? -1 : 1;
}

/** Whether the instant lies in the span: its start does, its end does not. */
export function covers(span: Span | null, at: Instant): boolean {
  return span !== null && span.from <= at && (span.until === null || at < span.until);
}
