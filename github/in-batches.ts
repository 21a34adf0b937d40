/** At most so many requests at once: GitHub's secondary limit is 100 in flight, and shared with everybody else's. */
const AT_ONCE = 12;

/** Like `Promise.all` over `items`, in their order. The first failure is thrown; what had not started does not start. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
