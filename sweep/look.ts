/**
 * The reading half of a sweep: from the ledger, the default branch and the targets to a plan. It writes nothing and
 * sends nothing; `gatepass sweep --plan` stops here. What cannot be read stops grants, never removals.
 */
import type { Body } from '../core/ledger/entry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import type { Change } from '../core/reconcile/change.ts';
import { plan } from '../core/reconcile/plan.ts';
import { slotsToObserve } from '../core/reconcile/slots.ts';
import type { Instant } from '../core/time.ts';
import { alertBodies, orphanKey } from './alerts.ts';
import { clockStops, latestOf, readClocks, trustedNow } from './clocks.ts';
import { decideBranch, NOTHING_DECIDED } from './decide-branch.ts';
import { failureOf } from './failure.ts';
import { foldIn } from './fold.ts';
import { observe, valuesOf, waitingIn } from './observe.ts';
import { findOrphans } from './orphans.ts';
import type { ProviderPool } from './provider-pool.ts';
import { type LedgerView, readLedgerView } from './read-ledger.ts';
import { type ResolvedGrants, resolveGrants } from './resolve.ts';
import { standingIn } from './standing.ts';
import type { Stop } from './stop.ts';
import { strangerPrefix, strangersIn } from './strangers.ts';
import { type Begins, keptWarnings } from './target-warnings.ts';
import { undecided, unexpected } from './undecided.ts';
import type { SweepWorld } from './world.ts';

export interface Look {
  readonly view: LedgerView;
  /** The later of GitHub's clock and the ledger's last entry. */
  readonly now: Instant;
  /** Tip of the default branch that was read; `null`: it was not. */
  readonly tip: string | null;
  /** What is decided: to be written, in this order, before the intents. */
  readonly decided: readonly Body[];
  /** With `decided` folded in. */
  readonly state: LedgerState;
  readonly changes: readonly Change[];
  /** What is about to begin: its targets are asked for warnings when removals are sent. */
  readonly begins: Begins;
  /** To be written after the intents. */
  readonly alerts: readonly Body[];
  /** Why no grant may begin. */
  readonly stops: readonly Stop[];
  /** What is held by our hand, or in a place of ours, and no ledger explains. */
  readonly orphans: readonly Stop[];
  /** By slot key: slots that could not be told. */
  readonly unseen: ReadonlyMap<string, string>;
}

export async function look(world: SweepWorld, pool: ProviderPool): Promise<Look> {
  const [view, clocks, attested] = await Promise.all([readLedgerView(world), readClocks(world), attestOrStop(world)]);
  const written = view.tip?.at ?? null;
  const now = trustedNow(clocks, written);
  pool.begin(now, view.state.waits);
  const before = [...view.stops, ...clockStops(clocks, written), ...attested];
  const branch =
    view.state.genesis === null ? NOTHING_DECIDED : await decideOrStop(world, view, view.state.genesis, now, before);
  const stops = [...before, ...branch.stops];
  const decided = foldIn(view, branch.bodies, now);
  const resolved = await resolveOrStop(world, pool, { view, state: decided, now, stops }, branch);
  const bodies = [...branch.bodies, ...resolved.bodies];
  const { state } = resolved;
  const observation = await observe(pool, slotsToObserve(state, resolved.targets, now), world.zone);
  const changes = plan({
    state,
    resolved: resolved.targets,
    observed: valuesOf(observation),
    waiting: waitingIn(observation),
    now,
    latest: latestOf(clocks, now),
    locks: branch.locks,
    mayGrant: stops.length === 0,
    zone: world.zone,
  });
  const asked = new Set([...resolved.targets.values()].flat().map(({ slot }) => slot.key));
  const { zone } = world;
  const found = strangersIn(pool, state, { zone, now, asked });
  const strangers = await orKept(found, state, strangerPrefix(zone));
  const orphans = await orKept(findOrphans(pool, { state, zone, now }), state, orphanKey(zone, ''));
  const warnings = keptWarnings(state, zone, resolved.targets);
  const targets = [...strangers, ...orphans, ...warnings, ...standingIn(state, changes, zone)];
  const situations = [...stops, ...branch.situations, ...resolved.problems, ...targets];
  const alerts = alertBodies(state, situations, world.zone, branch.isWhole);
  const { unseen } = observation;
  return {
    view,
    now,
    tip: branch.tip,
    decided: bodies,
    state,
    changes,
    begins: resolved.targets,
    alerts,
    stops,
    orphans: [...strangers, ...orphans],
    unseen,
  };
}

/** What is only said keeps no removal from being sent: where it cannot be told, what was said before stays. */
async function orKept(said: Promise<readonly Stop[]>, state: LedgerState, prefix: string): Promise<readonly Stop[]> {
  return said.catch((error: unknown) => [
    {
      key: 'sweep-failed',
      severity: 'critical' as const,
      message: `what a target holds beside the grants could not be told: ${failureOf(error)}`,
      next: 'report it with the log of this run; grants and removals go on',
    },
    ...[...state.alerts.values()].filter(({ key }) => key.startsWith(prefix)),
  ]);
}

async function attestOrStop(world: SweepWorld): Promise<readonly Stop[]> {
  return world.attest().catch((error: unknown) => [unexpected(error)]);
}

type Genesis = NonNullable<LedgerState['genesis']>;

async function decideOrStop(
  world: SweepWorld,
  view: LedgerView,
  genesis: Genesis,
  now: Instant,
  stops: readonly Stop[],
): ReturnType<typeof decideBranch> {
  try {
    return await decideBranch(world, { view, genesis, now, stops });
  } catch (error) {
    return { ...NOTHING_DECIDED, stops: [undecided(error)] };
  }
}

async function resolveOrStop(
  world: SweepWorld,
  pool: ProviderPool,
  known: { view: LedgerView; state: LedgerState; now: Instant; stops: readonly Stop[] },
  branch: Awaited<ReturnType<typeof decideBranch>>,
): Promise<ResolvedGrants & { readonly state: LedgerState }> {
  const { view, state, now, stops } = known;
  const nothing = { targets: new Map(), bodies: [], problems: [], state };
  if (stops.length > 0 || branch.governed === null) return nothing;
  const { home, accepted } = branch.governed;
  try {
    const resolved = await resolveGrants(world, pool, { home, view, state, accepted, locks: branch.locks, now });
    return { ...resolved, state: foldIn(view, [...branch.bodies, ...resolved.bodies], now) };
  } catch (error) {
    // Without targets nothing begins.
    return { ...nothing, problems: [unexpected(error)] };
  }
}
