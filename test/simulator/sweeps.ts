/** Runs the real sweep in a world, one or several at once, with their faults; what went wrong is kept by the world. */
import { HOUR, MINUTE } from '../../core/time.ts';
import { HEARTBEAT_BRANCH } from '../../github/heartbeat-store.ts';
import { removingOnly } from '../../sweep/restrict.ts';
import { sweep } from '../../sweep/sweep.ts';
import type { SweepWorld } from '../../sweep/world.ts';
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

/** Intents, outcomes, and what is found out beside them. */
const MOST_COMMITS = 4;

/** Slots that end at once. */
const BURST = 12;

/** What it read is answered, and that it lives is said. */
function checkSaid({ model, github }: World, process: Process, startedAt: number): void {
  if (model.isDamaged) return;
  const unread = model.asked.find(({ isRead, merged }) => !isRead && merged < startedAt);
  if (unread !== undefined) throw new Violation('read', `${process.run} says nothing of ${unread.path}`);
  if (process.commits > MOST_COMMITS)
    throw new Violation('read', `${process.run} writes ${process.commits} commits to the ledger`);
  if (model.wasSkewed) return;
  const beats = github.git.refs.get(`heads/${HEARTBEAT_BRANCH}`);
  const file = beats === undefined ? undefined : github.git.at(beats).files.get(`heartbeat/${process.zone}.json`);
  const { at } = JSON.parse(file?.text ?? '{}') as { at?: string };
  const age = startedAt - Date.parse(at ?? '');
  if (!(age <= 30 * MINUTE)) throw new Violation('read', `${process.run} leaves a sign of life of ${at}`);
}

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
  meetAhead(world, runs);
  const processes = runs.map((run) => {
    world.sweeps += 1;
    const zone = ZONES[run.zone] ?? 'default';
    if (run.faults.skew !== 0) world.model.wasSkewed = true;
    const { faults, isRevokesOnly = false } = run;
    const named = { run: `${world.sweeps}/1`, zone, faults, isRevokesOnly };
    return new Process(named, turns, (minutes) => world.advance(minutes * MINUTE));
  });
  if (turns !== null) world.count('two-sweeps');
  let left = processes.length;
  const ended = processes.map(async (process) => {
    const result = await ends(world, process);
    left -= 1;
    return result;
  });
  if (turns !== null) await turns.run(() => left);
  const results = await Promise.all(ended);
  if (world.violation !== null) throw world.violation;
  for (const process of processes) countFaults(world, process);
  const [process] = processes;
  if (results.some(({ is }) => is === 'done')) world.met();
  const isClean = turns === null && results[0]?.is === 'done' && process?.injected.size === 0;
  if (isClean && process.faults.skew === 0) {
    checkEnds(world.model, process, startedAt);
    checkSaid(world, process, startedAt);
  }
  return results;
}

/** What was there before the first of them began. */
function meetAhead(world: World, runs: readonly Run[]): void {
  const { clock, model, sweptAt } = world;
  const isSilent = clock - sweptAt >= HOUR;
  if (isSilent) world.await('ticks-dropped');
  if (isSilent && runs.some(({ isRevokesOnly }) => isRevokesOnly === true)) world.await('actions-down');
  if (model.asked.some(({ isRead, merged }) => !isRead && clock - merged >= 90_000)) world.await('unfollowed');
  world.sweptAt = clock;
}

function countFaults(world: World, process: Process): void {
  for (const fault of process.injected) world.count(fault);
  if (process.lowered >= BURST) world.count('burst');
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
  const around: SweepWorld = {
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
  };
  const report = await sweep(process.isRevokesOnly ? removingOnly(around) : around);
  return report.written.length;
}
