import { describe, expect, it } from 'vitest';
import { type Again, backoff, createQueue, retried } from '../../app/queue.ts';

/** Runs that end when the test says so. */
function controlled() {
  const started: { key: string; attempt: number; end: (again: Again) => void; fail: (error: Error) => void }[] = [];
  const due: { seconds: number; work: () => void; isCalledOff: boolean }[] = [];
  const queue = createQueue<string>(
    (key, attempt) =>
      new Promise((resolve, reject) => {
        started.push({ key, attempt, end: resolve, fail: reject });
      }),
    {
      after(seconds, work) {
        const entry = { seconds, work, isCalledOff: false };
        due.push(entry);
        return () => {
          entry.isCalledOff = true;
        };
      },
    },
  );
  const run = (at: number) => started[at] ?? expect.fail(`run ${at} has not started`);
  return { queue, started, due, run };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('createQueue', () => {
  it('runs different keys beside each other and one key one at a time', async () => {
    const { queue, started, run } = controlled();
    queue.push('a');
    queue.push('b');
    queue.push('a');
    expect(started.map(({ key }) => key)).toEqual(['a', 'b']);
    run(0).end(null);
    await turn();
    expect(started.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
  });

  it('makes one run of however many wait, and tells all of them', async () => {
    const { queue, started, run } = controlled();
    queue.push('a');
    let told = 0;
    for (let at = 0; at < 10; at += 1) queue.push('a').then(() => (told += 1));
    expect(queue.size).toEqual({ running: 1, waiting: 1, later: 0 });
    run(0).end(null);
    await turn();
    expect(told).toBe(0);
    run(1).end(null);
    await turn();
    expect(started).toHaveLength(2);
    expect(told).toBe(10);
  });

  it('goes on after a run that failed, and tells who waited for that one only', async () => {
    const { queue, run } = controlled();
    const first = queue.push('a');
    const second = queue.push('a');
    run(0).fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    run(1).end(null);
    await expect(second).resolves.toBeUndefined();
  });

  it('never runs one key twice at once, though pushed in the gap between two runs', async () => {
    const { queue, started, run } = controlled();
    const first = queue.push('a');
    queue.push('a');
    first.then(() => queue.push('a'));
    run(0).end(null);
    await turn();
    expect(started).toHaveLength(2);
    expect(queue.size.running).toBe(1);
  });

  it('runs again later when a run asks for it, counting the attempts', async () => {
    const { queue, due, run } = controlled();
    queue.push('a');
    run(0).end(5);
    await turn();
    expect(due.map(({ seconds }) => seconds)).toEqual([5]);
    due[0]?.work();
    expect(run(1).attempt).toBe(1);
    run(1).end(null);
    await turn();
    queue.push('a');
    expect(run(2).attempt).toBe(0);
  });

  it('needs no later run when an event brings one sooner', async () => {
    const { queue, due, run } = controlled();
    queue.push('a');
    run(0).end(60);
    await turn();
    queue.push('a');
    expect(due[0]?.isCalledOff).toBe(true);
    expect(queue.size.later).toBe(0);
  });

  it('ends what runs and takes nothing new once it is closed', async () => {
    const { queue, started, run } = controlled();
    queue.push('a');
    const closed = queue.close();
    queue.push('b');
    run(0).end(5);
    await closed;
    expect(started).toHaveLength(1);
    expect(queue.size).toEqual({ running: 0, waiting: 0, later: 0 });
  });

  it('is idle when nothing runs or waits', async () => {
    const { queue, run } = controlled();
    queue.push('a');
    queue.push('a');
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    run(0).end(null);
    await turn();
    expect(isIdle).toBe(false);
    run(1).end(null);
    await idle;
    expect(isIdle).toBe(true);
  });
});

describe('backoff', () => {
  it.each([
    [0, null, 5],
    [1, null, 10],
    [3, null, 40],
    [50, null, 600],
    [0, 60, 60],
    [4, 1, 80],
  ])('after attempt %i, asked to wait %s, waits %i s', (attempt, asked, seconds) => {
    expect(backoff(attempt, asked)).toBe(seconds);
  });
});

describe('retried', () => {
  it('is soon back after one failure, however often it went well and asked for another look', async () => {
    const set: number[] = [];
    let isDown = false;
    const look = async (): Promise<Again> => {
      if (isDown) throw new Error('502');
      return 1200;
    };
    const queue = createQueue<string>(
      retried(look, () => null),
      {
        after(seconds) {
          set.push(seconds);
          return () => {};
        },
      },
    );
    for (let at = 0; at < 8; at += 1) await queue.push('a');
    isDown = true;
    for (let at = 0; at < 2; at += 1) await queue.push('a');
    isDown = false;
    await queue.push('a');
    isDown = true;
    await queue.push('a');
    expect(set.slice(7)).toEqual([1200, 5, 10, 1200, 5]);
  });

  it('waits as long as the failure asks', async () => {
    const fails = async (): Promise<Again> => {
      throw new Error('403');
    };
    expect(await retried(fails, () => 90)('a', 0)).toBe(90);
  });
});
