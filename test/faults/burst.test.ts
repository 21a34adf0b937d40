/**
 * Five hundred pull requests at once, at GitHub's own limits: the whole gate with its pace, on a clock that is driven. What is
 * written is counted in every minute and every hour, wherever they begin.
 */
import { createHmac, generateKeyPairSync, webcrypto } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { request as send } from 'node:http';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { checkEnvironment } from '../../app/environment.ts';
import { type StartedGate, startGate } from '../../app/main.ts';
import { type Asked, pacedGitHub } from '../support/paced-github.ts';
import { aRequest, DEMO_START, people } from '../support/world.ts';
import { fault } from './fault.ts';

const MANY = 500;
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const APP = 5001;
const SECRET = 'known-to-GitHub-and-the-gate';
const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

const { github, asked, checks, fetch } = pacedGitHub(APP);
const numbers: number[] = [];
let gate: StartedGate;

beforeAll(async () => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;
  vi.useFakeTimers({ toFake: [...toFake], now: Date.parse(DEMO_START) });
  vi.stubGlobal('fetch', fetch);
  for (let at = 0; at < MANY; at += 1) numbers.push(ask(`read-write/burst-${at}`));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const checked = checkEnvironment({
    APP_ID: String(APP),
    PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    WEBHOOK_SECRET: SECRET,
    GITHUB_API_URL: 'https://api.github.test',
    ACCESS_REPOSITORY: 'acme/access',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: process.env['GATEPASS_TEST_LOG'] ?? 'fatal',
  });
  if (!checked.ok) throw new Error(checked.problems.join('\n'));
  gate = await startGate(checked.value);
});

afterAll(async () => {
  const stopped = gate?.stop();
  // What still waits for its time is let go.
  await Promise.race([stopped, pass(10 * MINUTE)]);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function ask(slug: string, who = people.alice, fields: Readonly<Record<string, string>> = {}): number {
  return github.open(who, { [`requests/orders-db/${slug}.yaml`]: aRequest({ reason: slug, ...fields }) });
}

/** Signatures that another thread makes, which the driven clock waits for: on a busy machine too they take none of its time. */
let signing = 0;
const { subtle } = webcrypto;
const sign = subtle.sign.bind(subtle);
subtle.sign = async (...of) => {
  signing += 1;
  return await sign(...of).finally(() => {
    signing -= 1;
  });
};

async function turn(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (signing > 0);
}

async function pass(milliseconds: number): Promise<void> {
  for (let gone = 0; gone < milliseconds; gone += 250) {
    vi.advanceTimersByTime(250);
    for (let turns = 0; turns < 4; turns += 1) {
      await turn();
      // What is to be done at once is a timer too.
      vi.advanceTimersByTime(0);
    }
  }
}

/** How many milliseconds passed until it was so. */
async function until(isSo: () => boolean, most: number): Promise<number> {
  const start = Date.now();
  while (!isSo() && Date.now() - start < most) await pass(SECOND);
  return Date.now() - start;
}

/** As GitHub sends it. It has come when this returns; nobody waits for the answer, which comes when the work is done. */
async function webhook(event: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
  const body = JSON.stringify({ repository: { full_name: 'acme/access', default_branch: 'main' }, ...payload });
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': String(asked.length),
    'x-hub-signature-256': signature,
  };
  const arrived = new Promise((resolve) => subscribe('http.server.request.start', resolve));
  send(`${gate.url}/api/github/webhooks`, { method: 'POST', headers }, (response) => response.resume())
    .on('error', () => {})
    .end(body);
  await arrived;
}

const isRead = ({ route }: Asked) => route.startsWith('GET ') || route.includes('graphql');
const isToken = ({ route }: Asked) => route.endsWith('/access_tokens');
const isWrite = (each: Asked) => !isRead(each) && !isToken(each);
const TELLS = /\/(issues|comments|merge|requested_reviewers|pulls)$/;
const commentsOn = (number: number) => github.pulls.get(number)?.comments.length ?? 0;

/** The most points in any stretch of time so long. */
function mostIn(all: readonly Asked[], length: number, worth: (each: Asked) => number = () => 1): number {
  let [most, sum, from] = [0, 0, 0];
  for (const each of all) {
    sum += worth(each);
    for (let first = all[from]; first !== undefined && first.at <= each.at - length; first = all[from]) {
      sum -= worth(first);
      from += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

let early = 0;
const decided = () => numbers.filter((number) => commentsOn(number) > 0);

fault(21, 'amid five hundred, breaking the glass and giving back are not a minute late', async () => {
  await pass(5 * MINUTE);
  const glass = ask('read-only/glass', people.erin, { duration: '1h', breakGlass: 'true' });
  const head = { sha: github.pulls.get(glass)?.heads[0] };
  await webhook('pull_request', { action: 'opened', number: glass, pull_request: { number: glass, head } });
  expect(await until(() => github.pulls.get(glass)?.merged !== null, HOUR)).toBeLessThan(MINUTE);
  // The default branch moved amid them: that rewrites no verdict.
  early = decided().length;
  expect(early).toBeGreaterThan(10);
  expect(early).toBeLessThan(MANY / 5);

  const before = asked.length;
  const id = github.comment(glass, people.erin, '/gatepass return');
  const comment = { id, body: '/gatepass return', user: { login: 'erin', type: 'User' } };
  const issue = { number: glass, pull_request: { merged_at: github.pulls.get(glass)?.merged?.at } };
  await webhook('issue_comment', { action: 'created', issue, comment });
  const isStarted = () => asked.slice(before).some(({ route }) => route === DISPATCH);
  expect(await until(isStarted, HOUR)).toBeLessThan(10 * SECOND);
});

fault(21, 'each of five hundred is decided once, within GitHub’s limits', async () => {
  await until(() => decided().length === MANY, 3 * HOUR);
  expect(Date.now() - Date.parse(DEMO_START)).toBeLessThan(90 * MINUTE);
  for (const number of numbers) {
    expect(commentsOn(number), `comments on ${number}`).toBe(1);
    const ours = checks.filter(({ external_id }) => external_id === `${number}@main`);
    expect(ours, `checks of ${number}`).toMatchObject([
      {
        status: 'in_progress',
        conclusion: null,
        output: { title: expect.stringContaining('Waiting for 2 approvals') },
      },
    ]);
  }
  const writes = asked.filter(isWrite);
  expect(writes.length).toBeLessThan(3 * MANY + 50);
  expect(mostIn(writes, MINUTE)).toBeLessThanOrEqual(80);
  const telling = writes.filter(({ path }) => TELLS.test(path));
  expect(telling.length).toBeGreaterThan(MANY);
  expect(mostIn(telling, HOUR)).toBeLessThanOrEqual(500);
  expect(mostIn(asked, MINUTE, (each) => (isRead(each) ? 1 : 5))).toBeLessThanOrEqual(900);
});

fault(21, 'looking again at the five hundred writes nothing', async () => {
  const before = asked.length;
  await pass(12 * MINUTE);
  const again = asked.slice(before);
  const seen = new Set(
    again.map(({ path }) => Number(/\/pulls\/(\d+)$/.exec(path)?.[1])).filter((number) => number > 0),
  );
  expect(seen.size).toBeGreaterThan(early + 20);
  expect(again.filter((each) => isWrite(each) && each.route !== DISPATCH)).toEqual([]);
});
