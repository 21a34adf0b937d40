/** Makes a history that breaks a promise as short as it gets: a step less, a fault less, while the same promise breaks. */
import { live } from './simulate.ts';
import { type Faults, type History, NO_FAULTS, type Run, type Step } from './steps.ts';

/** The promise that the history breaks, by its name; `null`: none. */
export async function brokenBy(history: History): Promise<{ readonly promise: string; readonly why: string } | null> {
  try {
    await live(history);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { promise: why.split(':')[0] ?? why, why };
  }
}

/** Tries at most so many histories. */
export async function shortened(history: History, tries = 2000): Promise<History> {
  const promise = (await brokenBy(history))?.promise;
  let current = history;
  let left = tries;
  for (let isShorter = true; isShorter && left > 0; ) {
    isShorter = false;
    for (const candidate of shorter(current)) {
      left -= 1;
      if (left < 0) return current;
      if ((await brokenBy(candidate))?.promise !== promise) continue;
      current = candidate;
      isShorter = true;
      break;
    }
  }
  return current;
}

function* shorter(history: History): Generator<History> {
  const { steps, standing } = history;
  for (const size of [16, 8, 4, 2, 1]) {
    for (let at = 0; at + size <= steps.length; at += size) {
      yield { ...history, steps: [...steps.slice(0, at), ...steps.slice(at + size)] };
    }
  }
  for (const [at] of standing.entries()) yield { ...history, standing: standing.filter((_, index) => index !== at) };
  for (const [at, step] of steps.entries()) {
    for (const simple of simpler(step)) yield { ...history, steps: steps.with(at, simple) };
  }
}

function* simpler(step: Step): Generator<Step> {
  if (step.is !== 'sweep') return;
  for (const [at, run] of step.runs.entries()) {
    if (step.runs.length > 1) yield { ...step, runs: step.runs.filter((_, index) => index !== at) };
    for (const name of Object.keys(NO_FAULTS) as (keyof Faults)[]) {
      if (run.faults[name] === NO_FAULTS[name]) continue;
      const faults: Faults = { ...run.faults, [name]: NO_FAULTS[name] };
      yield { ...step, runs: step.runs.with(at, { ...run, faults } satisfies Run) };
    }
  }
}
