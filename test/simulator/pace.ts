/**
 * Calls to GitHub that are made at once are answered one by one, in the order they were made, each when all that follows
 * from the one before has been asked for. So the same history makes the same calls, however long answers take.
 */
export class Pace {
  #last: Promise<unknown> = Promise.resolve();

  turn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(settled).then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** All promises that can be kept are kept before this one is. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
