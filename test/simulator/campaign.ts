/** Runs a stretch of histories and counts; on the first that breaks a promise, fast-check makes it short. */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { history } from './arbitraries.ts';
import { type Lived, live } from './simulate.ts';
import type { History } from './steps.ts';

export interface Figures {
  readonly histories: number;
  readonly lives: number;
  readonly sweeps: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly failure: Failure | null;
}

export interface Failure {
  readonly why: string;
  readonly seed: number;
  /** Fast-check's way to the shortest history: `npm run simulate -- --seed=S --path P` lives it again. */
  readonly path: string;
  readonly history: History;
}

/** Milliseconds. `shorten.ts` goes on from there. */
const SHORTEN_FOR = 20_000;

/** Until so many lives were lived, or histories, or a promise is broken. */
export async function campaign(asked: {
  readonly seed: number;
  readonly lives: number;
  readonly histories?: number;
  readonly path?: string;
  /** The first history that breaks a promise is not made short. */
  readonly isHasty?: boolean;
  /** How one is lived; in memory unless told. */
  readonly how?: (history: History) => Promise<Lived>;
}): Promise<Figures> {
  const faults = new Map<string, number>();
  let [lives, sweeps, histories] = [0, 0, 0];
  let shortenUntil: number | null = null;
  const property = fc.asyncProperty(history, async (one) => {
    // Enough: the rest of the runs cost nothing.
    if (shortenUntil === null ? lives >= asked.lives : performance.now() > shortenUntil) return;
    try {
      const lived = await (asked.how ?? live)(one);
      histories += 1;
      lives += lived.lives;
      sweeps += lived.sweeps;
      for (const [name, count] of lived.faults) faults.set(name, (faults.get(name) ?? 0) + count);
    } catch (error) {
      shortenUntil ??= performance.now() + SHORTEN_FOR;
      throw error;
    }
  });
  const { seed, path, isHasty } = asked;
  const numRuns = asked.histories ?? asked.lives;
  const details = await fc.check(property, {
    seed,
    numRuns,
    endOnFailure: isHasty === true,
    ...(path === undefined ? {} : { path }),
  });
  const [shortest] = details.counterexample ?? [];
  const failure =
    !details.failed || shortest === undefined
      ? null
      : { why: String(details.errorInstance), seed, path: details.counterexamplePath ?? '', history: shortest };
  return { histories, lives, sweeps, faults, failure };
}
