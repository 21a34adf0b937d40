/** A thread that lives histories: a seed comes in, figures go out. */
import { parentPort } from 'node:worker_threads';
import { campaign } from './campaign.ts';
import { HOW, type Where } from './how.ts';

export interface Order {
  readonly seed: number;
  readonly lives: number;
  readonly isHasty: boolean;
  readonly github: Where;
}

parentPort?.on('message', async (order: Order) => {
  parentPort?.postMessage(await campaign({ ...order, how: HOW[order.github] }));
});
