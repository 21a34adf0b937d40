/** The running gate on the look-alike of GitHub, and the sweep after it: attacks that need events, merges and settings. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { queuePull } from '../../hub/pulls/queue.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { asInstallation } from '../support/hub.ts';
import { type Applier, applierOn } from './look-alike.ts';
import { threat } from './threat.ts';

const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;
const TWO_HOURS = request({ duration: '2h' });

describe('on the look-alike', () => {
  let world: GateWorld;
  let applier: Applier;

  beforeAll(async () => {
    world = await startGateWorld();
    applier = applierOn(world.hub, world.acme);
  });
  afterAll(async () => {
    await world.close();
  });

  const headOf = async (number: number) =>
    (await world.as('bob').pulls.get({ ...ACCESS, pull_number: number })).data.head;
  const approve = async (number: number, commit_id?: string) => {
    const named = commit_id === undefined ? {} : { commit_id };
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', ...named });
    await world.settle();
  };
  const isGreen = async (number: number) => (await world.check(number))?.conclusion === 'success';

  threat(5, 'scratch to main', async () => {
    const { data: main } = await world.as('alice').git.getRef({ ...ACCESS, ref: 'heads/main' });
    await world.as('alice').git.createRef({ ...ACCESS, ref: 'refs/heads/scratch', sha: main.object.sha });
    const number = await world.open('alice', { [path('t5')]: TWO_HOURS }, { base: 'scratch' });
    await approve(number);
    expect(await world.check(number)).toBeNull();
    await world.hub.clock.advance(60_000);
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: number, base: 'main' });
    await world.settle();
    expect([await isGreen(number), await world.isMerged(number)]).toEqual([false, false]);
    await world.hub.clock.advance(60_000);
    await approve(number);
    expect(await world.isMerged(number)).toBe(true);
  });

  threat(6, 'neither is green while both are open', async () => {
    const first = await world.open('alice', { [path('t6')]: TWO_HOURS }, { branch: 't6-a' });
    const { sha } = await headOf(first);
    await world.as('alice').git.createRef({ ...ACCESS, ref: 'refs/heads/t6-b', sha });
    const second = await world.as('alice').pulls.create({ ...ACCESS, title: 'b', head: 't6-b', base: 'main' });
    await world.settle();
    await approve(first);
    expect([await isGreen(first), await world.isMerged(first)]).toEqual([false, false]);
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: second.data.number, state: 'closed' });
    await world.settle();
    expect(await world.isMerged(first)).toBe(true);
  });

  threat(9, 'the permission to read is taken away', async () => {
    const number = await world.open('alice', { [path('t9')]: TWO_HOURS });
    await withoutPermission('contents', async () => {
      await approve(number);
      await world.later();
      expect([await isGreen(number), await world.isMerged(number)]).toEqual([false, false]);
    });
    await world.later();
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  threat(17, 'approve, push, and the approval is gone', async () => {
    const number = await world.open('alice', { [path('t17')]: TWO_HOURS });
    const { sha } = await headOf(number);
    await world.push('alice', number, { [path('t17')]: request({ duration: '4h' }) });
    await approve(number, sha);
    expect([await isGreen(number), await world.isMerged(number)]).toEqual([false, false]);
    expect(await world.sticky(number)).toMatch(/Reviews that do not count[\s\S]*`@bob`/);
  });

  threat(17, 'a merge all the same is refused by gate 2', async () => {
    const number = await world.open('alice', { [path('t17b')]: TWO_HOURS });
    const { sha } = await headOf(number);
    await world.push('alice', number, { [path('t17b')]: request({ duration: '4h' }) });
    await approve(number, sha);
    await forceMerge(number);
    await applier.sweep();
    expect((await applier.fates())[path('t17b')]).toBe('refused');
  });

  threat(18, 'pushed to another branch first, then the pull request is moved to it', async () => {
    const hidden = await world.open(
      'alice',
      { [path('t18')]: request({ duration: '4h' }) },
      { base: 'main', branch: 't18-b' },
    );
    const { sha: prepared } = await headOf(hidden);
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: hidden, state: 'closed' });
    const number = await world.open('alice', { [path('t18')]: TWO_HOURS }, { branch: 't18-a' });
    const { sha: shown } = await headOf(number);
    await world.hub.clock.advance(3_600_000);
    await world.as('alice').git.updateRef({ ...ACCESS, ref: 'heads/t18-a', sha: prepared, force: true });
    await approve(number, shown);
    expect([await isGreen(number), await world.isMerged(number)]).toEqual([false, false]);
    await forceMerge(number);
    await applier.sweep();
    expect((await applier.fates())[path('t18')]).toBe('refused');
  });

  threat(
    19,
    'as the page sends it, the review names what was shown; without a commit it names the newest',
    async () => {
      const number = await world.open('alice', { [path('t19')]: TWO_HOURS });
      const { sha: shown } = await headOf(number);
      await world.push('alice', number, { [path('t19')]: request({ duration: '4h' }) });
      await approve(number, shown);
      expect(await world.isMerged(number)).toBe(false);
      const newest = await world
        .as('bob')
        .pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', body: 'limit: 2h' });
      expect(newest.data.commit_id).toBe((await headOf(number)).sha);
      await world.settle();
      expect((await world.check(number))?.title).toContain('2h');
    },
  );

  threat(25, 'leaving the team takes back the green check', async () => {
    const number = await policyPull('2d');
    await world.review('grace', number, 'APPROVE');
    expect(await isGreen(number)).toBe(true);
    const team = { org: 'acme', team_slug: 'security', username: 'grace' };
    await world.as('heidi').teams.removeMembershipForUserInOrg(team);
    await world.settle();
    expect(await isGreen(number)).toBe(false);
    await world.as('heidi').teams.addOrUpdateMembershipForUserInOrg(team);
    await world.settle();
  });

  threat(26, 'the app may not read teams', async () => {
    const number = await world.open('alice', { [path('t26')]: TWO_HOURS });
    await withoutPermission('members', async () => {
      await approve(number);
      await world.later();
      expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
      expect(await world.isMerged(number)).toBe(false);
    });
    await world.later();
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  threat(43, 'a policy that reaches the branch takes back what it no longer allows', async () => {
    const waiting = await policyPull('3d');
    await world.review('grace', waiting, 'APPROVE');
    expect(await isGreen(waiting)).toBe(true);
    const owners = await textOf('CODEOWNERS');
    const change = await world.open('bob', {
      CODEOWNERS: owners.replace('/policies/ @acme/security', '/policies/ @acme/dba'),
    });
    await world.review('heidi', change, 'APPROVE');
    await world.review('erin', change, 'APPROVE');
    world.calls.length = 0;
    await world.as('bob').pulls.merge({ ...ACCESS, pull_number: change, merge_method: 'squash' });
    await world.settle();
    expect(await isGreen(waiting)).toBe(false);
  });

  threat(44, 'a new process looks at everything open, and takes back what does not hold', async () => {
    const number = await world.open('mallory', { [path('t44')]: TWO_HOURS });
    const { sha } = await headOf(number);
    const stale = {
      ...ACCESS,
      name: 'gatepass',
      head_sha: sha,
      external_id: `${number}@main`,
      conclusion: 'success',
    } as const;
    await asInstallation(world.hub, world.acme.gate).checks.create(stale);
    expect(await isGreen(number)).toBe(true);
    await world.later();
    expect(await isGreen(number)).toBe(false);
    await world.as('mallory').pulls.update({ ...ACCESS, pull_number: number, state: 'closed' });
    await world.settle();
  });

  threat(45, 'the group’s commit never gets a success, however good its pull request is', async () => {
    const number = await policyPull('4d');
    await world.review('dan', number, 'APPROVE');
    const repository = [...world.hub.state.repositories.values()].find(({ name }) => name === 'access');
    const pull = repository?.pulls.get(number);
    const sender = [...world.hub.state.accounts.values()].find(({ login }) => login === 'bob');
    if (repository === undefined || pull === undefined || sender === undefined)
      throw new Error('the pull request is gone');
    const head = await queuePull(world.hub.state, repository, pull, sender);
    await world.settle();
    const { data } = await world.as('heidi').checks.listForRef({ ...ACCESS, ref: head });
    expect(data.check_runs.map(({ conclusion }) => conclusion)).toEqual(['failure']);
    expect(data.check_runs[0]?.output.summary).toContain('Require merge queue');
  });

  threat(49, 'by another app, or a status: it is not merged; and gate 2 reads none', async () => {
    const number = await world.open('mallory', { [path('t49')]: TWO_HOURS });
    const { sha } = await headOf(number);
    const forger = await world.hub.addApp({ slug: 'forger', permissions: { checks: 'write', statuses: 'write' } });
    const client = asInstallation(world.hub, forger);
    await client.checks.create({
      ...ACCESS,
      name: 'gatepass',
      head_sha: sha,
      external_id: `${number}@main`,
      conclusion: 'success',
    });
    await client.repos.createCommitStatus({ ...ACCESS, sha, state: 'success', context: 'gatepass' });
    await world.settle();
    const merge = world.as('mallory').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await expect(merge).rejects.toMatchObject({ status: 405 });
    await world.later();
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    await forceMerge(number);
    await applier.sweep();
    expect((await applier.fates())[path('t49')]).toBe('refused');
  });

  threat(64, 'what nobody signed under our secrets is not taken', async () => {
    const body = JSON.stringify({ action: 'added', organization: { login: 'acme' } });
    const send = async (secret: string) => {
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const headers = { 'x-github-event': 'membership', 'x-github-delivery': '1', 'x-hub-signature-256': signature };
      return (
        await fetch(`${world.gate.url}/api/github/webhooks`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        })
      ).status;
    };
    expect([await send('somebody-elses-secret'), await send(world.acme.gate.webhookSecret)]).toEqual([400, 200]);
    await world.settle();
  });

  async function textOf(file: string): Promise<string> {
    const { data } = await world.as('heidi').repos.getContent({ ...ACCESS, path: file });
    return 'content' in data ? Buffer.from(data.content, 'base64').toString('utf8') : '';
  }

  async function policyPull(lapse: string): Promise<number> {
    const text = `apiVersion: gatepass/v1\nkind: Settings\nmerge: auto\nmergeMethod: squash\nlapse: ${lapse}\n`;
    return world.open('alice', { 'policies/settings.yaml': text }, { branch: `settings-${lapse}` });
  }

  /** As an admin can who bypasses the rules: the gate app’s own check is forged with its key, which gate 2 must not mind. */
  async function forceMerge(number: number): Promise<void> {
    const { sha } = await headOf(number);
    const check = { ...ACCESS, name: 'gatepass', head_sha: sha, conclusion: 'success' } as const;
    await asInstallation(world.hub, world.acme.gate).checks.create(check);
    await world.as('heidi').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await world.settle();
  }

  async function withoutPermission(name: string, work: () => Promise<void>): Promise<void> {
    const app = world.hub.state.apps.get(world.acme.gate.id);
    if (app === undefined) throw new Error('the app is gone');
    const before = app.permissions;
    Object.assign(app, { permissions: Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)) });
    world.hub.faults.expireTokens();
    await work();
    Object.assign(app, { permissions: before });
    world.hub.faults.expireTokens();
  }
});
