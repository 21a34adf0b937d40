/**
 * Who is in a place that only Gatepass fills, without anybody's leave: a maintainer of a just-in-time team can add others
 * by hand. It is said, never fought: what we did not grant is not ours to take.
 */
import type { Slot } from '../core/ledger/entry.ts';
import { type LedgerState, targetKey } from '../core/ledger/state.ts';
import { isTracked } from '../core/reconcile/slots.ts';
import type { Instant } from '../core/time.ts';
import type { Resolved } from '../providers/provider.ts';
import type { ProviderPool } from './provider-pool.ts';
import type { Stop } from './stop.ts';

/**
 * Only places that the ledger knows a slot of, in the zone. What could not be asked keeps what was said of it open.
 * @param asked keys of slots that a grant is about to fill: what stands there is recorded with it
 */
export async function strangersIn(
  pool: ProviderPool,
  state: LedgerState,
  { zone, now, asked }: { readonly zone: string; readonly now: Instant; readonly asked: ReadonlySet<string> },
): Promise<readonly Stop[]> {
  const known = [...state.slots.values()].map(({ slot }) => slot).filter((slot) => slot.zone === zone);
  const found: Stop[] = [];
  let isDoubtful = false;
  for (const slots of Map.groupBy(known.filter(isExclusive), targetKey).values()) {
    const held = await inventoryOf(pool, slots);
    if (held === null) isDoubtful = true;
    else found.push(...held.filter(({ slot }) => !asked.has(slot.key) && isStranger(state, slot, now)).map(said(zone)));
  }
  const keys = new Set(found.map(({ key }) => key));
  return isDoubtful ? [...found, ...openBefore(state, zone).filter(({ key }) => !keys.has(key))] : found;
}

/** The catalog says so, and the intent has copied what the catalog said. */
function isExclusive({ config }: Slot): boolean {
  return config['exclusive'] === true;
}

/** `null`: it could not be told; whoever observes the same target says so. */
async function inventoryOf(pool: ProviderPool, slots: readonly Slot[]): Promise<readonly Resolved[] | null> {
  const [first] = slots;
  if (first === undefined) return [];
  try {
    const provider = await pool.open(first.provider, first.config);
    return (await provider.inventory?.(slots)) ?? [];
  } catch {
    return null;
  }
}

/** Neither granted, nor there before us. What we took back lately is the plan's to speak of. */
function isStranger(state: LedgerState, slot: Slot, now: Instant): boolean {
  const known = state.slots.get(slot.key);
  return known === undefined || (!isTracked(known, now) && known.standing === null);
}

export function strangerPrefix(zone: string): string {
  return `drift-member:${zone}:`;
}

function said(zone: string): (stranger: Resolved) => Stop {
  return ({ slot, value }) => ({
    key: `${strangerPrefix(zone)}${slot.key}`,
    severity: 'warning',
    message: `${slot.label} (${value}) without a grant, though only Gatepass fills it`,
    next: 'find out who added it, such as a maintainer, and remove it by hand; Gatepass takes back only what it gave',
  });
}

function openBefore(state: LedgerState, zone: string): readonly Stop[] {
  return [...state.alerts.values()].filter(({ key }) => key.startsWith(strangerPrefix(zone)));
}
