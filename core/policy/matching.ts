/** Filling places with distinct people: a maximum bipartite matching, so that nobody's seat is wasted on the wrong place. */

export interface Places {
  /** How many people it takes. */
  readonly count: number;
  /** Who can fill one of them, the preferred first. */
  readonly by: readonly number[];
}

/** For each entry who fills it, at most `count`, nobody twice over all entries. The same input gives the same people. */
export function matchDistinct(places: readonly Places[]): readonly (readonly number[])[] {
  const slots = places.flatMap((place, index) => Array.from({ length: place.count }, () => ({ index, by: place.by })));
  const holder = new Map<number, number>();
  for (const slot of slots.keys()) augment(slot, new Set());
  return places.map((place, index) =>
    place.by.filter((person) => {
      const slot = holder.get(person);
      return slot !== undefined && slots[slot]?.index === index;
    }),
  );

  /** Kuhn's algorithm: take a free person, or one whose slot can be filled by another. */
  function augment(slot: number, seen: Set<number>): boolean {
    for (const person of slots[slot]?.by ?? []) {
      if (seen.has(person)) continue;
      seen.add(person);
      const taken = holder.get(person);
      if (taken === undefined || augment(taken, seen)) {
        holder.set(person, slot);
        return true;
      }
    }
    return false;
  }
}

/** The same, but one person may fill places of several entries: an owner of two changed files approves both at once. */
export function matchShared(places: readonly Places[]): readonly (readonly number[])[] {
  return places.map((place) => place.by.slice(0, place.count));
}
