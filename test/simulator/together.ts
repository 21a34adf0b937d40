/** Lives histories in several threads until so many lives were lived, or one breaks a promise. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { seedOf } from '../oracle/random.ts';
import type { Figures } from './campaign.ts';
import type { Where } from './how.ts';
import type { Order } from './worker.ts';

interface Asked {
  readonly seed: number;
  readonly lives: number;
  readonly workers: number;
  readonly isHasty: boolean;
  readonly github?: Where;
}

/** One order of a thread: small enough that none is long idle at the end. */
const LIVES_AT_ONCE = 500;

/** Nearly everything is forgotten with its history: a larger nursery is emptied less often. */
const YOUNG = { maxYoungGenerationSizeMb: 128 };

/** Where nobody watches, a line for so many lives. */
const PROGRESS = 20_000;

/** In no particular order; each order has a seed of its own. */
export async function together(asked: Asked): Promise<readonly Figures[]> {
  const { seed, lives, workers, isHasty, github = 'memory' } = asked;
  const done: Figures[] = [];
  let orders = 0;
  let lived = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(join(import.meta.dirname, 'worker.ts'), { resourceLimits: YOUNG });
    while (lived < lives && done.every((each) => each.failure === null)) {
      const order: Order = {
        seed: seedOf(seed, orders) | 0,
        lives: Math.min(LIVES_AT_ONCE, lives - lived),
        isHasty,
        github,
      };
      orders += 1;
      const answer = await new Promise<Figures>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.postMessage(order);
      });
      worker.removeAllListeners('error');
      done.push(answer);
      lived += answer.lives;
      if (process.stderr.isTTY) process.stderr.write(`\r${lived} lives`);
      else if (lived % PROGRESS < answer.lives) process.stderr.write(`${lived} lives\n`);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.max(1, workers) }, work));
  return done;
}
