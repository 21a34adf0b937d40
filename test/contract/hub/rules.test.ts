import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, asInstallation, git, gitUrl, refusal, type TestHub, withToken } from '../../support/hub.ts';

describe('rules', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeEach(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub);
  });
  afterEach(async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
    await test.stop();
  });

  const gate = () => asInstallation(test.hub, world.gate);
  const check = (head_sha: string, conclusion: 'success' | 'failure') =>
    gate().checks.create({ ...ACCESS, name: 'gatepass', head_sha, conclusion });
  const merge = (number: number, login = 'bob') => world.as(login).pulls.merge({ ...ACCESS, pull_number: number });
  const approve = (number: number, login: string) =>
    world.as(login).pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
  const stateOf = async (number: number) =>
    (await world.as('bob').pulls.get({ ...ACCESS, pull_number: number })).data.mergeable_state;
  const setRule = (type: string, parameters: Record<string, unknown>, bypass_actors: unknown[] = []) =>
    test.hub.protect('acme', 'access', {
      name: type,
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      bypass_actors,
      rules: [{ type, parameters }],
    });
  const policyPull = () =>
    world.ask('alice', test.folder, { branch: 'alice/policy', files: { 'policies/rotas.yaml': 'x: 1\n' } });

  it('holds a merge until our check is green, from our App', async () => {
    const { number, head } = await world.ask('alice', test.folder, REQUEST);
    expect(await stateOf(number)).toBe('blocked');
    expect(await refusal(merge(number))).toMatchObject({
      status: 405,
      message: expect.stringContaining('Required status check "gatepass" is expected.'),
    });
    await check(head, 'failure');
    expect((await refusal(merge(number))).message).toContain('is failing');
    await check(head, 'success');
    expect(await stateOf(number)).toBe('clean');
    expect((await merge(number)).data.merged).toBe(true);
  });

  it('does not count a check of the same name by another App, nor a status', async () => {
    const { number, head } = await world.ask('alice', test.folder, REQUEST);
    const forger = await test.hub.addApp({ slug: 'forger', permissions: { checks: 'write' } });
    await asInstallation(test.hub, forger).checks.create({
      ...ACCESS,
      name: 'gatepass',
      head_sha: head,
      conclusion: 'success',
    });
    await world.as('mallory').repos.createCommitStatus({ ...ACCESS, sha: head, state: 'success', context: 'gatepass' });
    expect((await refusal(merge(number, 'mallory'))).status).toBe(405);
  });

  it('does not let an administrator pass who is no bypass actor', async () => {
    const { number } = await world.ask('alice', test.folder, REQUEST);
    expect((await refusal(merge(number, 'heidi'))).status).toBe(405);
    const clone = await world.clone('heidi', test.folder);
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Push');
    await expect(git(clone, 'push', 'origin', 'main')).rejects.toThrow('Changes must be made through a pull request.');
  });

  it('demands the owners’ approval outside requests, by path, and none inside', async () => {
    const { number, head } = await policyPull();
    await check(head, 'success');
    expect((await refusal(merge(number))).message).toContain('Waiting on 1 approval from security.');
    await approve(number, 'bob');
    expect((await refusal(merge(number))).status).toBe(405);
    await approve(number, 'grace');
    expect((await merge(number)).data.merged).toBe(true);
  });

  it('demands code owners of every changed file when the rule says so', async () => {
    setRule('pull_request', { require_code_owner_review: true });
    const { number, head } = await world.ask('alice', test.folder, REQUEST);
    await check(head, 'success');
    await approve(number, 'erin');
    expect((await refusal(merge(number))).message).toContain('Waiting on code owner review.');
    await approve(number, 'carol');
    expect((await merge(number)).data.merged).toBe(true);
  });

  it('counts approvals, and lets a writer block by asking for changes', async () => {
    setRule('pull_request', { required_approving_review_count: 2 });
    const { number, head } = await world.ask('alice', test.folder, REQUEST);
    await check(head, 'success');
    await approve(number, 'bob');
    expect((await refusal(merge(number))).message).toContain('At least 2 approving review');
    await approve(number, 'carol');
    await world.as('erin').pulls.createReview({ ...ACCESS, pull_number: number, event: 'REQUEST_CHANGES', body: 'no' });
    expect((await refusal(merge(number))).message).toContain('Changes have been requested.');
    await approve(number, 'erin');
    expect((await merge(number)).data.merged).toBe(true);
  });

  async function pushMore(login: string): Promise<string> {
    const clone = await world.clone(login, test.folder);
    await git(clone, 'checkout', '--quiet', REQUEST.branch);
    await writeFile(join(clone, 'requests/more.yaml'), 'x\n');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'More');
    await git(clone, 'push', '--quiet', 'origin', REQUEST.branch);
    return git(clone, 'rev-parse', 'HEAD');
  }

  it('wants the last push approved by somebody else', async () => {
    setRule('pull_request', { required_approving_review_count: 1, require_last_push_approval: true });
    const { number } = await world.ask('alice', test.folder, REQUEST);
    await check(await pushMore('bob'), 'success');
    await approve(number, 'bob');
    expect((await refusal(merge(number))).message).toContain('someone other than the last pusher');
    await approve(number, 'carol');
    expect((await merge(number)).data.merged).toBe(true);
  });

  it('dismisses approvals when the branch is pushed, where the rule says so', async () => {
    setRule('pull_request', { dismiss_stale_reviews_on_push: true, required_approving_review_count: 1 });
    const { number } = await world.ask('alice', test.folder, REQUEST);
    await approve(number, 'bob');
    await check(await pushMore('alice'), 'success');
    const { data } = await world.as('bob').pulls.listReviews({ ...ACCESS, pull_number: number });
    expect(data.map((review) => review.state)).toEqual(['DISMISSED']);
    expect((await refusal(merge(number))).status).toBe(405);
  });

  it('lets a bypass actor merge, and push only where the bypass is always', async () => {
    const { data } = await world.as('heidi').repos.getRepoRulesets(ACCESS);
    const first = data[0]?.id ?? 0;
    const bypass = (bypass_mode: 'always' | 'pull_request') =>
      world.as('heidi').repos.updateRepoRuleset({
        ...ACCESS,
        ruleset_id: first,
        bypass_actors: [{ actor_id: 5, actor_type: 'RepositoryRole', bypass_mode }],
      });
    await bypass('pull_request');
    const { number } = await world.ask('alice', test.folder, REQUEST);
    const clone = await world.clone('heidi', test.folder);
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Push');
    await expect(git(clone, 'push', 'origin', 'main')).rejects.toThrow('Changes must be made');
    await bypass('always');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    expect((await merge(number, 'heidi')).data.merged).toBe(true);
  });

  it('takes the push of a deploy key past rules that name such keys, and knows it nowhere else', async () => {
    const key = test.hub.addDeployKey('acme', 'access', 'heidi');
    const clone = await world.clone('mallory', test.folder);
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Push');
    const url = gitUrl(test.hub, 'acme/access', 'key', key);
    await expect(git(clone, 'push', url, 'HEAD:main')).rejects.toThrow('Changes must be made through a pull request.');
    const { data: rulesets } = await world.as('heidi').repos.getRepoRulesets(ACCESS);
    const bypass_actors = [{ actor_id: null, actor_type: 'DeployKey', bypass_mode: 'always' } as const];
    for (const { id } of rulesets)
      await world.as('heidi').repos.updateRepoRuleset({ ...ACCESS, ruleset_id: id, bypass_actors });
    await git(clone, 'push', '--quiet', url, 'HEAD:main');
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Again');
    await expect(git(clone, 'push', 'origin', 'HEAD:main')).rejects.toThrow('Changes must be made');
    const { data: activity } = await world.as('heidi').repos.listActivities({ ...ACCESS, ref: 'refs/heads/main' });
    expect(activity[0]?.actor?.login).toBe('heidi');
    expect(await refusal(withToken(test.hub, key).repos.get(ACCESS))).toMatchObject({ status: 401 });
    await expect(git(clone, 'ls-remote', gitUrl(test.hub, 'acme/ops', 'key', key))).rejects.toThrow('not found');
  });

  it('refuses through the API what it refuses to a push', async () => {
    const main = await world.as('bob').git.getRef({ ...ACCESS, ref: 'heads/main' });
    const mallory = world.as('mallory');
    const file = { ...ACCESS, path: 'x.txt', message: 'x', content: btoa('x') };
    expect((await refusal(mallory.repos.createOrUpdateFileContents(file))).status).toBe(409);
    expect((await refusal(mallory.git.deleteRef({ ...ACCESS, ref: 'heads/main' }))).message).toContain(
      'Cannot delete this branch',
    );
    const commit = await mallory.git.createCommit({
      ...ACCESS,
      message: 'x',
      tree: (await mallory.git.getTree({ ...ACCESS, tree_sha: 'main' })).data.sha,
    });
    const force = mallory.git.updateRef({ ...ACCESS, ref: 'heads/main', sha: commit.data.sha, force: true });
    expect((await refusal(force)).message).toContain('Cannot force-push to this branch');
    expect((await world.as('bob').git.getRef({ ...ACCESS, ref: 'heads/main' })).data).toEqual(main.data);
  });

  it('shows the rules of a branch, and who may bypass them to administrators only', async () => {
    const { data } = await world.as('alice').repos.getBranchRules({ ...ACCESS, branch: 'main' });
    expect(data.map((rule) => rule.type)).toEqual([
      'deletion',
      'non_fast_forward',
      'pull_request',
      'required_status_checks',
    ]);
    expect(data.find((rule) => rule.type === 'required_status_checks')).toMatchObject({
      parameters: { required_status_checks: [{ context: 'gatepass', integration_id: world.gate.id }] },
    });
    const rulesets = await world.as('alice').repos.getRepoRulesets(ACCESS);
    const ruleset_id = rulesets.data[1]?.id ?? 0;
    expect(
      (await world.as('alice').repos.getRepoRuleset({ ...ACCESS, ruleset_id })).data.bypass_actors,
    ).toBeUndefined();
    const { data: seen } = await world.as('heidi').repos.getRepoRuleset({ ...ACCESS, ruleset_id });
    expect(seen.bypass_actors).toEqual([
      { actor_id: world.applier.id, actor_type: 'Integration', bypass_mode: 'always' },
    ]);
  });

  it('switches a ruleset off for its administrator, for nobody else', async () => {
    const { data } = await world.as('heidi').repos.getRepoRulesets(ACCESS);
    const at = { ...ACCESS, ruleset_id: data[0]?.id ?? 0, enforcement: 'disabled' as const };
    expect((await refusal(world.as('bob').repos.updateRepoRuleset(at))).status).toBe(403);
    await world.as('heidi').repos.updateRepoRuleset(at);
    const { number } = await world.ask('alice', test.folder, REQUEST);
    expect((await merge(number)).data.merged).toBe(true);
  });

  it('does not let an App without `workflows` change a workflow (GitHub’s words are from reports)', async () => {
    const refused = expect.stringContaining('without `workflows` permission');
    const file = {
      ...ACCESS,
      path: '.github/workflows/own.yml',
      branch: 'side',
      message: 'Own',
      content: btoa('on: push\n'),
    };
    const sha = (await gate().git.getRef({ ...ACCESS, ref: 'heads/main' })).data.object.sha;
    await gate().git.createRef({ ...ACCESS, ref: 'refs/heads/side', sha });
    expect((await refusal(gate().repos.createOrUpdateFileContents(file))).message).toEqual(refused);
    const { token } = (await gate().auth({ type: 'installation' })) as { token: string };
    const clone = await world.clone('alice', test.folder);
    await git(clone, 'checkout', '--quiet', '-b', 'mine');
    await writeFile(join(clone, '.github/workflows/own.yml'), 'on: push\n');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'Own');
    const push = git(clone, 'push', gitUrl(test.hub, 'acme/access', 'x-access-token', token), 'mine');
    await expect(push).rejects.toThrow('without `workflows` permission');
    await git(clone, 'push', '--quiet', 'origin', 'mine');
    const { data } = await world.as('alice').pulls.create({ ...ACCESS, title: 'Own', head: 'mine', base: 'main' });
    await check(data.head.sha, 'success');
    await approve(data.number, 'erin');
    const merged = gate().pulls.merge({ ...ACCESS, pull_number: data.number });
    expect(await refusal(merged)).toEqual({ status: 403, message: refused });
    expect((await merge(data.number)).data.merged).toBe(true);
  });

  it('refuses a rule that it could not enforce', () => {
    expect(() => setRule('required_deployments', {})).toThrow('does not enforce');
  });
});
