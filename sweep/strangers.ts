/**
 * Who is in a place that only Gatepass fills, without anybody's leave: a maintainer of a just-in-time team can add others
 * by hand. It is said, never fought: what we did not grant is not ours to take.
 */
import type { Slot } from '../core/ledger/entry.ts';
import { type LedgerState, targetKey } from '../core/ledger/state.ts';
import { isTracked } from '../core/reconcile/slots.ts';
import type { Instant } from '../core/time.ts';
import type { Resolved } from '../providers/provider.ts';
import { bounded } from './failure.ts';
import type { ProviderPool } from './provider-pool.ts';
import type { Stop } from './stop.ts';

/** More than so many are counted only: whoever adds thousands writes no ledger full of them. */
const MOST_NAMED = 20;

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
  const targets = [...Map.groupBy(known.filter(isExclusive), targetKey).values()];
  const lists = await Promise.all(targets.map((slots) => inventoryOf(pool, slots)));
  const strangers = new Map<string, Resolved>();
  for (const each of lists.flatMap((held) => held ?? [])) {
    if (!asked.has(each.slot.key) && isStranger(state, each.slot, now)) strangers.set(each.slot.key, each);
  }
  const sorted = [...strangers.values()].sort((a, b) => (a.slot.key < b.slot.key ? -1 : 1));
  const named = sorted.slice(0, MOST_NAMED).map(said(zone));
  const found = [...named, ...moreStop(sorted.length - named.length, zone)];
  const keys = new Set(found.map(({ key }) => key));
  const before = lists.includes(null) ? openBefore(state, zone) : [];
  return [...found, ...before.filter(({ key }) => !keys.has(key))];
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
    message: bounded(`${slot.label} (${value}) without a grant, though only Gatepass fills it`),
    next: 'find out who added it, such as a maintainer, and remove it by hand; Gatepass takes back only what it gave',
  });
}

function moreStop(count: number, zone: string): readonly Stop[] {
  if (count <= 0) return [];
  const message = `${count} more are without a grant in places that only Gatepass fills`;
  const next = 'list who is there at the target, and find out who added so many';
  return [{ key: `${strangerPrefix(zone)}more`, severity: 'warning', message, next }];
}

function openBefore(state: LedgerState, zone: string): readonly Stop[] {
  return [...state.alerts.values()].filter(({ key }) => key.startsWith(strangerPrefix(zone)));
}
