import type Bottleneck from 'bottleneck';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paceOf, urgentPace } from '../../app/pace.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** As the throttling plugin uses it: a write that tells somebody waits for both. Minutes at which each was let through. */
async function minutesOf(writes: number, pace: Record<string, unknown>, minutes: number): Promise<readonly number[]> {
  const started = Date.now();
  const at: number[] = [];
  const { write, notifications } = pace as Record<'write' | 'notifications', Bottleneck.Group>;
  const key = String(pace['id'] ?? 'no-id');
  for (let count = 0; count < writes; count += 1) {
    void (async () => {
      await write.key(key).schedule(async () => {});
      await notifications.key(key).schedule(async () => {});
      at.push(Math.floor((Date.now() - started) / MINUTE));
    })();
  }
  await vi.advanceTimersByTimeAsync(minutes * MINUTE);
  return at;
}

const most = (at: readonly number[]) =>
  Math.max(0, ...[...Map.groupBy(at, (minute) => minute).values()].map(({ length }) => length));

describe('the pace', () => {
  it('lets a handful through at once', async () => {
    expect(await minutesOf(20, paceOf(60), 0.05)).toHaveLength(20);
  });

  it('stays below what GitHub takes a minute and an hour, whatever waits', async () => {
    const at = await minutesOf(2000, paceOf(60), 60);
    expect(most(at)).toBeLessThanOrEqual(80);
    expect(at.length).toBeGreaterThan(400);
    expect(at.length).toBeLessThanOrEqual(500);
  });

  it('leaves room for what ends access, however much waits', async () => {
    void minutesOf(500, paceOf(60), 0);
    expect(await minutesOf(3, urgentPace({}), 0.05)).toEqual([0, 0, 0]);
  });

  it('is none where there is none', () => {
    expect(paceOf(0)).toEqual({ enabled: false });
    expect(urgentPace({ enabled: false })).toEqual({ enabled: false });
  });
});
