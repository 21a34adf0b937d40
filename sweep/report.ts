/** What a sweep did, for its outputs, its summary and its annotations. Reads results; decides nothing. */
import type { Body } from '../core/ledger/entry.ts';
import { nextDue } from '../core/ledger/live.ts';
import type { GrantState, LedgerState, OpenAlert } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import type { Applied } from './apply.ts';
import type { Look } from './look.ts';
import type { LedgerView } from './read-ledger.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

/** One effect on a target, as a person reads it. */
export interface EffectLine {
  readonly grant: string;
  readonly label: string;
  readonly value: string | null;
  readonly because: string;
  readonly result: 'done' | 'pending' | 'failed' | 'refused';
  readonly detail: string | null;
  readonly due: Instant;
  readonly confirmed: Instant | null;
}

export interface SweepReport {
  readonly run: string;
  readonly zone: string;
  readonly now: Instant;
  /** Every entry this sweep wrote, in order. Empty: nothing had to be written. */
  readonly written: readonly Body[];
  readonly granted: readonly EffectLine[];
  readonly revoked: readonly EffectLine[];
  readonly actions: readonly Extract<Body, { type: 'action-outcome' }>[];
  readonly refused: readonly Extract<Body, { type: 'refused' | 'quarantined' | 'lapsed' }>[];
  /** Why nothing was granted; empty: grants went on. */
  readonly stops: readonly Stop[];
  /** What kept the ledger from being written. */
  readonly problems: readonly Stop[];
  /** Open after this sweep, in order of their keys. */
  readonly alerts: readonly OpenAlert[];
  /** Slots that could not be told, by key, and why. */
  readonly unseen: ReadonlyMap<string, string>;
  readonly grants: readonly GrantState[];
  readonly nextDue: Instant | null;
  readonly ledgerCommit: string | null;
}

export function reportOf(
  world: SweepWorld,
  seen: Look,
  done: {
    readonly bodies: readonly Body[];
    readonly applied: readonly Applied[];
    readonly problems: readonly Stop[];
    readonly view: LedgerView;
  },
): SweepReport {
  const { state } = done.view;
  const lines = done.applied.map((applied) => ({ kind: applied.intended.effect.kind, line: lineOf(applied) }));
  return {
    run: world.run,
    zone: world.zone,
    now: seen.now,
    written: done.bodies,
    granted: lines.flatMap(({ kind, line }) => (kind === 'ensure' ? [line] : [])),
    revoked: lines.flatMap(({ kind, line }) => (kind === 'ensure' ? [] : [line])),
    actions: done.bodies.flatMap((body) => (body.type === 'action-outcome' ? [body] : [])),
    refused: done.bodies.flatMap((body) => (isRefusal(body) ? [body] : [])),
    stops: seen.stops,
    problems: done.problems,
    alerts: alertsOf(state),
    unseen: seen.unseen,
    grants: [...state.grants.values()],
    nextDue: nextDue(state, seen.now),
    ledgerCommit: done.view.commit,
  };
}

/** What needs a person now, worst first: problems, then open alerts. */
export function attentionOf(report: SweepReport): readonly Stop[] {
  const known = new Map<string, Stop>();
  for (const stop of [...report.problems, ...report.stops, ...report.alerts]) known.set(stop.key, stop);
  const all = [...known.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return [...all.filter(isCritical), ...all.filter((stop) => !isCritical(stop))];
}

export function isCritical(stop: Stop): boolean {
  return stop.severity === 'critical';
}

function lineOf({ intended, outcome }: Applied): EffectLine {
  const { effect } = intended;
  return {
    grant: effect.grant,
    label: effect.slot.label,
    value: effect.after,
    because: effect.because.why,
    result: outcome.result,
    detail: outcome.detail,
    due: effect.due,
    confirmed: outcome.confirmed,
  };
}

function isRefusal(body: Body): body is SweepReport['refused'][number] {
  return body.type === 'refused' || body.type === 'quarantined' || body.type === 'lapsed';
}

function alertsOf(state: LedgerState): readonly OpenAlert[] {
  return [...state.alerts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
