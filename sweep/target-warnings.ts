/**
 * What a target says of how we sign in to it, such as that our role there is a superuser: asked after a grant began there,
 * said for as long as anything is held there. It stops nothing; what stops a grant the provider refuses by itself.
 */
import { digestOf } from '../core/canonical.ts';
import type { Body, Slot } from '../core/ledger/entry.ts';
import { activeHolds } from '../core/ledger/live.ts';
import { type LedgerState, targetKey } from '../core/ledger/state.ts';
import type { Target } from '../core/reconcile/plan.ts';
import type { Diagnostic } from '../providers/provider.ts';
import { bounded } from './failure.ts';
import type { ProviderPool } from './provider-pool.ts';
import type { Stop } from './stop.ts';

/** By grant id, the targets of the grants that are about to begin, of this zone. */
export type Begins = ReadonlyMap<string, readonly Target[]>;

/** What was said, for as long as anything is held there or about to begin. Asks nobody: removals wait for this. */
export function keptWarnings(state: LedgerState, zone: string, begins: Begins): readonly Stop[] {
  const held = [...state.grants.values()].flatMap(activeHolds).map(({ slot }) => slot);
  const begun = [...begins.values()].flat().map(({ slot }) => slot);
  const keys = new Set([...held, ...begun].map((slot) => warningKey(zone, slot)));
  return [...state.alerts.values()].filter(({ key }) => keys.has(key));
}

/** What is new, and what is over: each target is asked once, all at the same time, when removals are sent. Never throws. */
export async function targetWarnings(
  pool: ProviderPool,
  state: LedgerState,
  zone: string,
  begins: Begins,
): Promise<readonly Body[]> {
  const asked = new Map<string, { readonly slot: Slot; readonly resource: string }>();
  for (const [id, targets] of begins) {
    const resource = state.grants.get(id)?.terms.resource;
    for (const { slot } of targets) {
      const key = warningKey(zone, slot);
      if (!asked.has(key)) asked.set(key, { slot, resource: resource ?? slot.provider });
    }
  }
  const bodies = await Promise.all(
    [...asked].map(async ([key, { slot, resource }]): Promise<readonly Body[]> => {
      const said = await warningOf(pool, slot, key, resource);
      if (said === null) return [];
      if (said !== 'none') return state.alerts.has(key) ? [] : [{ type: 'alert', ...said }];
      return state.alerts.has(key) ? [{ type: 'alert-closed', key }] : [];
    }),
  );
  return bodies.flat();
}

/** `null`: it does not say now, or nothing that makes sense, so that nothing changes. */
async function warningOf(pool: ProviderPool, slot: Slot, key: string, resource: string): Promise<Stop | 'none' | null> {
  try {
    const said = await (await pool.open(slot.provider, slot.config)).check();
    return said.length === 0 ? 'none' : warning(key, resource, said);
  } catch {
    return null;
  }
}

function warning(key: string, resource: string, said: readonly Diagnostic[]): Stop {
  return {
    key,
    severity: 'warning',
    message: bounded(`how the sweep signs in for ${resource}: ${said.map(({ message }) => message).join('; ')}`),
    next: bounded(said.map(({ fix }) => fix).join('; ')),
  };
}

export function warningPrefix(zone: string): string {
  return `target-warning:${zone}:`;
}

/** Configurations are told apart by a digest: they hold names of hosts and secrets, which are no text for a key. */
function warningKey(zone: string, slot: Slot): string {
  return `${warningPrefix(zone)}${slot.provider}-${digestOf(targetKey(slot)).slice(0, 8)}`;
}
