/** Filling places with distinct people: a maximum bipartite matching, so that nobody's seat is wasted on the wrong place. */

export interface Places {
  /** How many people it takes. */
  readonly count: number;
  /** Who can fill one of them, the preferred first. */
  readonly by: readonly number[];
}

/** For each entry who fills it, at most `count`, nobody twice over all entries. The same input gives the same people. */
export function matchDistinct(places: readonly Places[]): readonly (readonly number[])[] {
  const slots = places.flatMap((place) => Array.from({ length: place.count }, () => ({ place })));
  const taken = new Map<number, (typeof slots)[number]>();
  for (const slot of slots) augment(slot, new Set());
  return places.map((place) => place.by.filter((person) => taken.get(person)?.place === place));

  /** Kuhn's algorithm: take a free person, or one whose slot can be filled by another. */
  function augment(slot: (typeof slots)[number], seen: Set<number>): boolean {
    for (const person of slot.place.by) {
      if (seen.has(person)) continue;
      seen.add(person);
      const other = taken.get(person);
      if (other === undefined || augment(other, seen)) {
        taken.set(person, slot);
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
