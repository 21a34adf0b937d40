import { describe, expect, it } from 'vitest';
import { createBrake } from '../../app/brake.ts';
import { BASE, type Row, wire } from '../support/wire.ts';

/** A timer whose hour comes when the test says so. */
function driven() {
  const set: { seconds: number; work: () => void; isCalledOff: boolean }[] = [];
  return {
    set,
    timer: {
      after(seconds: number, work: () => void) {
        const entry = { seconds, work, isCalledOff: false };
        set.push(entry);
        return () => {
          entry.isCalledOff = true;
        };
      },
    },
  };
}

const limited = (headers: Record<string, string> = { 'retry-after': '90' }): Row => ({
  status: 403,
  body: { message: 'You have exceeded a secondary rate limit.' },
  headers,
});
const PULLS = `GET ${BASE}/pulls`;
const DISPATCH = `POST ${BASE}/actions/workflows/gatepass.yml/dispatches`;

function aBrake(rows: Record<string, Row>) {
  const { timer, set } = driven();
  const { github, calls } = wire({ [DISPATCH]: { body: {} }, ...rows });
  const told: number[] = [];
  const brake = createBrake(timer, (seconds) => told.push(seconds));
  const ask = (lane: ReturnType<typeof brake.guard>, call: string) => {
    const [method, path] = call.split(' ');
    return lane.request(`${method} ${path}`);
  };
  return { told, set, calls, ordinary: brake.guard(github), urgent: brake.watch(github), ask };
}

describe('the brake', () => {
  it('lets everything through while GitHub takes it', async () => {
    const { ordinary, ask, calls, set } = aBrake({ [PULLS]: { body: [] } });
    await ask(ordinary, PULLS);
    await ask(ordinary, PULLS);
    expect(calls()).toHaveLength(2);
    expect(set).toEqual([]);
  });

  it('sends nothing ordinary for as long as GitHub asks, and then again', async () => {
    let isLimited = true;
    const { ordinary, ask, calls, set } = aBrake({
      [PULLS]: (sent) => (isLimited ? (limited() as object) : { body: [sent.call] }),
    });
    await expect(ask(ordinary, PULLS)).rejects.toMatchObject({ status: 403 });
    for (let at = 0; at < 50; at += 1) {
      await expect(ask(ordinary, PULLS)).rejects.toMatchObject({
        code: 'rate-limited',
        afterSeconds: 90,
        isRetryable: true,
      });
    }
    expect(calls()).toHaveLength(1);
    expect(set.map(({ seconds }) => seconds)).toEqual([90]);
    isLimited = false;
    set[0]?.work();
    await ask(ordinary, PULLS);
    expect(calls()).toHaveLength(2);
  });

  it('does not hold what ends access', async () => {
    const { ordinary, urgent, ask, calls } = aBrake({ [PULLS]: limited() });
    await expect(ask(ordinary, PULLS)).rejects.toThrow();
    await ask(urgent, DISPATCH);
    expect(calls().at(-1)).toBe(DISPATCH);
  });

  it('holds the ordinary when what is urgent is refused', async () => {
    const { ordinary, urgent, ask } = aBrake({ [DISPATCH]: limited(), [PULLS]: { body: [] } });
    await expect(ask(urgent, DISPATCH)).rejects.toMatchObject({ status: 403 });
    await expect(ask(ordinary, PULLS)).rejects.toThrow('GitHub asked for rest');
  });

  it.each([
    ['a minute, where GitHub does not say how long', { 'x-ratelimit-remaining': '0' }, 60],
    ['as long as it says', { 'retry-after': '7' }, 7],
  ])('waits %s', async (_, headers, seconds) => {
    const { ordinary, ask, set } = aBrake({ [PULLS]: limited(headers as unknown as Record<string, string>) });
    await expect(ask(ordinary, PULLS)).rejects.toThrow();
    expect(set.map((each) => each.seconds)).toEqual([seconds]);
  });

  it('is never held for less by a second refusal', async () => {
    const headers = [{ 'retry-after': '90' }, { 'retry-after': '5' }, { 'retry-after': '600' }];
    const { urgent, ask, set, told } = aBrake({ [DISPATCH]: () => limited(headers.shift()) as object });
    for (let at = 0; at < 3; at += 1) await expect(ask(urgent, DISPATCH)).rejects.toThrow();
    expect(set.map(({ seconds, isCalledOff }) => [seconds, isCalledOff])).toEqual([
      [90, true],
      [600, false],
    ]);
    expect(told).toEqual([90, 600]);
  });

  const RESET = Date.parse('2026-11-23T10:20:00Z') / 1000;
  it.each([
    ['half of it is left', '2500', String(RESET), []],
    ['a tenth is left', '500', String(RESET), []],
    ['less than a tenth is left', '499', String(RESET), [1200]],
    ['the reset makes no sense', '1', '1', [60]],
  ])('keeps the last tenth of the hour for the clock: %s', async (_, left, reset, seconds) => {
    const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset };
    const { ordinary, ask, set } = aBrake({ [PULLS]: { body: [], headers } });
    await ask(ordinary, PULLS);
    expect(set.map((each) => each.seconds)).toEqual(seconds);
  });
});
