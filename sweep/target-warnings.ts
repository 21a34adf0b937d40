/**
 * What a target says of how we sign in to it, such as that our role there is a superuser: asked when a grant begins there,
 * said for as long as anything is held there. It stops nothing; what stops a grant the provider refuses by itself.
 */
import { digestOf } from '../core/canonical.ts';
import type { Slot } from '../core/ledger/entry.ts';
import { activeHolds } from '../core/ledger/live.ts';
import { type LedgerState, targetKey } from '../core/ledger/state.ts';
import type { Target } from '../core/reconcile/plan.ts';
import type { Diagnostic } from '../providers/provider.ts';
import { bounded } from './failure.ts';
import type { ProviderPool } from './provider-pool.ts';
import type { Stop } from './stop.ts';

/** @param begins by grant id, the targets of the grants that are about to begin, of this zone */
export async function targetWarnings(
  pool: ProviderPool,
  state: LedgerState,
  zone: string,
  begins: ReadonlyMap<string, readonly Target[]>,
): Promise<readonly Stop[]> {
  const found: Stop[] = [];
  const asked = new Set<string>();
  for (const [id, targets] of begins) {
    for (const { slot } of targets) {
      const key = warningKey(zone, slot);
      if (asked.has(key)) continue;
      const said = await diagnosticsOf(pool, slot);
      if (said === null) continue;
      asked.add(key);
      if (said.length > 0) found.push(warning(key, state.grants.get(id)?.terms.resource ?? slot.provider, said));
    }
  }
  const held = [...state.grants.values()].flatMap(activeHolds).map(({ slot }) => warningKey(zone, slot));
  const still = [...state.alerts.values()].filter(({ key }) => held.includes(key) && !asked.has(key));
  return [...found, ...still];
}

/** `null`: it does not say now, so that nothing changes. */
async function diagnosticsOf(pool: ProviderPool, slot: Slot): Promise<readonly Diagnostic[] | null> {
  try {
    return await (await pool.open(slot.provider, slot.config)).check();
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
