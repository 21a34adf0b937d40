/**
 * Targets side by side, so that one that is slow or broken holds up no other. Within a target removals come first, each
 * in the order that it was planned in, and no more at once than the target bears. Knows nothing of what sending means.
 */
import { targetKey } from '../core/ledger/state.ts';
import { providers } from '../providers/registry.ts';
import type { Intended } from './effects.ts';

/** Resolves when every one was sent. `send` must not reject. */
export async function inLanes(intended: readonly Intended[], send: (each: Intended) => Promise<void>): Promise<void> {
  const lanes = Map.groupBy(intended, ({ effect }) => targetKey(effect.slot));
  const ended = new Map<string, Promise<void>>();
  await Promise.all([...lanes.values()].map((lane) => runLane(lane, ended, send)));
}

async function runLane(
  lane: readonly Intended[],
  ended: Map<string, Promise<void>>,
  send: (each: Intended) => Promise<void>,
): Promise<void> {
  const provider = lane[0]?.effect.slot.provider ?? '';
  const atOnce = Object.hasOwn(providers, provider) ? (providers[provider]?.capabilities.concurrency ?? 1) : 1;
  const endings = lane.filter(({ effect }) => effect.kind !== 'ensure');
  const done = endings.map((each) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ended.set(each.effect.slot.key, promise);
    return resolve;
  });
  await inOrder(endings, atOnce, async (each, index) => {
    await send(each);
    done[index]?.();
  });
  const beginnings = lane.filter(({ effect }) => effect.kind === 'ensure');
  await inOrder(beginnings, atOnce, async (each) => {
    // Under another configuration the same slot may end in another lane.
    await ended.get(each.effect.slot.key);
    await send(each);
  });
}

async function inOrder<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
