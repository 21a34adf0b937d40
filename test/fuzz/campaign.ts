/** Runs inputs against targets and keeps what went wrong, the figures, and the slowest. */
import { performance } from 'node:perf_hooks';
import { Random, seedOf } from '../oracle/random.ts';
import type { Target } from './target.ts';

/** No input may take longer, in milliseconds. */
export const TOO_LONG = 50;

export interface Finding {
  readonly target: string;
  readonly index: number;
  readonly why: string;
}

export interface TargetFigures {
  readonly name: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly slowest: number;
  readonly seconds: number;
}

export interface Campaign {
  readonly targets: readonly TargetFigures[];
  readonly findings: readonly Finding[];
}

/** `inputs` in all, split by the targets' shares. The same seed gives the same inputs. */
export async function campaign(targets: readonly Target[], inputs: number, seed: number): Promise<Campaign> {
  const shares = targets.reduce((sum, target) => sum + target.share, 0);
  const findings: Finding[] = [];
  const figures: TargetFigures[] = [];
  for (const [number, target] of targets.entries()) {
    const count = Math.ceil((inputs * target.share) / shares);
    figures.push(await runTarget(target, count, seedOf(seed, number), findings));
  }
  return { targets: figures, findings };
}

async function runTarget(target: Target, count: number, seed: number, findings: Finding[]): Promise<TargetFigures> {
  let accepted = 0;
  let slowest = 0;
  const started = performance.now();
  for (let index = 0; index < count; index += 1) {
    const input = target.input(new Random(seedOf(seed, index)));
    const { took, ...result } = await timed(target, input);
    if ('why' in result) findings.push({ target: target.name, index, why: result.why });
    else if (result.accepted) accepted += 1;
    // A pause of the collector or of the machine is no hang: the best of a few more runs counts.
    const least = took <= TOO_LONG ? took : await bestOf(target, input, took);
    if (least > TOO_LONG) findings.push({ target: target.name, index, why: `took ${least.toFixed(0)} ms` });
    if (least > slowest) slowest = least;
  }
  return { name: target.name, inputs: count, accepted, slowest, seconds: (performance.now() - started) / 1000 };
}

type Timed = { readonly took: number } & ({ readonly accepted: boolean } | { readonly why: string });

async function timed(target: Target, input: unknown): Promise<Timed> {
  const took = stopwatch();
  try {
    const { accepted, check } = await target.run(input);
    const spent = took();
    check();
    return { took: spent, accepted };
  } catch (error) {
    return { took: took(), why: error instanceof Error ? error.message : String(error) };
  }
}

/** Milliseconds that this thread worked since: while other work has the processor, nothing here hangs. */
export function stopwatch(): () => number {
  const started = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(started);
    return (user + system) / 1000;
  };
}

async function bestOf(target: Target, input: unknown, first: number): Promise<number> {
  let best = first;
  for (let round = 0; round < 4 && best > TOO_LONG; round += 1)
    best = Math.min(best, (await timed(target, input)).took);
  return best;
}
