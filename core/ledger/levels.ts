/** The values of a slot, in order. `null` (nothing) is below all; what the slot's levels do not name is above all. */
import type { Slot } from './entry.ts';

export type Value = string | null;

/** What cannot be ranked counts as highest, so that it is never taken for something of ours. */
export function rank(slot: Slot, value: Value): number {
  if (value === null) return -1;
  const index = slot.levels.indexOf(value);
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}

export function isAbove(slot: Slot, value: Value, other: Value): boolean {
  return rank(slot, value) > rank(slot, other);
}

/** The first of the highest. */
export function highest(slot: Slot, values: readonly Value[]): Value {
  return values.reduce((best, value) => (isAbove(slot, value, best) ? value : best), null);
}

export function lower(slot: Slot, value: Value, other: Value): Value {
  return isAbove(slot, value, other) ? other : value;
}
