/**
 * What the slots of this zone hold now. A slot that cannot be told is left out, so that doubt stays visible; one that
 * cannot be told hides no other.
 */
import type { Slot } from '../core/ledger/entry.ts';
import type { Observed } from '../core/reconcile/change.ts';
import { failureOf } from './failure.ts';
import { type ProviderPool, providerKey } from './provider-pool.ts';

export interface Observation {
  /** By slot key. */
  readonly seen: ReadonlyMap<string, Observed>;
  /** By slot key: why it could not be told. */
  readonly unseen: ReadonlyMap<string, string>;
}

export async function observe(pool: ProviderPool, slots: readonly Slot[], zone: string): Promise<Observation> {
  const seen = new Map<string, Observed>();
  const unseen = new Map<string, string>();
  const ours = slots.filter((slot) => slot.zone === zone);
  const groups = Map.groupBy(ours, (slot) => providerKey(slot.provider, slot.config));
  await Promise.all(
    [...groups.values()].map(async (group) => {
      for (const found of await observeGroup(pool, group)) {
        if ('why' in found) unseen.set(found.slot, found.why);
        else seen.set(found.slot, found);
      }
    }),
  );
  return { seen, unseen };
}

/** For the plan: the values alone. */
export function valuesOf(observation: Observation): ReadonlyMap<string, string | null> {
  return new Map([...observation.seen].map(([key, { value }]) => [key, value]));
}

/** For the plan: slots whose value is accepted but not in force, such as an invitation that nobody has taken. */
export function waitingIn(observation: Observation): ReadonlySet<string> {
  return new Set([...observation.seen.values()].filter(({ pending }) => pending === true).map(({ slot }) => slot));
}

type Found = Observed | { readonly slot: string; readonly why: string };

/** All at once, which is cheap; one by one when that fails, so that a poisoned slot stands alone. */
async function observeGroup(pool: ProviderPool, slots: readonly Slot[]): Promise<readonly Found[]> {
  const [first] = slots;
  if (first === undefined) return [];
  try {
    const provider = await pool.open(first.provider, first.config);
    const found = await provider.observe(slots);
    return slots.map((slot) => found.find((each) => each.slot === slot.key) ?? untold(slot, 'it was not answered'));
  } catch (error) {
    if (slots.length === 1) return [untold(first, failureOf(error))];
    const found: Found[] = [];
    for (const slot of slots) found.push(...(await observeGroup(pool, [slot])));
    return found;
  }
}

function untold(slot: Slot, why: string): Found {
  return { slot: slot.key, why };
}
