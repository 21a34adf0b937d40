import { describe, expect, it, vi } from 'vitest';
import { tick } from '../../app/clock.ts';
import { realTimer } from '../../app/queue.ts';
import { DAY, HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import type { GitHub } from '../../github/client.ts';
import { HEARTBEAT_BRANCH } from '../../github/heartbeat-store.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { ACTIONS, aClock, type ClockUnderTest, DISPATCH, end, held } from '../support/clock-in-memory.ts';
import { fileOf } from '../support/memory-git.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { grantRead } from '../support/sweep-steps.ts';

const SECOND = 'requests/orders-db/read-only/second.yaml';
const THIRD = 'requests/orders-db/read-only/third.yaml';

describe('the clock', () => {
  it('sleeps until the next due instant, whatever the hour', async () => {
    const clock = await held();
    expect(await clock.after(0)).toBe(30 * 60);
    expect(await clock.after(29 * MINUTE)).toBe(60);
    expect(await clock.after(MINUTE - 1000)).toBe(1);
    expect(clock.runs).toEqual([]);
  });

  it('starts a sweep at that instant, and rests once the ledger shows it done', async () => {
    const clock = await held();
    expect(await clock.after(30 * MINUTE)).toBe(10);
    expect(clock.runs).toHaveLength(1);
    expect(clock.gate.clock).toMatchObject({ owedSince: clock.world.github.now, sent: { run: 1, is: 'queued' } });
    await clock.world.sweep();
    end(clock, 'success');
    expect(await clock.after(10_000)).toBe(45 * 60 - 10);
    expect(clock.gate.clock).toMatchObject({ owedSince: null, sent: { run: 1, is: 'success', attempt: 0 } });
    expect(clock.runs).toHaveLength(1);
  });

  it('follows one run and starts no second one beside it', async () => {
    const clock = await held();
    await clock.after(30 * MINUTE);
    for (const status of ['queued', 'in_progress', 'in_progress']) {
      Object.assign(clock.runs[0] ?? {}, { status });
      expect(await clock.after(10_000)).toBe(10);
    }
    expect(clock.runs).toHaveLength(1);
    expect(clock.gate.clock.sent?.is).toBe('in_progress');
  });

  it.each(['success', 'failure', 'cancelled'])(
    'believes no run that ended as %s while the work is undone: it starts another, later each time',
    async (conclusion) => {
      const clock = await held();
      await clock.after(30 * MINUTE);
      const waits: number[] = [];
      // At 10:45 nobody has been heard for three quarters of an hour, which is worth a run of its own.
      for (let round = 0; round < 9; round += 1) {
        end(clock, conclusion);
        const wait = await clock.after(10_000);
        waits.push(wait);
        expect(await clock.after(wait * 1000)).toBe(10);
        expect(clock.runs).toHaveLength(round + 2);
      }
      expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 185, 600]);
    },
  );

  it('gives up on a run that never ends, and on one that is gone', async () => {
    const clock = await held('20m');
    await clock.after(20 * MINUTE);
    expect(await clock.after(15 * MINUTE - 1000)).toBe(10);
    const wait = await clock.after(1000);
    expect(wait).toBe(5);
    await clock.after(5000);
    expect(clock.runs).toHaveLength(2);
    clock.runs.length = 0;
    await clock.after(2 * MINUTE);
    expect(clock.gate.clock.sent).toMatchObject({ run: null, is: 'unknown' });
  });

  it('starts another run for what comes due while one is on its way', async () => {
    const clock = aClock();
    grantRead(clock.world, { duration: '30m' });
    await clock.world.sweep();
    clock.world.advance(MINUTE);
    grantRead(clock.world, { duration: '30m' }, SECOND);
    await clock.world.sweep();
    await clock.after(29 * MINUTE);
    expect(clock.runs).toHaveLength(1);
    expect(await clock.after(55_000)).toBe(5);
    expect(await clock.after(5000)).toBe(10);
    expect(clock.runs).toHaveLength(2);
  });

  it('keeps an idle sweep alive every three quarters of an hour', async () => {
    const clock = aClock();
    await clock.world.sweep();
    expect(await clock.after(0)).toBe(45 * 60);
    await clock.after(45 * MINUTE);
    expect(clock.runs).toHaveLength(1);
  });

  it('is armed for no longer than a day, though the grant is months away', async () => {
    const clock = await held();
    const { pulse } = clock.gate.clock;
    expect(pulse).toBeNull();
    await clock.after(0);
    expect(await clock.after(-DAY * 60)).toBeLessThanOrEqual(86_400);
  });
});

describe('a merge', () => {
  it('has ninety seconds to be taken up by a run of its own', async () => {
    const clock = aClock();
    await clock.world.sweep();
    grantRead(clock.world);
    expect(await clock.after(0)).toBe(90);
    expect(await clock.after(60_000)).toBe(30);
    expect(clock.runs).toEqual([]);
    expect(await clock.after(30_000)).toBe(10);
    expect(clock.runs).toHaveLength(1);
  });

  it('has a sweep at once where no push can start one', async () => {
    const clock = aClock({ ledger: 'ops' });
    await clock.world.sweep();
    grantRead(clock.world);
    expect(await clock.after(0)).toBe(10);
    expect(clock.runs).toHaveLength(1);
  });

  it('is followed in the run that GitHub started late', async () => {
    const clock = aClock();
    await clock.world.sweep();
    grantRead(clock.world);
    await clock.after(0);
    const head_sha = clock.world.github.git.tip(REPOSITORY.branch).sha;
    clock.runs.push({ id: 77, status: 'queued', conclusion: null, head_sha });
    expect(await clock.after(90_000)).toBe(10);
    expect(clock.runs).toHaveLength(1);
    expect(clock.gate.clock.sent).toMatchObject({ run: 77 });
    end(clock, 'cancelled');
    const wait = await clock.after(10_000);
    await clock.after(wait * 1000);
    expect(clock.runs).toHaveLength(2);
  });

  it('does not wait for a run that itself waits for a person', async () => {
    const clock = aClock();
    await clock.world.sweep();
    grantRead(clock.world);
    await clock.after(0);
    const head_sha = clock.world.github.git.tip(REPOSITORY.branch).sha;
    clock.runs.push({ id: 77, status: 'waiting', conclusion: null, head_sha });
    await clock.after(90_000);
    expect(clock.runs).toHaveLength(2);
  });

  it('does not wait longer because others merge after it, and each has its own run', async () => {
    const clock = aClock();
    await clock.world.sweep();
    grantRead(clock.world);
    await clock.after(0);
    clock.world.advance(60_000);
    grantRead(clock.world, {}, SECOND);
    expect(await clock.after(0)).toBe(30);
    await clock.after(30_000);
    expect(clock.runs).toHaveLength(1);
    grantRead(clock.world, {}, THIRD);
    await clock.after(10_000);
    await clock.after(90_000);
    expect(clock.runs).toHaveLength(2);
  });
});

describe('when GitHub refuses or fails', () => {
  it('raises an alarm while it may not start a sweep, and ends it by itself', async () => {
    const clock = await held();
    clock.broken.set(DISPATCH, httpError(403, 'Resource not accessible by integration'));
    await clock.after(30 * MINUTE);
    expect(clock.alarms()).toEqual(['sweep-refused']);
    clock.broken.clear();
    await clock.after(MINUTE);
    expect(clock.alarms()).toEqual([]);
    expect(clock.runs).toHaveLength(1);
  });

  it('says so for a merge too, though it may not even see runs', async () => {
    const clock = aClock();
    await clock.world.sweep();
    grantRead(clock.world);
    await clock.after(0);
    for (const route of [DISPATCH, `GET ${ACTIONS}/workflows/{workflow_id}/runs`])
      clock.broken.set(route, httpError(403, 'Resource not accessible by integration'));
    await clock.after(90_000);
    expect(clock.alarms()).toEqual(['sweep-refused']);
  });

  it('switches the workflow on and asks again, without an alarm', async () => {
    const clock = await held();
    clock.workflow.state = 'disabled_inactivity';
    expect(await clock.after(30 * MINUTE)).toBe(1);
    expect(await clock.after(1000)).toBe(10);
    expect(clock.runs).toHaveLength(1);
    expect(clock.alarms()).toEqual([]);
  });

  it('goes without the run’s id where the server is too old to give it', async () => {
    const clock = await held();
    const { request } = await clock.gate.connect(clock.gate.ledger);
    const old: GitHub = {
      request: async (route, parameters = {}) => {
        if (parameters['return_run_details'] !== undefined) throw httpError(422, '"return_run_details" is not allowed');
        return request(route, parameters);
      },
    };
    const gate = { ...clock.gate, connect: async () => old };
    clock.world.advance(30 * MINUTE);
    await tick(gate);
    expect(clock.runs).toHaveLength(1);
    expect(clock.gate.clock.sent).toMatchObject({ run: null, is: 'queued' });
  });

  it('looks again within a minute however long the outage, and never stops', async () => {
    const clock = await held();
    clock.broken.set('GET /repos/{owner}/{repo}/git/ref/{ref}', httpError(502, 'Bad Gateway'));
    const waits: number[] = [];
    for (let round = 0; round < 7; round += 1) waits.push(await clock.after(10 * MINUTE));
    expect(waits).toEqual([5, 10, 20, 40, 60, 60, 60]);
    // Nothing was ever read, so from the third failure on each look that is minutes later starts one all the same.
    expect(clock.runs).toHaveLength(5);
    expect(clock.alarms()).toEqual(['clock-blind']);
    clock.broken.clear();
    await clock.after(MINUTE);
    expect(clock.alarms()).toEqual(['sweep-late', 'sweep-silent']);
  });

  it('goes on taking back when the ledger does not prove itself any more', async () => {
    const clock = await held();
    await clock.after(0);
    const tip = clock.world.github.git.tip(LEDGER_BRANCH);
    const torn = new Map([...tip.files].map(([path, file]) => [path, fileOf(`${file.text}x`)]));
    clock.world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, clock.world.github.git.commit(torn, [tip.sha], 'x').sha);
    expect(await clock.after(30 * MINUTE)).toBe(300);
    expect(clock.runs).toHaveLength(1);
  });
});

const REF = 'GET /repos/{owner}/{repo}/git/ref/{ref}';
const ENABLE = `PUT ${ACTIONS}/workflows/{workflow_id}/enable`;

/** As Octokit throws it, with what GitHub says of the time and of the rest that it wants. */
const limited = ({ world }: ClockUnderTest, seconds: number) =>
  Object.assign(new Error('You have exceeded a secondary rate limit'), {
    status: 429,
    response: { headers: { date: new Date(world.github.now).toUTCString(), 'retry-after': String(seconds) }, data: {} },
  });

/** Looks as often as the clock asks for. */
async function forAnHour(clock: ClockUnderTest): Promise<void> {
  let wait = await clock.after(0);
  for (let passed = 0; passed < HOUR; passed += wait * 1000) wait = await clock.after(wait * 1000);
}

describe('blind', () => {
  it('it starts what is due by what it read last, and says so', async () => {
    const clock = await held();
    await clock.after(0);
    clock.broken.set(REF, httpError(502, 'Bad Gateway'));
    await forAnHour(clock);
    expect(clock.runs.length).toBeGreaterThan(0);
    expect(clock.alarms()).toContain('clock-blind');
    expect(clock.gate.clock.blind).toContain('Bad Gateway');
    clock.broken.clear();
    await clock.world.sweep();
    await clock.after(MINUTE);
    expect(clock.alarms()).toEqual([]);
    expect(clock.gate.clock.blind).toBeNull();
  });

  it('it goes on where the default branch is gone', async () => {
    const clock = await held();
    await clock.after(0);
    clock.world.github.git.refs.delete(`heads/${REPOSITORY.branch}`);
    await forAnHour(clock);
    expect(clock.runs.length).toBeGreaterThan(0);
    expect(clock.alarms()).toContain('clock-blind');
  });

  it('it asks for what is due at that instant, not when the outage is over', async () => {
    const clock = await held();
    await clock.after(0);
    clock.broken.set(REF, httpError(502, 'Bad Gateway'));
    expect(await clock.after(30 * MINUTE - 3000)).toBe(3);
    expect(clock.runs).toEqual([]);
    await clock.after(3000);
    expect(clock.runs).toHaveLength(1);
  });

  it('it is no alarm that one answer was lost', async () => {
    const clock = await held();
    await clock.after(0);
    clock.broken.set(REF, httpError(502, 'Bad Gateway'));
    await clock.after(MINUTE);
    expect(clock.alarms()).toEqual([]);
  });

  it('it rests for as long as GitHub asks, but not beyond what is due, which costs one call', async () => {
    const clock = await held();
    await clock.after(30 * MINUTE - 60_000);
    clock.gate.clock.branch = 'main';
    for (const route of [REF, 'GET /repos/{owner}/{repo}']) clock.broken.set(route, limited(clock, 3600));
    expect(await clock.after(0)).toBe(60);
    expect(clock.runs).toEqual([]);
    clock.world.advance(60_000);
    for (const route of [REF, 'GET /repos/{owner}/{repo}']) clock.broken.set(route, limited(clock, 3600));
    expect(await clock.after(0)).toBe(300);
    expect(clock.runs).toHaveLength(1);
  });

  it('it goes on though an answer never comes', async () => {
    const clock = await held();
    await clock.after(0);
    const never: GitHub = { request: () => new Promise(() => {}) };
    vi.useFakeTimers();
    try {
      for (let round = 1; round <= 3; round += 1) {
        const looked = tick({ ...clock.gate, connect: async () => never });
        await vi.advanceTimersByTimeAsync(240_000);
        expect(await looked).toBeLessThanOrEqual(60);
        expect(clock.gate.clock.failures).toBe(round);
      }
    } finally {
      vi.useRealTimers();
    }
    expect(clock.alarms()).toContain('clock-blind');
  });

  it('it says so when starts fail again and again too', async () => {
    const clock = await held();
    clock.broken.set(DISPATCH, httpError(502, 'Bad Gateway'));
    await clock.after(30 * MINUTE);
    for (let round = 0; round < 3; round += 1) await clock.after(MINUTE);
    expect(clock.alarms()).toEqual(['sweep-refused']);
  });
});

describe('a ledger that does not prove itself', () => {
  async function torn(): Promise<ClockUnderTest> {
    const clock = await held();
    const tip = clock.world.github.git.tip(LEDGER_BRANCH);
    const files = new Map([...tip.files].map(([path, file]) => [path, fileOf(`${file.text}x`)]));
    clock.world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, clock.world.github.git.commit(files, [tip.sha], 'x').sha);
    return clock;
  }

  it('holds up no removal after a restart, and starts one every five minutes, however often it is looked at', async () => {
    const clock = await torn();
    expect(await clock.after(0)).toBe(300);
    expect(clock.runs).toHaveLength(1);
    await clock.after(MINUTE);
    expect(clock.runs).toHaveLength(1);
    await clock.after(4 * MINUTE);
    expect(clock.runs).toHaveLength(2);
  });

  it('says so when GitHub takes no start', async () => {
    const clock = await torn();
    clock.broken.set(DISPATCH, httpError(403, 'Resource not accessible by integration'));
    await clock.after(0);
    expect(clock.alarms()).toEqual(['sweep-refused']);
  });

  it('is none before somebody has begun one', async () => {
    const clock = aClock();
    clock.world.github.git.refs.delete(`heads/${LEDGER_BRANCH}`);
    expect(await clock.after(0)).toBe(300);
    expect(clock.runs).toEqual([]);
  });
});

describe('a start', () => {
  it('is followed sooner where more is due sooner', async () => {
    const clock = aClock();
    grantRead(clock.world, { duration: '30m' });
    await clock.world.sweep();
    clock.world.advance(3000);
    grantRead(clock.world, { duration: '30m' }, SECOND);
    await clock.world.sweep();
    expect(await clock.after(30 * MINUTE - 3000)).toBe(3);
    await clock.after(3000);
    expect(clock.runs).toHaveLength(2);
  });

  it('that switching the workflow on does not help is no loop: it is told, and slower each time', async () => {
    const clock = await held();
    clock.workflow.state = 'disabled_manually';
    const { request } = await clock.gate.connect(clock.gate.ledger);
    const calls: string[] = [];
    const github: GitHub = {
      request: async (route, parameters = {}) => {
        calls.push(route);
        return route === ENABLE ? { status: 204, headers: {}, data: null } : request(route, parameters);
      },
    };
    const gate = { ...clock.gate, connect: async () => github };
    clock.world.advance(30 * MINUTE);
    let wait = await tick(gate);
    for (let passed = 0; passed < 10 * MINUTE; passed += wait * 1000) {
      clock.world.advance(wait * 1000);
      wait = await tick(gate);
    }
    expect(clock.alarms()).toContain('sweep-refused');
    expect(calls.filter((route) => route === ENABLE).length).toBeLessThan(12);
  });
});

describe('a zone that requests are held for', () => {
  it('is silent though it holds nothing yet, and what was held is looked at as soon as it is heard', async () => {
    const clock = await held('4h');
    await clock.after(0);
    clock.gate.clock.held.set('prod-eu', clock.world.github.now as Instant);
    clock.said.all = 0;
    clock.world.advance(10 * MINUTE);
    await clock.world.sweep();
    await clock.after(0);
    expect(clock.gate.clock.held.size).toBe(0);
    expect(clock.said.all).toBe(1);
  });

  it('raises the alarm until nothing is held for it any more', async () => {
    const clock = aClock();
    await clock.world.sweep();
    for (let round = 0; round < 4; round += 1) {
      clock.world.advance(20 * MINUTE);
      await clock.world.sweep();
    }
    await clock.after(0);
    expect(clock.alarms()).toEqual([]);
    clock.gate.clock.held.set('prod-eu', clock.world.github.now as Instant);
    await clock.after(0);
    expect(clock.alarms()).toEqual(['sweep-silent']);
    await clock.after(16 * MINUTE);
    await clock.after(0);
    expect(clock.alarms()).toEqual([]);
  });
});

describe('silence', () => {
  it('is late after minutes, silent after twenty, and over with the next sign of life', async () => {
    const clock = await held();
    await clock.after(35 * MINUTE);
    expect(clock.alarms()).toEqual(['sweep-late']);
    expect(clock.said.all).toBe(0);
    await clock.after(15 * MINUTE);
    expect(clock.alarms()).toEqual(['sweep-late', 'sweep-silent']);
    expect(clock.said.all).toBe(1);
    await clock.world.sweep();
    await clock.after(1000);
    expect(clock.alarms()).toEqual([]);
    expect(clock.said.all).toBe(2);
  });

  it('is not broken by a heartbeat that another key signed', async () => {
    const clock = aClock();
    await clock.world.sweep();
    clock.world.advance(HOUR);
    const { github } = clock.world;
    const tip = github.git.tip(HEARTBEAT_BRANCH);
    const path = 'heartbeat/default.json';
    const forged = (tip.files.get(path)?.text ?? '').replace(/"at":"[^"]+"/, `"at":"${github.now}"`);
    const files = new Map([[path, fileOf(forged)]]);
    github.git.refs.set(`heads/${HEARTBEAT_BRANCH}`, github.git.commit(files, [tip.sha], 'forged').sha);
    await clock.after(0);
    expect(clock.gate.clock.silence).toMatchObject({ zone: 'default', since: plus(github.now as Instant, -2 * HOUR) });
  });

  it('is not broken by a heartbeat of the future, whoever signed it', async () => {
    const clock = aClock();
    clock.world.advance(10 * HOUR);
    await clock.world.sweep();
    clock.world.advance(-8 * HOUR);
    await clock.after(0);
    expect(clock.gate.clock.pulse?.beats.size).toBe(0);
    expect(clock.alarms()).toContain('sweep-silent');
  });

  it('is not broken by taking the heartbeats away', async () => {
    const clock = aClock();
    await clock.world.sweep();
    clock.world.github.git.refs.delete(`heads/${HEARTBEAT_BRANCH}`);
    await clock.after(HOUR);
    expect(clock.alarms()).toContain('sweep-silent');
  });
});

describe('realTimer', () => {
  it('does not fire at once for a wait that setTimeout cannot count', async () => {
    let fired = 0;
    const stop = realTimer.after(2 ** 31, () => {
      fired += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop();
    expect(fired).toBe(0);
  });
});
