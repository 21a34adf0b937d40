import { describe, expect, it } from 'vitest';
import type { CheckRun } from '../../core/explain/check-run.ts';
import { STICKY_MARKER } from '../../core/explain/sticky-comment.ts';
import { isGreen, type PublishedCheck, publishCheck, readCheck } from '../../github/check-runs.ts';
import { publishSticky } from '../../github/comments.ts';
import { mergePullRequest, readTwins } from '../../github/merge.ts';
import { requestReviewers } from '../../github/reviewers.ts';
import { BASE, REPOSITORY, type Row, type Sent, wire } from '../support/wire.ts';

const HEAD = 'a'.repeat(40);
const APP = 77;
const TARGET = { repository: REPOSITORY, head: HEAD, binding: '7@main' };
const CREATE = `POST ${BASE}/check-runs`;
const UPDATE = `PATCH ${BASE}/check-runs/1`;

const run = (over: Partial<CheckRun> = {}): CheckRun => ({
  status: 'in_progress',
  conclusion: null,
  title: 'Waiting',
  summary: 'for bob',
  annotations: [],
  ...over,
});

const FAILED = run({ status: 'completed', conclusion: 'failure' });
const mark = (line: number) =>
  ({ path: 'x', line, startColumn: 1, endColumn: 2, level: 'failure', title: 't', message: 'm' }) as const;

const published = (over: Partial<PublishedCheck> = {}): PublishedCheck => ({
  id: 1,
  binding: '7@main',
  status: 'in_progress',
  conclusion: null,
  title: 'Waiting',
  summary: 'for bob',
  annotations: 0,
  ...over,
});

const echo =
  (id: number): Row =>
  ({ body: sent }) => ({ body: { id, output: {}, status: 'in_progress', ...(sent as object) } });
const bodies = (sent: readonly Sent[]) => sent.map(({ body }) => body as Record<string, unknown>);

async function publish(existing: PublishedCheck | null, wanted: CheckRun) {
  const { github, sent, calls } = wire({
    [CREATE]: echo(2),
    [UPDATE]: echo(1),
    [`PATCH ${BASE}/check-runs/2`]: echo(2),
  });
  const result = await publishCheck(github, TARGET, existing, wanted);
  return { result, sent, calls: calls() };
}

describe('publishCheck', () => {
  it.each<[string, PublishedCheck | null, CheckRun, readonly string[]]>([
    ['creates the first run', null, run(), [CREATE]],
    ['writes nothing that is said already', published(), run(), []],
    ['updates a run in progress', published(), FAILED, [UPDATE]],
    [
      'updates a finished run that stays finished',
      published({ status: 'completed', conclusion: 'failure' }),
      run({ ...FAILED, title: 'Other' }),
      [UPDATE],
    ],
    ['never reopens a finished run', published({ status: 'completed', conclusion: 'success' }), run(), [CREATE]],
    ['never continues the run of another pull request', published({ binding: '8@main' }), run(), [CREATE]],
    [
      'never adds annotations to those of before',
      published({ status: 'completed', conclusion: 'failure', annotations: 1 }),
      run({ ...FAILED, annotations: [mark(1), mark(2)] }),
      [CREATE],
    ],
  ])('%s', async (_, existing, wanted, expected) => {
    expect((await publish(existing, wanted)).calls).toEqual(expected);
  });

  it('binds the run to its commit and pull request', async () => {
    const { sent } = await publish(null, run());
    expect(bodies(sent)[0]).toMatchObject({
      name: 'gatepass',
      head_sha: HEAD,
      external_id: '7@main',
      status: 'in_progress',
    });
    expect(bodies(sent)[0]).not.toHaveProperty('conclusion');
  });

  it('remembers how many annotations it has sent', async () => {
    const { result } = await publish(null, run({ ...FAILED, annotations: [mark(1), mark(2)] }));
    expect(result.annotations).toBe(2);
  });

  it('offers a button on a finished run, within GitHub’s lengths', async () => {
    const { sent } = await publish(null, FAILED);
    const actions = bodies(sent)[0]?.['actions'] as { label: string; description: string; identifier: string }[];
    for (const { label, description, identifier } of actions) {
      expect(label.length).toBeLessThanOrEqual(20);
      expect(description.length).toBeLessThanOrEqual(40);
      expect(identifier.length).toBeLessThanOrEqual(20);
    }
    expect(actions).toHaveLength(1);
  });
});

describe('readCheck', () => {
  const LIST = `GET ${BASE}/commits/${HEAD}/check-runs`;
  const listed = (id: number, app: number, name = 'gatepass') => ({
    id,
    name,
    app: { id: app },
    status: 'completed',
    conclusion: 'success',
  });
  const read = (...check_runs: readonly unknown[]) =>
    readCheck(wire({ [LIST]: { body: { total_count: check_runs.length, check_runs } } }).github, TARGET, APP);

  it('takes the newest of our own, whatever others call theirs', async () => {
    expect(await read(listed(3, APP), listed(5, APP), listed(9, 1), listed(10, APP, 'lint'))).toMatchObject({ id: 5 });
  });

  it('finds none where only others have published', async () => {
    expect(await read(listed(9, 1))).toBeNull();
  });
});

describe('isGreen', () => {
  it.each([
    ['completed', 'success', true],
    ['completed', 'neutral', true],
    ['completed', 'skipped', true],
    ['completed', 'failure', false],
    ['completed', null, false],
    ['in_progress', null, false],
  ])('%s %s: %s', (status, conclusion, green) => {
    expect(isGreen(published({ status, conclusion }))).toBe(green);
  });
});

describe('publishSticky', () => {
  const LIST = `GET ${BASE}/issues/7/comments`;
  const POST = `POST ${BASE}/issues/7/comments`;
  const EDIT = `PATCH ${BASE}/issues/comments/4`;
  const bot = { id: 9, login: 'gatepass[bot]', type: 'Bot' };
  const ours = { id: 4, user: bot, body: `${STICKY_MARKER}\n\nold`, performed_via_github_app: { id: APP } };
  const say = async (body: string, ...comments: readonly unknown[]) => {
    const { github, calls } = wire({ [LIST]: { body: comments }, [POST]: {}, [EDIT]: {} });
    await publishSticky(github, REPOSITORY, 7, APP, body);
    return calls().slice(1);
  };

  it.each<[string, string, readonly unknown[], readonly string[]]>([
    ['writes the first', `${STICKY_MARKER}\n\nnew`, [], [POST]],
    ['edits its own', `${STICKY_MARKER}\n\nnew`, [ours], [EDIT]],
    ['leaves alone what says so already', `${STICKY_MARKER}\n\nold\n`, [ours], []],
    [
      'is not fooled by the marker in a person’s comment',
      `${STICKY_MARKER}\n\nnew`,
      [{ ...ours, performed_via_github_app: null }],
      [POST],
    ],
    [
      'is not fooled by the marker in another app’s comment',
      `${STICKY_MARKER}\n\nnew`,
      [{ ...ours, performed_via_github_app: { id: 1 } }],
      [POST],
    ],
    [
      'is not fooled by the marker in the comment of a person who signed in through our app',
      `${STICKY_MARKER}\n\nnew`,
      [{ ...ours, user: { id: 1009, login: 'mallory', type: 'User' } }],
      [POST],
    ],
    ['does not edit another comment of its own', `${STICKY_MARKER}\n\nnew`, [{ ...ours, body: 'hello' }], [POST]],
  ])('%s', async (_, body, comments, expected) => {
    expect(await say(body, ...comments)).toEqual(expected);
  });

  it.each([403, 404, 422])('says why not where a conversation is locked: %i', async (status) => {
    const { github } = wire({ [LIST]: { body: [] }, [POST]: { status, body: { message: 'issue is locked' } } });
    expect(await publishSticky(github, REPOSITORY, 7, APP, 'new')).toContain('issue is locked');
  });

  it('is tried again after an outage', async () => {
    const { github } = wire({ [LIST]: { body: [] }, [POST]: { status: 502 } });
    await expect(publishSticky(github, REPOSITORY, 7, APP, 'new')).rejects.toMatchObject({ code: 'server' });
  });
});

describe('requestReviewers', () => {
  const EVENTS = `GET ${BASE}/issues/7/events`;
  const ASK = `POST ${BASE}/pulls/7/requested_reviewers`;
  const NOBODY = { teams: [], users: [] };
  const asked = (over: Readonly<Record<string, unknown>>) => ({ event: 'review_requested', ...over });
  const ask = async (
    wanted: { teams: readonly string[]; users: readonly string[] },
    { requested = NOBODY as typeof wanted, events = [] as readonly unknown[], status = 201 } = {},
  ) => {
    const { github, sent, calls } = wire({ [EVENTS]: { body: events }, [ASK]: { status } });
    const result = await requestReviewers(github, REPOSITORY, { number: 7, author: 'Alice', requested }, wanted);
    return { result, calls: calls(), body: sent.at(-1)?.body };
  };

  it('asks teams and people', async () => {
    const { calls, body } = await ask({ teams: ['orders'], users: ['bob'] });
    expect(calls).toEqual([EVENTS, ASK]);
    expect(body).toEqual({ reviewers: ['bob'], team_reviewers: ['orders'] });
  });

  it.each([
    [
      'who is asked already',
      { teams: ['orders'], users: ['bob'] },
      { requested: { teams: ['orders'], users: ['BOB'] } },
      [],
    ],
    ['the author', { teams: [], users: ['alice'] }, {}, []],
    [
      'who was asked before, even if they were removed',
      { teams: ['orders'], users: ['bob'] },
      {
        events: [
          asked({ requested_team: { slug: 'orders' } }),
          asked({ requested_reviewer: { login: 'bob' } }),
          { event: 'labeled' },
        ],
      },
      [EVENTS],
    ],
  ])('does not ask %s', async (_, wanted, state, calls) => {
    expect((await ask(wanted, state)).calls).toEqual(calls);
  });

  it('goes on without those whom GitHub does not take, and not without GitHub', async () => {
    expect((await ask({ teams: ['secret'], users: [] }, { status: 422 })).result).toEqual(NOBODY);
    await expect(ask({ teams: ['orders'], users: [] }, { status: 502 })).rejects.toMatchObject({ code: 'server' });
  });
});

describe('mergePullRequest', () => {
  const MERGE = `PUT ${BASE}/pulls/7/merge`;
  const merge = (row: Row) => {
    const { github, sent } = wire({ [MERGE]: row });
    return { result: mergePullRequest(github, REPOSITORY, 7, HEAD, 'squash'), sent };
  };

  it('merges only the commit that was decided', async () => {
    const { result, sent } = merge({ body: { merged: true } });
    expect(await result).toEqual({ merged: true });
    expect(sent[0]?.body).toEqual({ sha: HEAD, merge_method: 'squash' });
  });

  it.each([
    [405, 'Pull Request is not mergeable'],
    [409, 'Head branch was modified'],
    [404, 'Not Found'],
    [403, 'Resource not accessible by integration'],
  ])('takes %i for an answer', async (status, message) => {
    expect(await merge({ status, body: { message } }).result).toEqual({ merged: false, why: message });
  });

  it.each([
    [{ status: 502 }, 'server'],
    [{ status: 403, headers: { 'retry-after': '5' } }, 'rate-limited'],
  ] as const)('does not take an outage for an answer: %o', async (row, code) => {
    await expect(merge(row).result).rejects.toMatchObject({ code });
  });
});

describe('readTwins', () => {
  it('finds the other open pull requests with the same head and base', async () => {
    const pull = (number: number, over: Readonly<Record<string, unknown>> = {}) => ({
      number,
      state: 'open',
      head: { sha: HEAD },
      base: { ref: 'main' },
      ...over,
    });
    const { github } = wire({
      [`GET ${BASE}/commits/${HEAD}/pulls`]: {
        body: [
          pull(9),
          pull(8),
          pull(7),
          pull(1, { state: 'closed' }),
          pull(2, { base: { ref: 'scratch' } }),
          pull(3, { head: { sha: 'f'.repeat(40) } }),
        ],
      },
    });
    expect(await readTwins(github, REPOSITORY, { number: 7, head: HEAD, base: 'main' })).toEqual([8, 9]);
  });
});
