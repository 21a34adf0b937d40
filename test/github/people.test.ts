import { describe, expect, it } from 'vitest';
import type { GoverningFile } from '../../core/policy/evidence.ts';
import { coAuthors, readCommits } from '../../github/commits.ts';
import { readMembers, readTeams, teamsNamedIn } from '../../github/memberships.ts';
import { readIssueEvents } from '../../github/pull-request.ts';
import { readPushes } from '../../github/pushers.ts';
import { limitIn, readReviews } from '../../github/reviews.ts';
import { governingFiles, instant } from '../support/evidence.ts';
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
  it('tells when the pull request was last made ready for review', async () => {
    const ready = (created_at: string) => ({ event: 'ready_for_review', created_at });
    const read = (...body: readonly unknown[]) =>
      readIssueEvents(wire({ [`GET ${BASE}/issues/7/events`]: { body } }).github, REPOSITORY, 7);
    const times = [ready('2026-11-23T09:40:00Z'), ready('2026-11-23T09:20:00Z')];
    expect((await read(...times)).readyAt).toBe('2026-11-23T09:40:00.000Z');
    expect((await read()).readyAt).toBeNull();
  });
});

describe('readReviews', () => {
  const review = (over: Readonly<Record<string, unknown>> = {}) => ({
    id: 1,
    user: bob,
    state: 'APPROVED',
    commit_id: 'a'.repeat(40),
    submitted_at: '2026-11-23T09:50:00Z',
    body: 'fine\nlimit: 1h',
    ...over,
  });
  const read = (...body: readonly unknown[]) =>
    readReviews(wire({ [`GET ${BASE}/pulls/7/reviews`]: { body } }).github, REPOSITORY, 7);

  it('reads who reviewed which commit, when, and how far they would go', async () => {
    expect(await read(review())).toEqual([
      {
        id: 1,
        user: bob,
        state: 'APPROVED',
        commitId: 'a'.repeat(40),
        submittedAt: '2026-11-23T09:50:00.000Z',
        limit: '1h',
      },
    ]);
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
