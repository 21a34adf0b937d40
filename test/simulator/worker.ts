/** A thread that lives histories: a seed comes in, figures go out. */
import { parentPort } from 'node:worker_threads';
import { campaign } from './campaign.ts';

export interface Order {
  readonly seed: number;
  readonly lives: number;
  readonly isHasty: boolean;
}

parentPort?.on('message', async (order: Order) => {
  parentPort?.postMessage(await campaign(order));
});
