/**
 * What a target itself says is ours, and no ledger explains: said, and never taken. It can be of a ledger that was cut, of
 * a run whose intent nobody kept, or somebody used our account by hand; only a person can tell (I7).
 */
import type { Slot } from '../core/ledger/entry.ts';
import { type LedgerState, targetKey } from '../core/ledger/state.ts';
import { isExplained } from '../core/reconcile/slots.ts';
import type { Instant } from '../core/time.ts';
import type { Resolved } from '../providers/provider.ts';
import { orphanKey } from './alerts.ts';
import { bounded } from './failure.ts';
import type { ProviderPool } from './provider-pool.ts';
import type { Stop } from './stop.ts';

/** More than so many are counted only: then a whole ledger is missing, and each name says the same. */
const MOST_NAMED = 20;

/** Of the targets of this zone that the ledger knows. One that cannot be asked leaves its open alerts as they are. */
export async function findOrphans(
  pool: ProviderPool,
  asked: { readonly state: LedgerState; readonly zone: string; readonly now: Instant },
): Promise<readonly Stop[]> {
  const { state, zone, now } = asked;
  const known = [...state.slots.values()]
    .map(({ slot }) => slot)
    .filter((slot) => slot.zone === zone && !isExclusive(slot));
  const targets = [...Map.groupBy(known, targetKey).values()];
  const found = await Promise.all(targets.map((slots) => inventory(pool, slots)));
  const untold = new Set(found.flatMap((each) => ('untold' in each ? [each.untold] : [])));
  const orphans = new Map<string, Resolved>();
  for (const each of found.flatMap((one) => ('held' in one ? one.held : []))) {
    if (!isExplained(state.slots.get(each.slot.key), each.value, now)) orphans.set(each.slot.key, each);
  }
  const sorted = [...orphans.values()].sort((a, b) => (a.slot.key < b.slot.key ? -1 : 1));
  const named = sorted.slice(0, MOST_NAMED).map((each) => orphanStop(each, zone));
  return [...named, ...moreStop(sorted.length - named.length, zone), ...kept(state, zone, untold)];
}

/** Who is in a place that only Gatepass fills is said by `strangers.ts`. */
function isExclusive({ config }: Slot): boolean {
  return config['exclusive'] === true;
}

type Found = { readonly held: readonly Resolved[] } | { readonly untold: string };

async function inventory(pool: ProviderPool, slots: readonly Slot[]): Promise<Found> {
  const [first] = slots;
  if (first === undefined) return { held: [] };
  try {
    const provider = await pool.open(first.provider, first.config);
    return { held: (await provider.inventory?.(slots)) ?? [] };
  } catch {
    // Why it cannot be asked shows where its slots are looked at.
    return { untold: first.provider };
  }
}

function orphanStop({ slot, value }: Resolved, zone: string): Stop {
  return {
    key: orphanKey(zone, slot.key),
    severity: 'critical',
    message: bounded(`${slot.label}: ${value} is held by our hand, and no grant in the ledger explains it`),
    next: 'find out where it comes from; nothing takes it back by itself, so take it back by hand if nobody needs it',
  };
}

function moreStop(count: number, zone: string): readonly Stop[] {
  if (count <= 0) return [];
  const message = `${count} more are held by our hand without a grant in the ledger`;
  const next = 'look whether this is the ledger of these targets: so many point to one that was cut or replaced';
  return [{ key: orphanKey(zone, 'more'), severity: 'critical', message, next }];
}

/** What was said of targets that cannot be asked now. Keys of slots begin with their provider. */
function kept(state: LedgerState, zone: string, untold: ReadonlySet<string>): readonly Stop[] {
  return [...state.alerts.values()].filter(({ key }) =>
    [...untold].some((provider) => key.startsWith(orphanKey(zone, `${provider}:`))),
  );
}
