/** Runs the real sweep in a world, one or several at once, with their faults; what went wrong is kept by the world. */
import { MINUTE } from '../../core/time.ts';
import { sweep } from '../../sweep/sweep.ts';
import { Random } from '../oracle/random.ts';
import { NAME } from './caches.ts';
import { checkEnds } from './checks.ts';
import { portOf } from './github-port.ts';
import { SIGNER } from './ledger-branch.ts';
import { ZONES } from './organisation.ts';
import { Process, Turns } from './process.ts';
import { NO_FAULTS, type Run } from './steps.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** How one ended, with how many entries it wrote. */
type Ended = { readonly is: 'done'; readonly written: number } | { readonly is: 'died' | 'threw' };

/** One without any fault. No time passes, so that nothing else becomes due meanwhile. */
export async function cleanSweep(world: World, zone: number): Promise<number> {
  const [ended] = await sweepAll(world, [{ zone, faults: NO_FAULTS }], 0);
  return ended?.is === 'done' ? ended.written : 0;
}

export async function sweepAll(world: World, runs: readonly Run[], order: number): Promise<readonly Ended[]> {
  const turns = runs.length > 1 ? new Turns(new Random(order)) : null;
  const startedAt = world.clock;
  const processes = runs.map((run) => {
    world.sweeps += 1;
    const zone = ZONES[run.zone] ?? 'default';
    if (run.faults.skew !== 0) world.model.wasSkewed = true;
    return new Process({ run: `${world.sweeps}/1`, zone, faults: run.faults }, turns, (minutes) =>
      world.advance(minutes * MINUTE),
    );
  });
  if (turns !== null) world.count('two-sweeps');
  let left = processes.length;
  const ended = processes.map(async (process) => {
    const result = await ends(world, process);
    left -= 1;
    return result;
  });
  if (turns !== null) await turns.run(() => left === 0);
  const results = await Promise.all(ended);
  if (world.violation !== null) throw world.violation;
  for (const process of processes) countFaults(world, process);
  const [process] = processes;
  if (results.some(({ is }) => is === 'done')) world.met();
  const isClean = turns === null && results[0]?.is === 'done' && process?.injected.size === 0;
  if (isClean && process.faults.skew === 0) checkEnds(world.model, process, startedAt);
  return results;
}

function countFaults(world: World, process: Process): void {
  for (const fault of process.injected) world.count(fault);
  if (process.raced > 0) world.count('lost-race');
  if (process.faults.skew !== 0) world.count('skew');
}

async function ends(world: World, process: Process): Promise<Ended> {
  const sweeping = sweepOf(world, process).then(
    (written): Ended => ({ is: 'done', written }),
    (error: unknown): Ended => {
      if (process.injected.size > 0 || world.model.isDamaged || process.turns !== null) return { is: 'threw' };
      world.violation ??= new Violation(
        'I2',
        `${process.run} threw without any fault: ${error instanceof Error ? error.stack : error}`,
      );
      return { is: 'threw' };
    },
  );
  return Promise.race([sweeping, process.died.then((is): Ended => ({ is }))]);
}

async function sweepOf(world: World, process: Process): Promise<number> {
  const github = portOf(world, process);
  const report = await sweep({
    github,
    repository: NAME,
    ledger: { github, repository: NAME },
    attest: async () => [],
    openProvider: (type, config) => process.call(() => world.targets.open(process, type, config)),
    runner: world.runs.for(process),
    signer: SIGNER,
    witness: 'none',
    run: process.run,
    zone: process.zone,
    cache: world.caches,
    alarm: () => ({ over: new Promise(() => {}), cancel: () => {} }),
    pause: async (milliseconds) => world.advance(milliseconds),
  });
  return report.written.length;
}
