/**
 * The bundled Action, in a process of its own, is killed after each thing that it changes: on the branch of the ledger, in
 * the team, and among the runs of a workflow. What it changed last has happened, and it never learns so.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ACCESS } from '../support/acme.ts';
import { type ApiProxy, isWrite, startApiProxy } from '../support/api-proxy.ts';
import { freshAction } from '../support/fresh-action.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';
import { fault } from './fault.ts';

let acme: SweptAcme;
let proxy: ApiProxy;
let program: string;

beforeAll(async () => {
  acme = await sweptAcme();
  proxy = await startApiProxy(acme.hub.apiUrl);
  program = join(await freshAction(), 'dist', 'index.js');
});

afterAll(async () => {
  await proxy?.close();
  await acme?.running.stop();
});

let runs = 4710;

/** As a runner starts it. The process, and how it ended: `null` when it was killed. */
function startAction(): { child: ChildProcess; ended: Promise<number | null>; said: () => string } {
  runs += 1;
  const env = {
    PATH: process.env['PATH'] ?? '',
    GITHUB_API_URL: proxy.apiUrl,
    GITHUB_REPOSITORY: 'acme/access',
    GITHUB_RUN_ID: String(runs),
    GITHUB_RUN_ATTEMPT: '1',
    'INPUT_APP-ID': String(acme.applier.id),
    'INPUT_GATE-APP-ID': String(acme.gate.id),
    'INPUT_PRIVATE-KEY': acme.applier.privateKey,
    'INPUT_LEDGER-KEY': acme.ledgerKey,
    INPUT_WITNESS: 'none',
  };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, said: () => said };
}

async function sweepToTheEnd(): Promise<readonly string[]> {
  proxy.requests.length = 0;
  const { ended, said } = startAction();
  const code = await ended;
  expect(code === 0 ? '' : said()).toBe('');
  await acme.hub.idle();
  return changes();
}

/** What changed something: not the blobs, trees and commits that nothing points to yet, and not the heartbeat. */
const isChange = (each: { readonly method: string; readonly path: string }) =>
  isWrite(each) && !/\/git\/(?:blobs|trees|commits)$|heartbeat$/.test(each.path) && !isFirstHeartbeat(each);
const isFirstHeartbeat = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === 'POST' && path.endsWith('/git/refs');
const changes = () => proxy.requests.filter(isChange).map(({ method, path }) => `${method} ${path}`);

/** Kills it when it has changed so many things; `false`: it came to its end before. */
async function killAfter(count: number): Promise<boolean> {
  proxy.requests.length = 0;
  const { child, ended } = startAction();
  let done = 0;
  const isReached = new Promise<boolean>((resolve) => {
    proxy.before = (exchange) => {
      if (count > 0 || !isWrite(exchange)) return;
      resolve(true);
      return new Promise<void>(() => {});
    };
    proxy.after = (exchange) => {
      if (!isChange(exchange)) return;
      done += 1;
      if (done < count || count === 0) return;
      resolve(true);
      return new Promise<void>(() => {});
    };
    void ended.then(() => resolve(false));
  });
  const isKilled = await isReached;
  child.kill('SIGKILL');
  await ended;
  proxy.before = () => undefined;
  proxy.after = () => undefined;
  await acme.hub.idle();
  return isKilled;
}

const HOLDERS = ['alice', 'bob', 'erin'] as const;
let round = 0;
let ends = 0;

/** In each round one grant is over, another begins, and an action is to run. */
async function nextRound() {
  round += 1;
  const [former, holder] = [HOLDERS[(round + 2) % 3], HOLDERS[round % 3] ?? 'alice'];
  // A minute after the end of the last one: five, and a removal that was tried would be called stuck.
  await acme.hub.clock.advance(Math.max(0, ends + MINUTE - acme.hub.clock.epoch()));
  ends = acme.hub.clock.epoch() + HOUR;
  const pull = await acme.grant(`round-${round}`, '1h', holder);
  const action = await acme.restart(`round-${round}`);
  return { former, holder, pull, action, dispatched: acme.hub.runs('acme', 'ops').length };
}

describe('the bundled Action', () => {
  fault(8, 'and nothing is killed, to begin with: what it changes, in order', async () => {
    await nextRound();
    await sweepToTheEnd();
    await nextRound();
    const changed = await sweepToTheEnd();
    const ledger = `PATCH /repos/${ACCESS.owner}/${ACCESS.repo}/git/refs/heads%2Fgatepass%2Fledger`;
    expect([changed[0], changed.at(-1)]).toEqual([ledger, ledger]);
    expect(
      changed
        .slice(1, -1)
        .map((each) => each.replace(/ .*\//, ' '))
        .sort(),
    ).toEqual(['DELETE bob', 'POST dispatches', 'PUT erin']);
    await sweepToTheEnd();
    expect(await sweepToTheEnd()).toEqual([]);
  });

  for (const count of [0, 1, 2, 3, 4, 5]) {
    const where = count === 0 ? 'before it writes anything' : `after change ${count}`;
    fault(8, `${where}: two sweeps converge, a third changes nothing, and the action ran once at most`, async () => {
      const { former, holder, pull, action, dispatched } = await nextRound();
      expect(await killAfter(count)).toBe(true);
      const isStarted = changes().some((each) => each.endsWith('/dispatches'));
      await sweepToTheEnd();
      // Past the lease of whatever was begun: until then somebody may still be at it.
      await acme.hub.clock.advance(11 * MINUTE);
      await sweepToTheEnd();
      expect(await sweepToTheEnd()).toEqual([]);
      expect(await acme.members()).toEqual([holder]);
      expect(holder).not.toBe(former);
      const { entries, state } = await acme.ledger();
      const grants = [...state.grants.values()];
      const [mine] = grants.filter(({ request }) => request.pullRequest === pull);
      const [once] = grants.filter(({ request }) => request.pullRequest === action);
      expect(mine?.status).toBe('active');
      expect(grants.filter(({ status }) => status === 'active')).toHaveLength(1);
      const decided = entries.filter((entry) => entry.type === 'authorised' && entry.request.pullRequest === pull);
      expect(decided).toHaveLength(1);
      // Killed between its intent and its start: nobody can tell that it did not start, so it is not started again.
      const isUntold = count > 0 && !isStarted;
      expect(once?.status).toBe(isUntold ? 'unknown' : 'done');
      expect(acme.hub.runs('acme', 'ops').length).toBe(dispatched + (isUntold ? 0 : 1));
      expect(state.alerts.has(`unknown-action:${once?.terms.id}`)).toBe(isUntold);
      expect([...state.alerts.keys()].filter((key) => !key.startsWith('unknown-action:'))).toEqual([]);
    });
  }
});
