/**
 * Which bindings of a grant have no slot yet. What has one keeps it: a resource that was made again under the same name is
 * another one, which nobody approved (fault 30).
 */
import type { Slot } from './entry.ts';
import { type GrantState, targetKey } from './state.ts';

/** Their places in `terms.bindings`, in order. */
export function unbound({ terms, holds }: GrantState): readonly number[] {
  const known = [...holds.values()];
  const bound = new Set(known.flatMap(({ bindings }) => bindings ?? []));
  const left = () => terms.bindings.map((_, index) => index).filter((index) => !bound.has(index));
  // Entries from before it was kept say nothing: each stands for one, of its own target if there is one.
  for (const { slot } of known.filter(({ bindings }) => bindings === undefined)) {
    const [first] = left().sort((a, b) => Number(isIn(slot, terms.bindings[b])) - Number(isIn(slot, terms.bindings[a])));
    if (first !== undefined) bound.add(first);
  }
  return left();
}

function isIn(slot: Slot, binding: GrantState['terms']['bindings'][number] | undefined): boolean {
  if (binding === undefined || binding.zone !== slot.zone) return false;
  return targetKey(slot) === targetKey({ provider: binding.provider, config: binding.with });
}
