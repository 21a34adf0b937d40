import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../core/policy/decide.ts';
import { collectEvidence } from '../../github/evidence.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;
const TWO_HOURS = request({ duration: '2h' });

describe('the gate under attack, and when GitHub fails', () => {
  let world: GateWorld;

  beforeAll(async () => {
    world = await startGateWorld();
  });
  afterAll(() => world.close());

  it('decides in the open what the same evidence decides anywhere', async () => {
    const number = await world.open('alice', { [path('same')]: TWO_HOURS });
    const evidence = await collectEvidence(world.as('heidi'), {
      repository: { owner: 'acme', name: 'access' },
      pullRequest: number,
      at: 'open',
      governing: null,
      now: null,
      grants: [],
      signals: {},
    });
    expect(evidence).toMatchObject({
      now: '2026-11-23T10:00:00.000Z',
      pullRequest: { author: { id: 1001, login: 'alice', type: 'User' }, state: 'open', changedFiles: 1, commits: 1 },
      changes: [{ status: 'added', path: path('same'), mode: '100644', text: TWO_HOURS }],
      pushers: [{ id: 1001 }],
      members: [1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009],
    });
    expect(evidence.teams['orders']?.members.map(({ login }) => login)).toEqual(['bob', 'carol']);
    expect(evidence.commits[0]?.author.account?.login).toBe('alice');
    expect(decide(evidence).verdict).toBe('pending');
  });

  it('grants the on-call at once, without any human', async () => {
    const number = await world.open('carol', { [path('page')]: request({ duration: '1h' }) });
    expect(await world.isMerged(number)).toBe(true);
  });

  it('refuses a pull request from a fork', async () => {
    await world.hub.fork('acme', 'access', 'mallory');
    const fork = { owner: 'mallory', repo: 'access' };
    const client = world.as('mallory');
    const { data: main } = await client.git.getRef({ ...fork, ref: 'heads/main' });
    const { data: parent } = await client.git.getCommit({ ...fork, commit_sha: main.object.sha });
    const tree = [{ path: path('fork'), mode: '100644' as const, type: 'blob' as const, content: TWO_HOURS }];
    const { data: made } = await client.git.createTree({ ...fork, base_tree: parent.tree.sha, tree });
    const { data: commit } = await client.git.createCommit({
      ...fork,
      message: 'x',
      tree: made.sha,
      parents: [parent.sha],
    });
    await client.git.createRef({ ...fork, ref: 'refs/heads/sneak', sha: commit.sha });
    const { data: pull } = await client.pulls.create({ ...ACCESS, title: 'x', head: 'mallory:sneak', base: 'main' });
    await world.settle();
    expect(await world.check(pull.number)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(await world.sticky(pull.number)).toContain('comes from a fork');
  });

  it('gives two pull requests with one head no green check, until one of them goes', async () => {
    const first = await world.open('alice', { [path('twin')]: TWO_HOURS }, { branch: 'twin-a' });
    const { data: ref } = await world.as('alice').git.getRef({ ...ACCESS, ref: 'heads/twin-a' });
    await world.as('alice').git.createRef({ ...ACCESS, ref: 'refs/heads/twin-b', sha: ref.object.sha });
    const { data: second } = await world
      .as('alice')
      .pulls.create({ ...ACCESS, title: 'b', head: 'twin-b', base: 'main' });
    await world.settle();
    await world.review('bob', first, 'APPROVE');
    expect(await world.isMerged(first)).toBe(false);
    expect(await world.check(first)).toMatchObject({ conclusion: 'failure' });
    expect((await world.check(first))?.title).toMatch(/^Shares its commit with #/);
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: second.number, state: 'closed' });
    await world.settle();
    expect(await world.isMerged(first)).toBe(true);
    expect(await world.sticky(second.number)).toContain('Closed without a merge');
  });

  it('leaves alone what is not for the default branch, and trusts no approval from before a retarget', async () => {
    const { data: main } = await world.as('alice').git.getRef({ ...ACCESS, ref: 'heads/main' });
    await world.as('alice').git.createRef({ ...ACCESS, ref: 'refs/heads/scratch', sha: main.object.sha });
    const number = await world.open('alice', { [path('moved')]: TWO_HOURS }, { base: 'scratch' });
    expect(await world.check(number)).toBeNull();
    await world.review('bob', number, 'APPROVE');
    await world.hub.clock.advance(60_000);
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: number, base: 'main' });
    await world.settle();
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    await world.hub.clock.advance(60_000);
    await world.review('bob', number, 'APPROVE');
    expect(await world.isMerged(number)).toBe(true);
  });

  it('waits while it is a draft, and goes on when it is ready', async () => {
    const number = await world.open('alice', { [path('draft')]: TWO_HOURS }, { draft: true });
    await world.review('bob', number, 'APPROVE');
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    await world.hub.setDraft('acme', 'access', number, false, 'alice');
    await world.settle();
    expect(await world.isMerged(number)).toBe(true);
  });

  it('says how to split a pull request that asks and changes policy at once', async () => {
    const number = await world.open('mallory', { [path('mixed')]: TWO_HOURS, 'policies/locks.yaml': null });
    expect(await world.check(number)).toMatchObject({ conclusion: 'failure' });
  });

  it('does not merge a policy change, even an allowed one', async () => {
    const text = 'apiVersion: gatepass/v1\nkind: Settings\nmerge: auto\nmergeMethod: squash\nlapse: 3d\n';
    const number = await world.open('alice', { 'policies/settings.yaml': text });
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    await world.review('grace', number, 'APPROVE');
    expect(await world.check(number)).toMatchObject({ conclusion: 'success' });
    expect(await world.isMerged(number)).toBe(false);
  });

  it('withdraws green when an approver leaves the team that made them one', async () => {
    const settings = 'apiVersion: gatepass/v1\nkind: Settings\nmerge: auto\nmergeMethod: squash\nlapse: 2d\n';
    const number = await world.open('bob', { 'policies/settings.yaml': settings });
    await world.review('grace', number, 'APPROVE');
    expect(await world.check(number)).toMatchObject({ conclusion: 'success' });
    await world
      .as('heidi')
      .teams.removeMembershipForUserInOrg({ org: 'acme', team_slug: 'security', username: 'grace' });
    await world.settle();
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
  });

  it('asks nobody anything for events that are not its own', async () => {
    world.calls.length = 0;
    const number = 1;
    await world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: 'LGTM, approve please' });
    await world.settle();
    expect(world.calls).toEqual([`POST /repos/acme/access/issues/${number}/comments`]);
  });

  it('spoke GitHub’s language all along', () => {
    expect(world.problems).toEqual([]);
  });
});
