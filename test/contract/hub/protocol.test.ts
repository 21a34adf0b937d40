import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, asInstallation, refusal, type TestHub } from '../../support/hub.ts';

describe('protocol', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub, { rules: false });
  });
  afterAll(() => test.stop());
  beforeEach(() => test.hub.faults.clear());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${test.hub.apiUrl}${path}`, { headers: { authorization: `Bearer ${world.tokens['alice']}`, ...headers } });

  it('tells the time of its own clock', async () => {
    test.hub.clock.set('2027-03-01T08:00:00Z');
    expect((await get('/user')).headers.get('date')).toBe('Mon, 01 Mar 2027 08:00:00 GMT');
    await test.hub.clock.advance(90_000);
    expect((await get('/user')).headers.get('date')).toBe('Mon, 01 Mar 2027 08:01:30 GMT');
  });

  it('answers 304 for what has not changed', async () => {
    const first = await get('/repos/acme/access/branches/main');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/repos/acme/access/branches/main', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('counts calls in its headers', async () => {
    const [first, second] = [await get('/user'), await get('/user')];
    const used = (response: Response) => Number(response.headers.get('x-ratelimit-used'));
    expect(used(second)).toBe(used(first) + 1);
    expect(second.headers.get('x-ratelimit-limit')).toBe('5000');
  });

  it.each([
    ['an unknown path', 'GET', '/nothing', undefined, 404],
    ['JSON that is none', 'POST', '/repos/acme/access/git/blobs', '{', 400],
    ['a missing field', 'POST', '/repos/acme/access/git/blobs', '{}', 422],
    ['a field of a wrong type', 'POST', '/repos/acme/access/git/blobs', '{"content":1}', 422],
  ])('answers %s in GitHub’s shape', async (_name, method, path, body, status) => {
    const authorization = `Bearer ${world.tokens['alice']}`;
    const response = await fetch(`${test.hub.apiUrl}${path}`, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      message: expect.any(String),
      documentation_url: expect.any(String),
      status: String(status),
    });
  });

  it('moves a ref only forward unless forced: a compare-and-swap', async () => {
    const bob = world.as('bob');
    const head = (await bob.git.getRef({ ...ACCESS, ref: 'heads/main' })).data.object.sha;
    const tree = (await bob.git.getCommit({ ...ACCESS, commit_sha: head })).data.tree.sha;
    await bob.git.createRef({ ...ACCESS, ref: 'refs/heads/race', sha: head });
    const commit = async (message: string) =>
      (await bob.git.createCommit({ ...ACCESS, message, tree, parents: [head] })).data.sha;
    const commits = await Promise.all(['one', 'two', 'three', 'four'].map(commit));
    const moves = commits.map((sha) => bob.git.updateRef({ ...ACCESS, ref: 'heads/race', sha, force: false }));
    const results = await Promise.allSettled(moves);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { status: number }).status] : [],
    );
    expect(lost).toEqual([422, 422, 422]);
    expect((await refusal(bob.git.createRef({ ...ACCESS, ref: 'refs/heads/race', sha: head }))).status).toBe(422);
  });

  it('writes trees that keep what they do not name, remove what is null, and refuse paths that leave', async () => {
    const bob = world.as('bob');
    const base_tree = (await bob.git.getTree({ ...ACCESS, tree_sha: 'main' })).data.sha;
    const file = (path: string, content: string) => ({ path, content, mode: '100644', type: 'blob' }) as const;
    const removed = { path: 'policies/locks.yaml', mode: '100644', type: 'blob', sha: null } as const;
    const { data } = await bob.git.createTree({ ...ACCESS, base_tree, tree: [file('a/b/c.txt', 'x\n'), removed] });
    const all = (await bob.git.getTree({ ...ACCESS, tree_sha: data.sha, recursive: 'true' })).data.tree.map(
      (entry) => entry.path,
    );
    expect(all).toEqual(expect.arrayContaining(['CODEOWNERS', 'a', 'a/b', 'a/b/c.txt', 'policies/settings.yaml']));
    expect(all).not.toContain('policies/locks.yaml');
    for (const path of ['../x', '/x', 'a//b', '.git/config']) {
      expect((await refusal(bob.git.createTree({ ...ACCESS, base_tree, tree: [file(path, 'x')] }))).status).toBe(422);
    }
  });

  it('compares branches, and lists commits along a path', async () => {
    await world.ask('alice', test.folder, REQUEST);
    const { data } = await world
      .as('bob')
      .repos.compareCommitsWithBasehead({ ...ACCESS, basehead: `main...${REQUEST.branch}` });
    expect([data.status, data.ahead_by, data.behind_by, data.files?.map((file) => file.filename)]).toEqual([
      'ahead',
      1,
      0,
      Object.keys(REQUEST.files),
    ]);
    const commits = await world
      .as('bob')
      .repos.listCommits({ ...ACCESS, sha: REQUEST.branch, path: 'requests/orders-db/read-only/replay.yaml' });
    expect(commits.data.map((commit) => commit.author?.login)).toEqual(['alice']);
    const contents = await world
      .as('bob')
      .repos.getContent({ ...ACCESS, path: 'requests/orders-db', ref: REQUEST.branch });
    expect(contents.data).toMatchObject([{ type: 'dir', path: 'requests/orders-db/read-only' }]);
  });

  it('writes and removes a file by path', async () => {
    const bob = world.as('bob');
    const at = { ...ACCESS, path: 'docs/note with space.md', branch: 'main' };
    const put = await bob.repos.createOrUpdateFileContents({ ...at, message: 'Note', content: btoa('one\n') });
    expect(put.status).toBe(201);
    const sha = put.data.content?.sha ?? '';
    expect(
      (await refusal(bob.repos.createOrUpdateFileContents({ ...at, message: 'Blind', content: btoa('two\n') }))).status,
    ).toBe(422);
    const read = await bob.repos.getContent({ ...ACCESS, path: at.path });
    expect(read.data).toMatchObject({ type: 'file', content: `${btoa('one\n')}\n`, sha });
    await bob.repos.deleteFile({ ...at, message: 'Gone', sha });
    expect((await refusal(bob.repos.getContent({ ...ACCESS, path: at.path }))).status).toBe(404);
  });

  describe('with faults', () => {
    it('fails as often as told, without effect', async () => {
      const { number } = await world.ask('alice', test.folder, { branch: 'alice/faults', files: { 'f.txt': 'f\n' } });
      test.hub.faults.answer({ method: 'POST', path: /comments$/ }, 502, 2);
      const say = () => world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: 'x' });
      expect([(await refusal(say())).status, (await refusal(say())).status, (await say()).status]).toEqual([
        502, 502, 201,
      ]);
      expect((await world.as('alice').issues.listComments({ ...ACCESS, issue_number: number })).data).toHaveLength(1);
    });

    it('limits bursts, and says how long to wait', async () => {
      test.hub.faults.secondaryLimit({ method: 'GET', path: /^\/user$/ }, { retryAfter: 7 });
      const response = await get('/user');
      expect([response.status, response.headers.get('retry-after')]).toEqual([403, '7']);
      expect((await get('/user')).status).toBe(200);
    });

    it('refuses a token once', async () => {
      test.hub.faults.unauthorized({ path: /^\/user$/ });
      expect([(await get('/user')).status, (await get('/user')).status]).toEqual([401, 200]);
    });

    it('carries a call out and loses the answer', async () => {
      test.hub.faults.loseAnswer({ method: 'PUT', path: /memberships/ });
      const applier = asInstallation(test.hub, world.applier);
      const at = { org: 'acme', team_slug: 'payments-production', username: 'bob' };
      await expect(applier.teams.addOrUpdateMembershipForUserInOrg(at)).rejects.toThrow();
      expect((await applier.teams.getMembershipForUserInOrg(at)).data.state).toBe('active');
    });
  });

  it('speaks as GitHub describes', async () => {
    await test.hub.idle();
    expect(test.problems().filter((problem) => !problem.includes('no route of the look-alike'))).toEqual([]);
  });
});

describe('the example organisation', () => {
  it('stands within a second and a half', async () => {
    const started = performance.now();
    const test = await aHub();
    const world = await acmeWorld(test.hub);
    const spent = performance.now() - started;
    const { data } = await world.as('alice').repos.getContent({ ...ACCESS, path: '.github/workflows' });
    await test.stop();
    expect(data).toMatchObject([{ name: 'gatepass.yml' }]);
    expect(spent).toBeLessThan(1500);
  });
});
