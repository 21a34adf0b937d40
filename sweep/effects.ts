/** From a plan's changes to the entries that are written before, and the identity that each effect keeps afterwards. */
import { digestOf } from '../core/canonical.ts';
import type { Body } from '../core/ledger/entry.ts';
import type { GrantState } from '../core/ledger/state.ts';
import type { Change } from '../core/reconcile/change.ts';
import { type Instant, MINUTE, plus } from '../core/time.ts';
import { bounded } from './failure.ts';

export type Effect = Extract<Change, { readonly kind: 'ensure' | 'remove' | 'restore' }>;

/** An effect with its intent: what is written before the provider is called. */
export interface Intended {
  readonly effect: Effect;
  readonly intent: Extract<Body, { readonly type: 'intent' }>;
}

/** No `ensure` is sent after this: a run that slept longer has lost the right to. */
export const LEASE = 10 * MINUTE;

export function isEffect(change: Change): change is Effect {
  return change.kind === 'ensure' || change.kind === 'remove' || change.kind === 'restore';
}

/** `run` and `at` make the id unique: a sweep has one intent a slot and effect. */
export function intend(effect: Effect, run: string, at: Instant): Intended {
  const { kind, grant, slot, before, after, asks, bindings, starts, expires, because } = effect;
  const id = digestOf([run, at, kind, grant, slot.key]).slice(0, 24);
  const lease = plus(at, LEASE);
  const filled = bindings === undefined ? {} : { bindings };
  const what = { grant, effect: kind, slot, before, after, asks, ...filled, starts, expires, run, lease, because };
  return { effect, intent: { type: 'intent', id, ...what } };
}

/** What a plan records at once, without any effect: standing values, settled intents, lapses, alerts. */
export function recordsOf(change: Change, now: Instant, grants: ReadonlyMap<string, GrantState>): readonly Body[] {
  switch (change.kind) {
    case 'standing':
      return [{ type: 'standing', slot: change.slot, value: change.value }];
    case 'settle': {
      const { intent, grant, effect, slot, observed, due } = change;
      const seen = { result: 'done', observed, detail: null, due, issued: null, confirmed: now } as const;
      return [{ type: 'outcome', intent, grant, effect, slot: slot.key, ...seen }];
    }
    case 'lapse':
      return lapse(change.grant, change.why, grants);
    case 'drift':
      return [{ type: 'alert', key: change.key, severity: change.severity, ...driftText(change) }];
    case 'stuck':
    case 'escalate':
      return [stuckAlert(change)];
    case 'digest':
      return [{ type: 'alert', key: change.key, severity: 'critical', ...digestText(change) }];
    case 'calm':
      return [{ type: 'alert-closed', key: change.key }];
    case 'ensure':
    case 'remove':
    case 'restore':
    case 'run':
    case 'follow':
      return [];
  }
}

function lapse(id: string, why: string, grants: ReadonlyMap<string, GrantState>): readonly Body[] {
  const grant = grants.get(id);
  if (grant === undefined) return [];
  const { request, authority } = grant;
  return [
    { type: 'lapsed', request, commit: authority.commit, code: 'too-late', why, next: 'open a new pull request' },
  ];
}

function stuckAlert(change: Extract<Change, { kind: 'stuck' | 'escalate' }>): Body {
  const { key, kind, slot, due, detail } = change;
  const why = detail === null ? '' : `: ${detail}`;
  const next =
    kind === 'stuck'
      ? 'repair what the message names; it is tried again at least once an hour, or take it back by hand'
      : 'it has been stuck for half an hour: take it back by hand at the target, whoever can; the next sweep sees it';
  const message = bounded(`${slot.label} was to be taken back at ${due} and is still held${why}`);
  return { type: 'alert', key, severity: 'critical', message, next };
}

/** More than so many are counted only. */
const MOST_NAMED = 10;

function digestText({ overdue }: Extract<Change, { kind: 'digest' }>): {
  readonly message: string;
  readonly next: string;
} {
  const named = overdue.slice(0, MOST_NAMED).map(({ label, due }) => `${label} (since ${due})`);
  const more = overdue.length > named.length ? ` and ${overdue.length - named.length} more` : '';
  return {
    message: bounded(`not taken back for more than a day: ${named.join(', ')}${more}`),
    next: 'take them back by hand at their targets; this is said every day while it lasts',
  };
}

function driftText(change: Extract<Change, { kind: 'drift' }>): { readonly message: string; readonly next: string } {
  const { slot, is } = change;
  const expected = change.expected ?? 'nothing';
  const observed = change.observed ?? 'nothing';
  switch (is) {
    case 'removed':
      return {
        message: `${slot.label}: somebody else took back what a live grant holds (${observed}, expected ${expected})`,
        next: 'nothing is granted again; ask anew if it was a mistake',
      };
    case 'raised':
      return {
        message: `${slot.label}: somebody else raised it (${observed}, expected ${expected})`,
        next: 'find out who; it is not ours to lower',
      };
    case 'kept':
      return {
        message: `${slot.label}: the grant is over, but somebody else raised it (${observed}), so it stays`,
        next: `find out who, and set it to ${expected} by hand if it is not meant`,
      };
    case 'added':
      return {
        message: `${slot.label}: it was filled again after we took it back (${observed})`,
        next: 'find out who; it is not ours to take',
      };
  }
}
