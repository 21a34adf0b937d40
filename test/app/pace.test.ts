import type Bottleneck from 'bottleneck';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GitHub } from '../../github/client.ts';

const MINUTE = 60_000;
const EMPTY = { status: 200, headers: {}, data: null };
const FILES = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files';

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

/** When each of so many reads was sent, in ms; filled while time passes. */
function readsOf(paced: (github: GitHub) => GitHub, reads: number): readonly number[] {
  const at: number[] = [];
  const github = paced({ request: async () => ({ ...EMPTY, data: at.push(Date.now()) }) });
  for (let count = 0; count < reads; count += 1) void github.request('GET /repos/{owner}/{repo}');
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

  it('reads a burst at once, and within what all writes leave of the points', async () => {
    const at = readsOf(pace.pacedReads(60), 800);
    await vi.advanceTimersByTimeAsync(900);
    expect(at).toHaveLength(120);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(mostIn(at, MINUTE)).toBeLessThanOrEqual(360);
    expect(at.length).toBeGreaterThan(500);
  });

  it('lets a write through to the pace of writes, whatever waits to be read', async () => {
    const sent: string[] = [];
    const github = pace.pacedReads(60)({ request: async (route) => ({ ...EMPTY, data: sent.push(route) }) });
    for (let count = 0; count < 500; count += 1) void github.request('GET /repos/{owner}/{repo}');
    void github.request('POST /repos/{owner}/{repo}/check-runs');
    await vi.advanceTimersByTimeAsync(900);
    expect(sent).toHaveLength(121);
    expect(sent).toContain('POST /repos/{owner}/{repo}/check-runs');
  });

  it('asks first whether somebody breaks the glass', async () => {
    const sent: string[] = [];
    const github = pace.pacedReads(60)({ request: async (route) => ({ ...EMPTY, data: sent.push(route) }) });
    for (let count = 0; count < 500; count += 1) void github.request('GET /repos/{owner}/{repo}');
    await vi.advanceTimersByTimeAsync(900);
    void github.request(FILES);
    await vi.advanceTimersByTimeAsync(1500);
    expect(sent).toContain(FILES);
    expect(sent.length).toBeLessThan(130);
  });

  it('decides so many at once, and the others in the order they came', async () => {
    const begun: number[] = [];
    const ended: (() => void)[] = [];
    const turn = pace.inTurn(2);
    for (const each of [1, 2, 3]) void turn(() => new Promise<void>((end) => ended.push(end) && begun.push(each)));
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual([1, 2]);
    ended[1]?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual([1, 2, 3]);
  });

  it('is none where there is none', () => {
    const github = { request: async () => EMPTY };
    expect(pace.pacedReads(0)(github)).toBe(github);
    expect(pace.paceOf(0)).toEqual({ enabled: false });
    expect(pace.lanePace('urgent', { enabled: false })).toEqual({ enabled: false });
  });
});
