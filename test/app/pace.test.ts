import type Bottleneck from 'bottleneck';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const MINUTE = 60_000;

let pace: typeof import('../../app/pace.ts');
beforeEach(async () => {
  vi.useFakeTimers();
  // What lanes share is kept by the module, with timers of its own.
  vi.resetModules();
  pace = await import('../../app/pace.ts');
});
afterEach(() => {
  vi.useRealTimers();
});

/** As the throttling plugin uses it: a write that tells somebody waits for both. When each was let through, in ms. */
async function timesOf(writes: number, options: Record<string, unknown>, minutes: number): Promise<readonly number[]> {
  const started = Date.now();
  const at: number[] = [];
  const { write, notifications } = options as Record<'write' | 'notifications', Bottleneck.Group>;
  const key = String(options['id'] ?? 'no-id');
  for (let count = 0; count < writes; count += 1) {
    void (async () => {
      await write.key(key).schedule(async () => {});
      await notifications.key(key).schedule(async () => {});
      at.push(Date.now() - started);
    })();
  }
  await vi.advanceTimersByTimeAsync(minutes * MINUTE);
  return at;
}

/** The most in any stretch of time so long, wherever it begins. */
const mostIn = (at: readonly number[], length: number) =>
  Math.max(0, ...at.map((start) => at.filter((each) => each >= start && each < start + length).length));

describe('the pace', () => {
  it('lets a handful through at once', async () => {
    expect(await timesOf(20, pace.paceOf(60), 0.05)).toHaveLength(20);
  });

  it('stays below what GitHub takes in any minute and any hour, all lanes together, whatever waits', async () => {
    const lanes = [pace.paceOf(60), pace.lanePace('urgent', {}), pace.lanePace('emergency', {})];
    // The clock is one for all: they run side by side.
    const runs = lanes.map((lane) => timesOf(1000, lane, 0));
    await vi.advanceTimersByTimeAsync(120 * MINUTE);
    const [at = [], ...others] = await Promise.all(runs);
    expect(at.filter((each) => each < 60 * MINUTE).length).toBeGreaterThan(400);
    const all = [at, ...others].flat();
    expect(mostIn(all, MINUTE)).toBeLessThanOrEqual(80);
    expect(mostIn(all, 60 * MINUTE)).toBeLessThanOrEqual(500);
  });

  it.each(['urgent', 'emergency'] as const)('leaves room for what is %s, however much waits', async (lane) => {
    const other = lane === 'urgent' ? 'emergency' : 'urgent';
    for (const busy of [pace.paceOf(60), pace.lanePace(other, {})]) void timesOf(500, busy, 0);
    await vi.advanceTimersByTimeAsync(120 * MINUTE);
    const at = await timesOf(2, pace.lanePace(lane, {}), 0.05);
    expect(at).toHaveLength(2);
  });

  it('is none where there is none', () => {
    expect(pace.paceOf(0)).toEqual({ enabled: false });
    expect(pace.lanePace('urgent', { enabled: false })).toEqual({ enabled: false });
  });
});
