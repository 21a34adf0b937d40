/**
 * A sweep, the whole of gate 2:
 *
 *   read the ledger, prove it                         read-ledger.ts
 *   read the default branch since last time           first-parent.ts
 *   accept governing changes, or refuse them          govern.ts
 *   authorise new requests, in first-parent order     authorise.ts → derive-grant.ts → core decide
 *   take what is given back, and what is locked       returns.ts, locks.ts
 *   derive again what is about to begin, find slots   resolve.ts
 *   see what the slots hold                           observe.ts
 *   plan                                              core/reconcile/plan.ts
 *   write the decisions and intents, in one commit    append.ts
 *   apply, removals first; see again                  apply.ts, actions.ts
 *   write the outcomes, in one commit                 append.ts
 *   ask new targets how we sign in there              target-warnings.ts
 *   record what was closed without a merge            closed.ts
 *   say that it lives                                 heartbeat.ts
 *
 * Doubt blocks grants and never removals. Who loses the race for the ledger reads and plans again. When the ledger
 * cannot be written, removals are sent all the same (threat 57) and everything else waits.
 */
import type { Body } from '../core/ledger/entry.ts';
import type { Change } from '../core/reconcile/change.ts';
import type { Instant } from '../core/time.ts';
import { readBranchTip } from '../github/branch-store.ts';
import { GitHubError } from '../github/client.ts';
import { LEDGER_BRANCH } from '../github/ledger-store.ts';
import { type ActionAsked, intendAction, runActions } from './actions.ts';
import { unknownAlerts } from './alerts.ts';
import { append } from './append.ts';
import { apply } from './apply.ts';
import { recordClosed } from './closed.ts';
import { type Intended, intend, isEffect, recordsOf } from './effects.ts';
import { failureOf } from './failure.ts';
import { readTip } from './first-parent.ts';
import { heartbeat } from './heartbeat.ts';
import { type Look, look } from './look.ts';
import { type ProviderPool, providerPool } from './provider-pool.ts';
import { type LedgerView, readLedgerView } from './read-ledger.ts';
import { reportOf, type SweepReport } from './report.ts';
import type { Stop } from './stop.ts';
import { targetWarnings } from './target-warnings.ts';
import type { SweepWorld } from './world.ts';

/** How often a lost race is run again. Each loss means that somebody else got on. */
const ROUNDS = 6;

/** Throws `GitHubError` when GitHub, or the ledger, cannot be reached at all. */
export async function sweep(world: SweepWorld): Promise<SweepReport> {
  const pool = providerPool(world);
  try {
    for (let round = 1; round < ROUNDS; round += 1) {
      const report = await sweepOnce(world, pool, round === ROUNDS - 1);
      if (report !== 'lost') return report;
    }
    throw new GitHubError('conflict', `the ledger moved during each of ${ROUNDS - 1} tries; the next sweep goes on`);
  } finally {
    await pool.close();
  }
}

async function sweepOnce(world: SweepWorld, pool: ProviderPool, isLast: boolean): Promise<SweepReport | 'lost'> {
  const seen = await look(world, pool);
  const step = stepOf(world, seen);
  const mayBegin = step.intended.some(({ effect }) => effect.kind === 'ensure') || step.actions.intents.length > 0;
  // Threat 55: what was pushed meanwhile may be a lock. A branch that never rests must not starve the sweep.
  if (mayBegin && !isLast && (await tipNow(world, seen)) !== seen.tip) return 'lost';
  const written = await write(world, seen, step.bodies);
  if (written === 'lost') return 'lost';
  // What was planned on a ledger that has moved on may end what was granted since.
  if ('problem' in written && !isLast && (await hasMoved(world, seen))) return 'lost';
  const isWritten = !('problem' in written);
  // INVARIANT: no intent, no grant. A removal is owed whether or not it can be written down.
  const intended = isWritten ? step.intended : step.intended.filter(({ effect }) => effect.kind !== 'ensure');
  const [applied, actions] = await Promise.all([
    apply(world, pool, intended, seen.now),
    isWritten ? runActions(world, step.actions) : [],
  ]);
  const outcomes = [...applied.map(({ outcome }) => outcome), ...actions, ...unknownAlerts(seen.state, actions)];
  const told = isWritten ? await writeOutcomes(world, written, outcomes, seen.now) : written;
  // What nobody waits for comes last, when what was done is written down.
  const warnings = 'problem' in told ? [] : await targetWarnings(pool, seen.state, world.zone, seen.begins);
  const after = 'problem' in told ? told : await writeOutcomes(world, told, warnings, latest(outcomes, seen.now));
  // Where they cannot be written down, they are said all the same.
  const unwritten = 'problem' in after ? [after.problem, ...seen.orphans] : [];
  const said = [...(isWritten ? step.bodies : []), ...outcomes, ...warnings];
  // Only now: what anybody can make long has no removal behind it any more.
  const asides = { now: seen.now, hasRead: said.some(({ type }) => type === 'read') };
  const recorded = 'problem' in after ? null : await recordClosed(world, after, asides);
  const bodies = [...said, ...(recorded?.bodies ?? [])];
  const view = recorded?.view ?? seen.view;
  // Who cannot write down what was done is not to be counted on for the next thing.
  const beat = { view, now: seen.now, isWorking: bodies.length > 0 };
  const unheard = unwritten.length === 0 ? await heartbeat(world, beat) : null;
  const problems = [...unwritten, ...(unheard === null ? [] : [unheard]), ...(recorded?.problems ?? [])];
  return reportOf(world, seen, { bodies, applied, problems, view });
}

interface Step {
  /** Decisions, standing values, intents, alerts: one commit. */
  readonly bodies: readonly Body[];
  readonly intended: readonly Intended[];
  readonly actions: ActionAsked;
}

/** Actions belong to one zone, so that two sweeps never mean the same one. */
const ACTION_ZONE = 'default';

function stepOf(world: SweepWorld, seen: Look): Step {
  const { now, state } = seen;
  const isActor = world.zone === ACTION_ZONE;
  const changes = seen.changes.filter((change) => isActor || (change.kind !== 'run' && change.kind !== 'follow'));
  const intended = changes.filter(isEffect).map((effect) => intend(effect, world.run, now));
  const intents = changes.flatMap((change) => (change.kind === 'run' ? [intendAction(change, world.run, now)] : []));
  const follows = changes.flatMap((change) => (change.kind === 'follow' ? [change] : []));
  const intentOf = new Map<Change, Intended>(intended.map((each) => [each.effect, each]));
  const planned = changes.flatMap((change): readonly Body[] => {
    const own = intentOf.get(change);
    return own === undefined ? recordsOf(change, now, state.grants) : [own.intent];
  });
  return {
    bodies: [...seen.decided, ...planned, ...intents, ...seen.alerts],
    intended,
    actions: { intents, follows, grants: state.grants, now },
  };
}

/** `null`: it could not be read, so the next round looks whether it can be. */
async function tipNow(world: SweepWorld, seen: Look): Promise<string | null> {
  return readTip(world, seen.state.genesis?.repository.defaultBranch ?? '').catch(() => null);
}

/** `false` also where it cannot be told: removals wait for nobody. */
async function hasMoved(world: SweepWorld, { view }: Look): Promise<boolean> {
  const { github, repository } = world.ledger;
  const tip = await readBranchTip(github, repository, LEDGER_BRANCH).catch(() => view.commit);
  return tip !== view.commit;
}

// INVARIANT: whatever keeps the ledger from being written keeps no removal from being sent, so nothing is thrown from here.
type Written = LedgerView | 'lost' | { readonly problem: Stop };

async function write(world: SweepWorld, seen: Look, bodies: readonly Body[]): Promise<Written> {
  // A ledger that does not prove itself is evidence: nothing is written over it.
  if (seen.view.tip === null) return { problem: seen.view.stops[0] ?? unwritten('it does not prove itself') };
  try {
    return await append(world, seen.view, bodies, seen.now);
  } catch (error) {
    return { problem: unwritten(failureOf(error)) };
  }
}

/** Outcomes are facts, not plans: they are written on whatever the ledger has become. */
async function writeOutcomes(
  world: SweepWorld,
  view: LedgerView,
  outcomes: readonly Body[],
  now: Instant,
): Promise<LedgerView | { readonly problem: Stop }> {
  let current = view;
  try {
    for (let round = 1; round < ROUNDS; round += 1) {
      const written = await append(world, current, outcomes, latest(outcomes, now));
      if (written !== 'lost') return written;
      current = await readLedgerView(world);
      if (current.tip === null) break;
    }
    return {
      problem: unwritten('it moved during each try to write the outcomes; the next sweep sees them for itself'),
    };
  } catch (error) {
    return { problem: unwritten(failureOf(error)) };
  }
}

/** When the last of them was seen. */
function latest(outcomes: readonly Body[], now: Instant): Instant {
  const seen = outcomes.flatMap((body) => (body.type === 'outcome' && body.confirmed !== null ? [body.confirmed] : []));
  return [now, ...seen].sort().at(-1) ?? now;
}

function unwritten(why: string): Stop {
  const message = `the ledger could not be written: ${why}`;
  const next = 'removals were sent all the same; grants wait until it can be';
  return { key: 'ledger-unwritable', severity: 'critical', message, next };
}
