/**
 * The hub's own clock, which every domain instant and the `Date` header come from, so that a test can pass a day in a
 * moment. Tokens and JWTs keep real time: their libraries look at the machine's clock.
 */
import type { Instant } from './model.ts';
import type { Clock } from './types.ts';

export interface ClockOptions {
  /** Where it starts; the machine's time by default. */
  readonly now?: string;
  /** Whether it goes on by itself, at the machine's pace. */
  readonly running: boolean;
  /** Called to run what falls due in `(from, to]`; the clock is at `from`. */
  readonly onAdvance: (from: Instant, to: Instant) => Promise<void>;
}

export function startClock(options: ClockOptions): Clock {
  let origin = options.now === undefined ? Date.now() : parse(options.now);
  let since = Date.now();
  let isRunning = options.running;
  const epoch = (): number => (isRunning ? origin + Date.now() - since : origin);
  const set = (at: number): void => {
    origin = at;
    since = Date.now();
  };
  return {
    epoch,
    now: () => iso(epoch()),
    set: (at) => set(parse(at)),
    run: () => {
      set(epoch());
      isRunning = true;
    },
    async advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot advance by ${milliseconds} ms`);
      const target = epoch() + milliseconds;
      await options.onAdvance(iso(epoch()), iso(target));
      set(Math.max(target, epoch()));
    },
  };
}

function parse(at: string): number {
  const epoch = Date.parse(at);
  if (Number.isNaN(epoch)) throw new RangeError(`\`${at}\` is not an instant; expected ISO 8601 with an offset`);
  return epoch;
}

function iso(epoch: number): Instant {
  return new Date(epoch).toISOString();
}

/** GitHub's form of an instant: whole seconds. */
export function seconds(at: Instant): string {
  return `${at.slice(0, 19)}Z`;
}
