import { Octokit } from '@octokit/rest';
import { describe, expect, it } from 'vitest';
import type { GoverningFile } from '../../core/policy/evidence.ts';
import { coAuthors, readCommits } from '../../github/commits.ts';
import { ask } from '../../github/graphql.ts';
import { readMembers, readTeams, teamsNamedIn } from '../../github/memberships.ts';
import { readIssueEvents } from '../../github/pull-request.ts';
import { readPushes } from '../../github/pushers.ts';
import { limitIn, readReviews, withDismissals } from '../../github/reviews.ts';
import { aReview, governingFiles, instant } from '../support/evidence.ts';
import { BASE, REPOSITORY, wire } from '../support/wire.ts';

const alice = { id: 1001, login: 'alice', type: 'User' };
const bob = { id: 1002, login: 'bob', type: 'User' };

describe('readCommits', () => {
  const commit = (over: Readonly<Record<string, unknown>> = {}, message = 'ask') => ({
    sha: 'a'.repeat(40),
    parents: [{ sha: 'b'.repeat(40) }],
    author: alice,
    committer: alice,
    commit: {
      message,
      author: { name: 'Alice', email: 'alice@acme.test' },
      committer: { name: 'Alice', email: 'alice@acme.test' },
      verification: { verified: true },
    },
    ...over,
  });
  const read = (...body: readonly unknown[]) =>
    readCommits(
      wire({
        [`GET ${BASE}/pulls/7/commits`]: { body },
        'GET /users/bob': { body: bob },
        'GET /users/nobody': { status: 404 },
      }).github,
      REPOSITORY,
      7,
    );

  it('tells author, committer and signature apart', async () => {
    const [found] = await read(commit({ committer: bob, commit: { ...commit().commit, verification: undefined } }));
    expect(found).toMatchObject({ author: { account: alice }, committer: { account: bob }, verified: false });
  });

  it.each([
    ['null', null],
    ['an empty object', {}],
  ])('keeps an author whom GitHub does not know unknown: %s', async (_, author) => {
    const [found] = await read(commit({ author }));
    expect(found?.author).toEqual({ account: null, name: 'Alice', email: 'alice@acme.test' });
  });

  it.each([
    ['an e-mail seen in this pull request', 'Alice <ALICE@acme.test>', alice],
    ['a no-reply address with its id', 'B <1002+bob@users.noreply.github.com>', bob],
    [
      'a bot’s no-reply address',
      'D <49+dependabot[bot]@users.noreply.github.com>',
      { id: 49, login: 'dependabot[bot]', type: 'Bot' },
    ],
    ['an old no-reply address', 'B <bob@users.noreply.github.com>', bob],
    ['an old no-reply address of nobody', 'N <nobody@users.noreply.github.com>', null],
    ['any other address', 'E <eve@evil.test>', null],
  ])('resolves a co-author by %s', async (_, trailer, account) => {
    const [found] = await read(commit({}, `ask\n\nCo-Authored-By: ${trailer}`));
    expect(found?.coAuthors[0]?.account).toEqual(account);
  });
});

describe('coAuthors', () => {
  it('finds every trailer, wherever it stands and however it is spelt', () => {
    const message = 'x\nco-authored-by:A <a@x.y>\r\n\nwords\n\tCo-authored-by: <b@x.y>\nNot-Co-authored-by: C <c@x.y>';
    expect(coAuthors(message)).toEqual([
      { name: 'A', email: 'a@x.y' },
      { name: '', email: 'b@x.y' },
    ]);
  });

  it.each(['Co-authored-by: C <c@x.y', 'Co-authored-by: c@x.y', 'Co-authored-by: C <>', 'Co-authored-by: <a> <c@x.y>'])(
    'finds none in %j',
    (line) => {
      expect(coAuthors(line)).toEqual([]);
    },
  );

  it('reads a line made to stall a pattern in one pass: quadratic work on it would take minutes', () => {
    const hostile = `Co-authored-by:${' '.repeat(2_000_000)}x\n`;
    expect(coAuthors(`x\n\n${hostile}Co-authored-by: A <a@x.y>`)).toEqual([{ name: 'A', email: 'a@x.y' }]);
  });
});

describe('readPushes', () => {
  const OPENED = instant('2026-11-23T09:00:00Z');
  const activity = (actor: unknown, activity_type: string, timestamp: string) => ({ actor, activity_type, timestamp });
  const SPAN = { openedAt: OPENED, mergedAt: null };
  const pushes = (span: Parameters<typeof readPushes>[3], ...body: readonly unknown[]) =>
    readPushes(wire({ [`GET ${BASE}/activity`]: { body } }).github, REPOSITORY, 'branch', span);
  const read = async (...body: readonly unknown[]) => (await pushes(SPAN, ...body)).pushers;

  it('tells when the branch was last moved, up to the merge', async () => {
    const after = activity(alice, 'push', '2026-11-23T09:40:00Z');
    const last = activity(alice, 'push', '2026-11-23T09:20:00Z');
    const made = activity(alice, 'branch_creation', '2026-11-23T08:50:00Z');
    const merged = { openedAt: OPENED, mergedAt: instant('2026-11-23T09:30:00Z') };
    expect((await pushes(merged, after, last, made)).headPushedAt).toBe('2026-11-23T09:20:00.000Z');
    expect((await pushes(SPAN, after, last, made)).headPushedAt).toBe('2026-11-23T09:40:00.000Z');
    expect((await pushes(SPAN)).headPushedAt).toBeNull();
  });

  it('names everybody since the branch was made, each once, and not who used the name before', async () => {
    const pushers = await read(
      activity(bob, 'force_push', '2026-11-23T09:30:00Z'),
      activity(bob, 'push', '2026-11-23T09:20:00Z'),
      activity(alice, 'branch_creation', '2026-11-23T08:50:00Z'),
      activity({ id: 9, login: 'before', type: 'User' }, 'push', '2026-01-01T00:00:00Z'),
    );
    expect(pushers).toEqual([alice, bob]);
  });

  it('goes past a creation that came after the pull request was opened', async () => {
    const pushers = await read(
      activity(bob, 'branch_creation', '2026-11-23T09:30:00Z'),
      activity(null, 'branch_deletion', '2026-11-23T09:20:00Z'),
      activity(alice, 'branch_creation', '2026-11-23T08:50:00Z'),
    );
    expect(pushers).toEqual([alice, bob]);
  });

  it('does not take a list without the making of the branch, or an empty one, for nobody', async () => {
    expect(await read()).toBeNull();
    expect(await read(activity(alice, 'push', '2026-11-23T08:55:00Z'))).toBeNull();
    expect(await read(activity(alice, 'branch_creation', '2026-11-23T09:30:00Z'))).toBeNull();
  });

  it('knows nobody when one of them cannot be told', async () => {
    expect(await read(activity(null, 'push', '2026-11-23T09:20:00Z'))).toBeNull();
  });

  it('knows nobody without the permission, and asks again after an outage', async () => {
    const refused = wire({ [`GET ${BASE}/activity`]: { status: 403 } });
    expect((await readPushes(refused.github, REPOSITORY, 'branch', SPAN)).pushers).toBeNull();
    const away = wire({ [`GET ${BASE}/activity`]: { status: 502 } });
    await expect(readPushes(away.github, REPOSITORY, 'branch', SPAN)).rejects.toMatchObject({ code: 'server' });
  });
});

describe('readIssueEvents', () => {
  it('tells when the pull request was last made ready for review, or opened again', async () => {
    const ready = (created_at: string) => ({ event: 'ready_for_review', created_at });
    const read = (...body: readonly unknown[]) =>
      readIssueEvents(wire({ [`GET ${BASE}/issues/7/events`]: { body } }).github, REPOSITORY, 7);
    const times = [ready('2026-11-23T09:40:00Z'), ready('2026-11-23T09:20:00Z')];
    expect((await read(...times)).readyAt).toBe('2026-11-23T09:40:00.000Z');
    // Closed at once, it hides from its owners until others may approve in their place.
    const again = { event: 'reopened', created_at: '2026-11-23T09:50:00Z' };
    expect((await read(...times, again)).readyAt).toBe('2026-11-23T09:50:00.000Z');
    expect((await read()).readyAt).toBeNull();
  });
});

describe('readReviews', () => {
  const review = (over: Readonly<Record<string, unknown>> = {}) => ({
    id: 1,
    node_id: 'PRR_1',
    user: bob,
    state: 'APPROVED',
    commit_id: 'a'.repeat(40),
    submitted_at: '2026-11-23T09:50:00Z',
    body: 'fine\nlimit: 1h',
    ...over,
  });
  const node = { fullDatabaseId: '1', lastEditedAt: null, editor: null };
  const told = (nodes: readonly unknown[], body: readonly unknown[] = [review()]) =>
    wire({ [`GET ${BASE}/pulls/7/reviews`]: { body }, 'POST /graphql': { body: { data: { nodes } } } });
  const read = (...body: readonly unknown[]) => readReviews(told([node], body).github, REPOSITORY, 7);

  it('reads who reviewed which commit, when, and how far they would go', async () => {
    expect(await read(review())).toEqual([
      {
        id: 1,
        user: bob,
        state: 'APPROVED',
        commitId: 'a'.repeat(40),
        submittedAt: '2026-11-23T09:50:00.000Z',
        limit: '1h',
        edited: null,
      },
    ]);
  });

  it('reads the digest that an approval names', async () => {
    expect(await read(review({ body: 'fine\nDigest: 0a1b' }))).toMatchObject([{ digest: '0a1b' }]);
  });

  it.each([
    ['by its author', { databaseId: 1002 }, 1002],
    ['by somebody whose account is gone', null, null],
    ['by somebody without an id', {}, null],
  ])('tells when its text was last edited, and by whom: %s', async (_, editor, by) => {
    const edited = { ...node, lastEditedAt: '2026-11-23T09:55:00Z', editor };
    expect(await readReviews(told([edited]).github, REPOSITORY, 7)).toMatchObject([
      { edited: { at: '2026-11-23T09:55:00.000Z', by } },
    ]);
  });

  it('asks about approvals alone, those that were dismissed included, and about none of none', async () => {
    const silent = told([], [review({ state: 'COMMENTED' }), review({ state: 'CHANGES_REQUESTED' })]);
    await readReviews(silent.github, REPOSITORY, 7);
    expect(silent.calls()).toEqual([`GET ${BASE}/pulls/7/reviews`]);
    expect(await read(review({ state: 'DISMISSED' }))).toMatchObject([{ edited: null, limit: '1h' }]);
  });

  it('asks about a hundred at once', async () => {
    const many = Array.from({ length: 101 }, (_, index) => review({ id: index + 1, node_id: `PRR_${index + 1}` }));
    const sent: number[] = [];
    const { github } = wire({
      [`GET ${BASE}/pulls/7/reviews`]: { body: many },
      'POST /graphql': ({ body }) => {
        const { ids } = (body as { variables: { ids: readonly string[] } }).variables;
        sent.push(ids.length);
        return { body: { data: { nodes: ids.map((id) => ({ ...node, fullDatabaseId: id.slice(4) })) } } };
      },
    });
    expect(await readReviews(github, REPOSITORY, 7)).toHaveLength(101);
    expect(sent).toEqual([100, 1]);
  });

  it.each([
    ['nothing about the review', { data: { nodes: [null] } }, 'unexpected'],
    ['fewer reviews than were asked for', { data: { nodes: [] } }, 'unexpected'],
    ['another review', { data: { nodes: [{ ...node, fullDatabaseId: '2' }] } }, 'unexpected'],
    ['no word of edits', { data: { nodes: [{ fullDatabaseId: '1' }] } }, 'unexpected'],
    ['no data', {}, 'unexpected'],
    ['a limit', { errors: [{ type: 'RATE_LIMITED', message: 'later' }] }, 'rate-limited'],
    ['a refusal', { data: { nodes: [null] }, errors: [{ type: 'FORBIDDEN', message: 'no' }] }, 'forbidden'],
    ['that it is not there', { errors: [{ type: 'NOT_FOUND', message: 'no' }] }, 'not-found'],
    ['that a field is not there', { errors: [{ message: 'no such field' }] }, 'unexpected'],
  ])('makes no evidence of an answer that tells %s', async (_, body, code) => {
    const { github } = wire({ [`GET ${BASE}/pulls/7/reviews`]: { body: [review()] }, 'POST /graphql': { body } });
    await expect(readReviews(github, REPOSITORY, 7)).rejects.toMatchObject({ code });
  });

  it('makes no evidence while GraphQL is down', async () => {
    const { github } = wire({
      [`GET ${BASE}/pulls/7/reviews`]: { body: [review()] },
      'POST /graphql': { status: 502 },
    });
    await expect(readReviews(github, REPOSITORY, 7)).rejects.toMatchObject({ code: 'server' });
  });

  it.each([
    ['https://api.github.com', 'https://api.github.com/graphql'],
    ['https://github.acme.test/api/v3', 'https://github.acme.test/api/graphql'],
    ['https://api.acme.ghe.com', 'https://api.acme.ghe.com/graphql'],
  ])('asks beside the REST API at %s', async (baseUrl, address) => {
    const asked: string[] = [];
    const fetch = async (input: string | URL | Request) => {
      asked.push(new URL(String(input)).href);
      return new Response(JSON.stringify({ data: {} }), { headers: { 'content-type': 'application/json' } });
    };
    await ask(new Octokit({ baseUrl, request: { fetch } }), 'query { nodes }', {});
    expect(asked).toEqual([address]);
  });

  it.each([
    ['takes no limit from a comment', { state: 'COMMENTED' }, { limit: null }],
    ['binds a review of a lost commit to no head', { commit_id: null }, { commitId: '0'.repeat(40) }],
    ['reads a pending review without an instant', { state: 'PENDING', submitted_at: undefined }, { submittedAt: null }],
    [
      'takes an account of an unknown kind for a bot',
      { user: { ...bob, type: 'Android' } },
      { user: { ...bob, type: 'Bot' } },
    ],
  ])('%s', async (_, over, expected) => {
    expect(await read(review(over))).toMatchObject([expected]);
  });

  it('leaves out the review of a deleted account', async () => {
    expect(await read(review({ user: null }))).toEqual([]);
  });

  it('refuses a state that it does not know', async () => {
    await expect(read(review({ state: 'BLESSED' }))).rejects.toMatchObject({ code: 'unexpected' });
  });
});

describe('withDismissals', () => {
  const dismissed = (over: Readonly<Record<string, unknown>> = {}, at = '2026-11-23T10:05:00Z') => ({
    event: 'review_dismissed',
    created_at: at,
    dismissed_review: { state: 'approved', review_id: 1, dismissal_message: 'no', ...over },
  });
  const review = aReview('bob', { state: 'DISMISSED' });
  const read = async (found: typeof review, ...body: readonly unknown[]) => {
    const { github } = wire({ [`GET ${BASE}/issues/7/events`]: { body } });
    const [told] = withDismissals([found], (await readIssueEvents(github, REPOSITORY, 7)).dismissals);
    return told?.dismissed;
  };

  it('tells when a review was dismissed, and what it was', async () => {
    expect(await read(review, dismissed())).toEqual({ at: '2026-11-23T10:05:00.000Z', was: 'APPROVED' });
    expect(await read(review, dismissed({ state: 'changes_requested' }))).toMatchObject({ was: 'CHANGES_REQUESTED' });
  });

  it('takes the first of several', async () => {
    const [early, late] = [dismissed({}, '2026-11-23T09:55:00Z'), dismissed()];
    expect(await read(review, late, early)).toMatchObject({ at: '2026-11-23T09:55:00.000Z' });
    expect(await read(review, early, late)).toMatchObject({ at: '2026-11-23T09:55:00.000Z' });
  });

  it.each([
    ['another review', review, dismissed({ review_id: 2 })],
    ['a review that stands', aReview('bob'), dismissed()],
    ['a state that decides nothing', review, dismissed({ state: 'commented' })],
  ])('tells nothing of %s', async (_, found, event) => {
    expect(await read(found, event)).toBeUndefined();
  });

  it('refuses an event without its review', async () => {
    await expect(read(review, { ...dismissed(), dismissed_review: undefined })).rejects.toMatchObject({
      code: 'unexpected',
    });
  });
});

describe('limitIn', () => {
  it.each([
    ['limit: 1h', '1h'],
    ['LGTM\r\n  Limit:  30m  \r\n', '30m'],
    ['limit: 1h\nlimit: 1h', '1h'],
    ['limit: 1h\nlimit: 2h', '1h / 2h'],
    ['limit:', ''],
    ['> limit: 1h', null],
    ['no limit: 1h', null],
    ['', null],
  ])('reads %j', (body, limit) => {
    expect(limitIn(body)).toBe(limit);
  });

  it('reads a line made to stall a pattern in one pass', () => {
    const words = 'x '.repeat(1_000_000);
    expect(limitIn(`limit: ${words}`)).toBe(words.trim());
  });
});

describe('teamsNamedIn', () => {
  it('names every team that a decision of the example organisation can ask for', () => {
    expect(teamsNamedIn(governingFiles(), 'acme')).toEqual(
      expect.arrayContaining([
        'billing',
        'contractors',
        'dba',
        'engineering',
        'orders',
        'payments',
        'payments-production',
        'platform',
        'security',
        'sre',
        'vendor-managers',
      ]),
    );
  });

  it('names none where the files do not parse', () => {
    const broken: GoverningFile = { path: 'policies/x.yaml', mode: '100644', blob: '', text: '{' };
    expect(teamsNamedIn([broken], 'acme')).toEqual([]);
  });
});

describe('readTeams', () => {
  const TEAMS = 'GET /orgs/acme/teams';
  const listed = [
    { id: 1, slug: 'orders', parent: { slug: 'shop' } },
    { id: 2, slug: 'shop', parent: null },
    { id: 3, slug: 'other', parent: null },
  ];

  it('reads the teams that are named, and where they stand', async () => {
    const { github } = wire({
      [TEAMS]: { body: listed },
      'GET /orgs/acme/teams/orders/members': { body: [bob, alice] },
      'GET /orgs/acme/teams/shop/members': { body: [bob] },
    });
    expect(await readTeams(github, 'acme', ['orders'])).toEqual({
      orders: {
        id: 1,
        slug: 'orders',
        parent: 'shop',
        complete: true,
        members: [
          { id: 1001, login: 'alice', state: 'active' },
          { id: 1002, login: 'bob', state: 'active' },
        ],
      },
      shop: {
        id: 2,
        slug: 'shop',
        parent: null,
        complete: true,
        members: [{ id: 1002, login: 'bob', state: 'active' }],
      },
    });
  });

  it('leaves out a team that GitHub does not show, and marks one whose members it does not show', async () => {
    const { github } = wire({ [TEAMS]: { body: listed }, 'GET /orgs/acme/teams/other/members': { status: 403 } });
    expect(await readTeams(github, 'acme', ['missing', 'other'])).toEqual({
      other: { id: 3, slug: 'other', parent: null, complete: false, members: [] },
    });
  });

  it('knows no team where it may see none, asks nothing where none is named, and does not take an outage for an answer', async () => {
    expect(await readTeams(wire({ [TEAMS]: { status: 404 } }).github, 'acme', ['orders'])).toEqual({});
    expect(await readTeams(wire({}).github, 'acme', [])).toEqual({});
    await expect(readTeams(wire({ [TEAMS]: { status: 500 } }).github, 'acme', ['x'])).rejects.toMatchObject({
      code: 'server',
    });
    await expect(readTeams(wire({ [TEAMS]: { status: 401 } }).github, 'acme', ['x'])).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });
});

describe('readMembers', () => {
  it('gives ids, or says that it does not know', async () => {
    expect(await readMembers(wire({ 'GET /orgs/acme/members': { body: [bob, alice] } }).github, 'acme')).toEqual([
      1001, 1002,
    ]);
    expect(await readMembers(wire({ 'GET /orgs/acme/members': { status: 403 } }).github, 'acme')).toBeNull();
  });
});
