/**
 * One evaluation at a time for a key, and only the newest of those that wait: an evaluation reads everything anew, so
 * ten events while it runs need one more run, not ten. A run that asks for it is repeated later. Knows nothing of pulls.
 */

/** Seconds after which to run again by itself; `null`: when something happens. */
export type Again = number | null;

export interface Queue<Key> {
  /** Resolves when a run that began after this call has ended; rejects with what that run threw. */
  push(key: Key): Promise<void>;
  /** Runs under way, waiting, or set for later. */
  readonly size: { readonly running: number; readonly waiting: number; readonly later: number };
  /** Resolves when nothing runs or waits; what is set for later stays set. */
  idle(): Promise<void>;
  /** Forgets what is set for later and takes nothing new. Resolves when what runs has ended. */
  close(): Promise<void>;
}

export interface Timer {
  /** Returns how to call it off. */
  after(seconds: number, work: () => void): () => void;
}

/** @param attempt how many runs of this key ended asking for another, this one not counted: 0 for a first run */
export function createQueue<Key>(work: (key: Key, attempt: number) => Promise<Again>, timer: Timer): Queue<Key> {
  const running = new Map<Key, Promise<void>>();
  const waiting = new Map<Key, Promise<void>>();
  const later = new Map<Key, () => void>();
  const attempts = new Map<Key, number>();
  let isClosed = false;

  const start = (key: Key): Promise<void> => {
    later.get(key)?.();
    later.delete(key);
    const run = once(key).finally(() => running.delete(key));
    running.set(key, run);
    return run;
  };

  const once = async (key: Key): Promise<void> => {
    const attempt = attempts.get(key) ?? 0;
    const again = await work(key, attempt);
    if (again === null) attempts.delete(key);
    else if (!isClosed) {
      attempts.set(key, attempt + 1);
      later.set(
        key,
        timer.after(again, () => {
          later.delete(key);
          push(key).catch(() => {});
        }),
      );
    }
  };

  const push = (key: Key): Promise<void> => {
    if (isClosed) return Promise.resolve();
    const next = waiting.get(key);
    if (next !== undefined) return next;
    const current = running.get(key);
    if (current === undefined) return start(key);
    const after = current
      .catch(() => {})
      .then(() => {
        waiting.delete(key);
        return start(key);
      });
    waiting.set(key, after);
    return after;
  };

  const idle = async (): Promise<void> => {
    while (running.size > 0 || waiting.size > 0) await Promise.allSettled([...running.values(), ...waiting.values()]);
  };

  return {
    push,
    idle,
    get size() {
      return { running: running.size, waiting: waiting.size, later: later.size };
    },
    async close() {
      isClosed = true;
      for (const cancel of later.values()) cancel();
      later.clear();
      await idle();
    },
  };
}

/**
 * Work that, where it throws, is tried again later each time. Runs that went well count for nothing: work that looks every
 * hour is as soon back after one failure as work that looked once.
 * @param failed told of each failure; returns the seconds that GitHub asks for, `null`: none
 */
export function retried<Key>(
  work: (key: Key, attempt: number) => Promise<Again>,
  failed: (key: Key, error: unknown) => number | null,
): (key: Key, attempt: number) => Promise<Again> {
  const failures = new Map<Key, number>();
  return async (key, attempt) => {
    try {
      const again = await work(key, attempt);
      failures.delete(key);
      return again;
    } catch (error) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      return backoff(before, failed(key, error));
    }
  };
}

/** What setTimeout can count, 24.8 days: anything longer would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Real time. A process that is done need not wait for it. Fires early rather than at once where a wait is too long. */
export const realTimer: Timer = {
  after(seconds, work) {
    const handle = setTimeout(work, Math.min(seconds * 1000, LONGEST));
    handle.unref();
    return () => clearTimeout(handle);
  },
};

/** 5 s, then twice as long each time, at most 10 minutes; GitHub's own wish goes first. */
export function backoff(attempt: number, asked: number | null): number {
  return Math.max(asked ?? 0, Math.min(600, 5 * 2 ** Math.min(attempt, 10)));
}
