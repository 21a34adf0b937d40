/**
 * Which bindings of a grant have no slot yet. What has one keeps it: a resource that was made again under the same name is
 * another one, which nobody approved (fault 30).
 */
import type { Binding } from '../policy/decision.ts';
import type { Slot } from './entry.ts';
import { type GrantState, targetKey } from './state.ts';

/** Their places in `terms.bindings`, in order. */
export function unbound({ terms, holds }: GrantState): readonly number[] {
  const known = [...holds.values()];
  const bound = new Set<number | undefined>(known.flatMap(({ bindings }) => bindings ?? []));
  const left = () => [...terms.bindings.keys()].filter((index) => !bound.has(index));
  // Entries from before it was kept say nothing: each stands for one, of its own target if there is one.
  for (const { slot } of known.filter(({ bindings }) => bindings === undefined)) {
    const own = left().find((index) => isIn(slot, terms.bindings[index] as Binding));
    bound.add(own ?? left()[0]);
  }
  return left();
}

function isIn(slot: Slot, { provider, zone, with: config }: Binding): boolean {
  return zone === slot.zone && targetKey({ provider, config }) === targetKey(slot);
}
