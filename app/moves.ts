/**
 * What happened to a pull request itself, or to the rules, since it was looked at last. Only then is a green check taken back
 * before anything is read: a look that is made anyway would write twice for each that waits for its button.
 */
export interface Moves {
  moved(pullRequest: number): void;
  /** Other rules hold: whatever is found open next has moved. */
  movedAll(): void;
  /** What is open now. */
  found(pullRequests: readonly number[]): void;
  hasMoved(pullRequest: number): boolean;
  /** Whether other rules hold than when it was found what is open: a round that is under way is for nothing. */
  isOutdated(): boolean;
  /** Looks at one; where that throws, it counts as not looked at. */
  taking<T>(pullRequest: number, look: (hasMoved: boolean) => Promise<T>): Promise<T>;
}

/** After a start nobody knows what happened before: all have moved. */
export function newMoves(): Moves {
  const moved = new Set<number>();
  let hasAll = true;
  return {
    moved: (pullRequest) => void moved.add(pullRequest),
    movedAll() {
      hasAll = true;
    },
    found(pullRequests) {
      if (hasAll) for (const number of pullRequests) moved.add(number);
      hasAll = false;
    },
    hasMoved: (pullRequest) => moved.has(pullRequest),
    isOutdated: () => hasAll,
    async taking(pullRequest, look) {
      const hasMoved = moved.delete(pullRequest);
      try {
        return await look(hasMoved);
      } catch (error) {
        if (hasMoved) moved.add(pullRequest);
        throw error;
      }
    },
  };
}

/** What is looked at anyway stands in nobody's way, a round under other rules least of all: that one takes back what is green. */
export async function oneByOne(
  pullRequests: readonly number[],
  moves: Pick<Moves, 'isOutdated'>,
  look: (pullRequest: number) => Promise<unknown>,
): Promise<void> {
  for (const pullRequest of pullRequests) {
    if (moves.isOutdated()) return;
    await look(pullRequest);
  }
}
