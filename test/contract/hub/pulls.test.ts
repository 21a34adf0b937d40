import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, git, refusal, type TestHub } from '../../support/hub.ts';

describe('pull requests', () => {
  let test: TestHub;
  let world: AcmeWorld;
  let count = 0;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub, { rules: false });
  });
  afterAll(() => test.stop());

  /** A pull request of alice's with one file of its own. */
  async function aPull(files?: Record<string, string>) {
    count += 1;
    const pull = await world.ask('alice', test.folder, {
      branch: `alice/${count}`,
      files: files ?? { [`notes/${count}.txt`]: `${count}\n` },
    });
    return { ...ACCESS, pull_number: pull.number, head: pull.head, branch: `alice/${count}` };
  }

  it('shows what was asked: files by blob, commits with their people', async () => {
    const { number } = await world.ask('alice', test.folder, REQUEST);
    const at = { ...ACCESS, pull_number: number };
    const bob = world.as('bob');
    const [{ data: pull }, { data: files }, { data: commits }] = await Promise.all([
      bob.pulls.get(at),
      bob.pulls.listFiles(at),
      bob.pulls.listCommits(at),
    ]);
    expect(pull).toMatchObject({
      state: 'open',
      mergeable: true,
      mergeable_state: 'clean',
      changed_files: 1,
      commits: 1,
      draft: false,
    });
    expect(pull.user).toMatchObject({ login: 'alice', id: 1001, type: 'User' });
    expect(pull.requested_teams?.map((team) => team.slug)).toEqual(['orders']);
    expect(files.map((file) => [file.filename, file.status])).toEqual([
      ['requests/orders-db/read-only/replay.yaml', 'added'],
    ]);
    const blob = await bob.git.getBlob({ ...ACCESS, file_sha: files[0]?.sha ?? '' });
    expect(Buffer.from(blob.data.content, 'base64').toString()).toBe(Object.values(REQUEST.files)[0]);
    expect(commits.map((commit) => [commit.author?.login, commit.commit.verification?.verified])).toEqual([
      ['alice', false],
    ]);
  });

  it('lists renames, mode changes and removals with their states', async () => {
    const clone = await world.clone('alice', test.folder);
    await git(clone, 'checkout', '--quiet', '-b', 'alice/moves');
    await git(clone, 'mv', 'policies/settings.yaml', 'policies/renamed.yaml');
    await git(clone, 'rm', '--quiet', 'policies/locks.yaml');
    await git(clone, 'update-index', '--chmod=+x', 'CODEOWNERS');
    await git(clone, 'commit', '--quiet', '-m', 'Move');
    await git(clone, 'push', '--quiet', 'origin', 'alice/moves');
    const { data } = await world
      .as('alice')
      .pulls.create({ ...ACCESS, title: 'Moves', head: 'alice/moves', base: 'main' });
    const files = await world.as('bob').pulls.listFiles({ ...ACCESS, pull_number: data.number });
    expect(files.data.map((file) => [file.filename, file.status, file.previous_filename])).toEqual([
      ['CODEOWNERS', 'modified', undefined],
      ['policies/locks.yaml', 'removed', undefined],
      ['policies/renamed.yaml', 'renamed', 'policies/settings.yaml'],
    ]);
  });

  it('counts a review once it is given, by state, commit and person', async () => {
    const { head, branch, ...at } = await aPull();
    const bob = world.as('bob');
    const { data } = await bob.pulls.createReview({ ...at, event: 'APPROVE', body: 'limit: 1h' });
    expect(data).toMatchObject({
      state: 'APPROVED',
      commit_id: head,
      submitted_at: '2026-11-23T10:00:00Z',
      body: 'limit: 1h',
    });
    await bob.pulls.dismissReview({ ...at, review_id: data.id, message: 'on second thoughts' });
    const { data: all } = await bob.pulls.listReviews(at);
    expect(all.map((review) => [review.user?.login, review.state])).toEqual([['bob', 'DISMISSED']]);
  });

  it('keeps a pending review to its author until it is submitted', async () => {
    const { head, branch, ...at } = await aPull();
    const pending = await world.as('bob').pulls.createReview({ ...at, body: 'hm' });
    expect((await world.as('carol').pulls.listReviews(at)).data).toEqual([]);
    await world
      .as('bob')
      .pulls.submitReview({ ...at, review_id: pending.data.id, event: 'REQUEST_CHANGES', body: 'shorter' });
    const { data } = await world.as('carol').pulls.listReviews(at);
    expect(data.map((review) => [review.state, review.commit_id])).toEqual([['CHANGES_REQUESTED', head]]);
  });

  it.each([
    ['an approval of one’s own', 'alice', { event: 'APPROVE' }, 'Can not approve your own pull request'],
    [
      'changes requested of oneself',
      'alice',
      { event: 'REQUEST_CHANGES', body: 'x' },
      'Can not request changes on your own pull request',
    ],
    ['a comment without words', 'bob', { event: 'COMMENT' }, 'body cannot be blank'],
  ] as const)('refuses %s with 422', async (_name, login, review, expected) => {
    const { head, branch, ...at } = await aPull();
    const { message, status } = await refusal(world.as(login).pulls.createReview({ ...at, ...review }));
    expect([status, message]).toEqual([422, expect.stringContaining(expected)]);
  });

  it('moves the head when the branch is pushed, and leaves reviews on the commit they saw', async () => {
    const { head, branch, ...at } = await aPull();
    await world.as('bob').pulls.createReview({ ...at, event: 'APPROVE' });
    const clone = await world.clone('mallory', test.folder);
    await git(clone, 'checkout', '--quiet', branch);
    await writeFile(join(clone, 'more.txt'), 'more\n');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'More');
    await git(clone, 'push', '--quiet', 'origin', branch);
    const { data } = await world.as('bob').pulls.get(at);
    expect(data.head.sha).toBe(await git(clone, 'rev-parse', 'HEAD'));
    const reviews = await world.as('bob').pulls.listReviews(at);
    expect(reviews.data[0]?.commit_id).toBe(head);
    const activity = await world.as('bob').repos.listActivities({ ...ACCESS, ref: branch });
    expect(activity.data.map((each) => each.actor?.login)).toEqual(['mallory', 'alice']);
  });

  it.each(['merge', 'squash', 'rebase'] as const)('merges by %s, signed where GitHub signs', async (merge_method) => {
    const { head, branch, ...at } = await aPull();
    const before = (await world.as('bob').git.getRef({ ...ACCESS, ref: 'heads/main' })).data.object.sha;
    const merged = await world.as('bob').pulls.merge({ ...at, merge_method, sha: head });
    const { data } = await world.as('bob').pulls.get(at);
    expect(data).toMatchObject({
      merged: true,
      state: 'closed',
      merge_commit_sha: merged.data.sha,
      merged_at: '2026-11-23T10:00:00Z',
    });
    expect(data.merged_by?.login).toBe('bob');
    const commit = (await world.as('bob').repos.getCommit({ ...ACCESS, ref: merged.data.sha })).data;
    const shapes = {
      merge: { parents: [before, head], author: 'bob', verified: true },
      squash: { parents: [before], author: 'alice', verified: true },
      rebase: { parents: [before], author: 'alice', verified: false },
    };
    const found = {
      parents: commit.parents.map(({ sha }) => sha),
      author: commit.author?.login,
      verified: commit.commit.verification?.verified,
    };
    expect(found).toEqual(shapes[merge_method]);
    const pulls = await world
      .as('bob')
      .repos.listPullRequestsAssociatedWithCommit({ ...ACCESS, commit_sha: merged.data.sha });
    expect(pulls.data.map((pull) => pull.number)).toEqual([at.pull_number]);
  });

  it('refuses to merge when the head is not the one that was judged', async () => {
    const { head, branch, ...at } = await aPull();
    const { status } = await refusal(world.as('bob').pulls.merge({ ...at, sha: '0'.repeat(40) }));
    expect(status).toBe(409);
  });

  it('refuses to merge what conflicts, and says so beforehand', async () => {
    const one = await aPull({ 'clash.txt': 'one\n' });
    const two = await aPull({ 'clash.txt': 'two\n' });
    await world.as('bob').pulls.merge({ ...ACCESS, pull_number: one.pull_number });
    const { data } = await world.as('bob').pulls.get({ ...ACCESS, pull_number: two.pull_number });
    expect([data.mergeable, data.mergeable_state]).toEqual([false, 'dirty']);
    const { status } = await refusal(world.as('bob').pulls.merge({ ...ACCESS, pull_number: two.pull_number }));
    expect(status).toBe(405);
  });

  it('refuses to merge a draft', async () => {
    const { head, branch, ...at } = await aPull();
    await test.hub.setDraft('acme', 'access', at.pull_number, true, 'alice');
    expect((await world.as('bob').pulls.get(at)).data).toMatchObject({ draft: true, mergeable_state: 'draft' });
    expect((await refusal(world.as('bob').pulls.merge(at))).status).toBe(405);
  });

  it('remembers when the base was changed', async () => {
    const { head, branch, ...at } = await aPull();
    const main = (await world.as('bob').git.getRef({ ...ACCESS, ref: 'heads/main' })).data.object.sha;
    await world.as('bob').git.createRef({ ...ACCESS, ref: `refs/heads/release-${count}`, sha: main });
    test.hub.clock.set('2026-11-23T10:05:00Z');
    const { data } = await world.as('alice').pulls.update({ ...at, base: `release-${count}` });
    expect(data.base.ref).toBe(`release-${count}`);
    const timeline = await world.as('bob').issues.listEventsForTimeline({ ...ACCESS, issue_number: at.pull_number });
    const found = timeline.data.map((event) => ('created_at' in event ? [event.event, event.created_at] : []));
    expect(found).toContainEqual(['base_ref_changed', '2026-11-23T10:05:00Z']);
  });

  it.each([
    ['a branch that is not there', { head: 'nobody/nothing', base: 'main' }, 422],
    ['a base that is not there', { head: 'alice/1', base: 'nothing' }, 422],
    ['no commits of its own', { head: 'main', base: 'main' }, 422],
  ])('refuses to open a pull request with %s', async (_name, wanted, expected) => {
    await aPull();
    expect((await refusal(world.as('alice').pulls.create({ ...ACCESS, title: 'x', ...wanted }))).status).toBe(expected);
  });

  it('opens a pull request from a fork', async () => {
    await test.hub.fork('acme', 'access', 'frank');
    const frank = world.as('frank');
    const fork = { owner: 'frank', repo: 'access' };
    await frank.repos.createOrUpdateFileContents({
      ...fork,
      path: 'from-fork.txt',
      message: 'Fork',
      content: btoa('x\n'),
    });
    const { data } = await frank.pulls.create({ ...ACCESS, title: 'From a fork', head: 'frank:main', base: 'main' });
    expect(data.head.repo?.full_name).toBe('frank/access');
    const files = await world.as('bob').pulls.listFiles({ ...ACCESS, pull_number: data.number });
    expect(files.data.map((file) => file.filename)).toContain('from-fork.txt');
    expect((await world.as('bob').git.getCommit({ ...ACCESS, commit_sha: data.head.sha })).data.message).toBe('Fork');
  });

  it('pages long lists with links', async () => {
    const first = await world.as('bob').pulls.list({ ...ACCESS, state: 'all', per_page: 2 });
    expect(first.headers.link).toMatch(/<http:[^>]+page=2>; rel="next", <[^>]+>; rel="last"/);
    const all = await world
      .as('bob')
      .paginate('GET /repos/{owner}/{repo}/pulls', { ...ACCESS, state: 'all', per_page: 2 });
    expect(all.map((pull) => pull.number)).toEqual([...all.keys()].map((index) => all.length - index));
  });

  it('leaves repositories that git itself calls sound', async () => {
    const repository = test.hub.state.repositories.get('acme/access');
    const { stdout } = (await repository?.git.git(['fsck', '--strict', '--no-dangling'])) ?? { stdout: null };
    expect(stdout?.toString()).toBe('');
  });

  it('speaks as GitHub describes', async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
  });
});
