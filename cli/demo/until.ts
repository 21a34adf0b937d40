/** Waits for another process to have done something. The wait is bounded, and what was last seen is part of the refusal. */

export async function until<T>(
  what: string,
  probe: () => Promise<T | null>,
  limit: { readonly milliseconds: number; readonly every: number } = { milliseconds: 30_000, every: 40 },
): Promise<T> {
  const deadline = performance.now() + limit.milliseconds;
  let last: unknown = null;
  for (;;) {
    try {
      const seen = await probe();
      if (seen !== null) return seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${limit.milliseconds / 1000} s in vain until ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, limit.every));
  }
}
