/** Between the approval and the grant, on the look-alike: what moves while a gate is looking, and merges that prove nothing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { newAlarmBoard } from '../../app/alarm.ts';
import { newClock } from '../../app/clock-memory.ts';
import { evaluate } from '../../app/evaluate.ts';
import type { Gate } from '../../app/gate.ts';
import { newHealth } from '../../app/health.ts';
import { newWitness } from '../../app/witness.ts';
import { HOUR } from '../../core/time.ts';
import type { GitHub } from '../../github/client.ts';
import { gitCache } from '../../github/tree.ts';
import { ACCESS } from '../support/acme.ts';
import { asInstallation, git, gitUrl } from '../support/hub.ts';
import { entriesOf, merged, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { stoppedAtGate2 } from './gates.ts';
import { type QuietWorld, quietWorld } from './look-alike.ts';
import { threat } from './threat.ts';

const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;

/** Another commit on the branch, with twice the time. */
async function pushMore(world: QuietWorld, slug: string): Promise<void> {
  const { data: ref } = await world.as('alice').git.getRef({ ...ACCESS, ref: `heads/${slug}` });
  const { data: parent } = await world.as('alice').git.getCommit({ ...ACCESS, commit_sha: ref.object.sha });
  const file = { path: path(slug), mode: '100644', type: 'blob', content: aRequest({ duration: '4h' }) } as const;
  const { data: tree } = await world
    .as('alice')
    .git.createTree({ ...ACCESS, base_tree: parent.tree.sha, tree: [file] });
  const commit = { ...ACCESS, message: 'more', tree: tree.sha, parents: [parent.sha] };
  const { data: made } = await world.as('alice').git.createCommit(commit);
  await world.as('alice').git.updateRef({ ...ACCESS, ref: `heads/${slug}`, sha: made.sha });
}

/** Gate 1 by hand: `before` happens just before the first call of a route. */
type Looked = readonly [number: number, route?: string, before?: () => Promise<void>];

async function lookAt(world: QuietWorld, ...[number, route, before = async () => {}]: Looked): Promise<void> {
  const client = asInstallation(world.hub, world.gate);
  let isDue = route !== undefined;
  const github: GitHub = {
    async request(asked, parameters) {
      if (isDue && asked.startsWith(route ?? '')) {
        isDue = false;
        await before();
      }
      return client.request(asked, parameters);
    },
  };
  const repository = { owner: 'acme', name: 'access' };
  const gate: Gate = {
    appId: world.gate.id,
    repository,
    ledger: repository,
    web: world.hub.url,
    connect: async () => github,
    login: async () => 'gatepass-gate[bot]',
    git: gitCache(),
    ledgerFiles: new Map(),
    health: newHealth(),
    witness: newWitness(),
    clock: newClock(),
    alarms: newAlarmBoard(),
    tell() {},
    log: { info: () => {}, warn: () => {}, error: () => {} },
    enqueue: () => {},
    enqueueAll() {},
  };
  await evaluate(gate, { pullRequest: number, attempt: 0, hasMoved: true });
}

describe('with the rules of a ruleset', () => {
  let world: QuietWorld;

  beforeAll(async () => {
    world = await quietWorld();
  });
  afterAll(() => world?.stop());

  const open = async (slug: string, login = 'alice') => {
    const files = { [path(slug)]: aRequest() };
    return (await world.ask(login, world.folder, { branch: slug, files })).number;
  };
  const approve = (number: number) =>
    world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
  const pullOf = async (number: number) => (await world.as('bob').pulls.get({ ...ACCESS, pull_number: number })).data;
  const checkOf = async (sha: string) => {
    const { data } = await world.as('bob').checks.listForRef({ ...ACCESS, ref: sha, check_name: 'gatepass' });
    return data.check_runs.sort((a, b) => b.id - a.id)[0];
  };
  const push = (slug: string) => pushMore(world, slug);
  const look = (...asked: Looked) => lookAt(world, ...asked);

  threat(42, 'just before the merge itself', async () => {
    const number = await open('t42');
    await approve(number);
    await look(number, 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', () => push('t42'));
    expect((await pullOf(number)).merged).toBe(false);
    await look(number);
    const pull = await pullOf(number);
    expect(pull.merged).toBe(false);
    expect((await checkOf(pull.head.sha))?.conclusion ?? null).toBeNull();
  });

  threat(42, 'while the facts are read', async () => {
    const number = await open('t42b');
    await approve(number);
    await look(number, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', () => push('t42b'));
    expect((await pullOf(number)).merged).toBe(false);
  });

  threat(43, 'an approver leaves between green and the merge', async () => {
    const number = await open('t43');
    await approve(number);
    const team = { org: 'acme', team_slug: 'orders', username: 'bob' };
    let checks = 0;
    const leave = async () => {
      checks += 1;
      await world.as('heidi').teams.removeMembershipForUserInOrg(team);
    };
    await look(number, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', leave);
    expect(checks).toBe(1);
    const pull = await pullOf(number);
    expect(pull.merged).toBe(false);
    expect((await checkOf(pull.head.sha))?.conclusion).not.toBe('success');
    await world.as('heidi').teams.addOrUpdateMembershipForUserInOrg(team);
  });

  threat(44, 'killed while it reads: the old success is gone already', async () => {
    const number = await open('t44', 'mallory');
    const { sha } = (await pullOf(number)).head;
    const old = {
      ...ACCESS,
      name: 'gatepass',
      head_sha: sha,
      external_id: `${number}@main`,
      conclusion: 'success',
    } as const;
    await asInstallation(world.hub, world.gate).checks.create(old);
    await new Promise<void>((killed, failed) => {
      const stopHere = async () => {
        killed();
        await new Promise<never>(() => {});
      };
      look(number, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', stopHere).then(failed, failed);
    });
    expect(await checkOf(sha)).toMatchObject({ status: 'in_progress', conclusion: null });
    const merge = world.as('mallory').pulls.merge({ ...ACCESS, pull_number: number });
    await expect(merge).rejects.toMatchObject({ status: 405 });
  });

  threat(44, 'dead with a success left behind: gate 2 refuses what was merged on it', async () => {
    const number = await open('t44b', 'mallory');
    const { sha } = (await pullOf(number)).head;
    await asInstallation(world.hub, world.gate).checks.create({
      ...ACCESS,
      name: 'gatepass',
      head_sha: sha,
      conclusion: 'success',
    });
    await world.as('mallory').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t44b')]).toBe('refused');
    expect(world.gate2.target.sent).toEqual([]);
  });

  threat(45, 'gate 2 decides each commit that a queue made by its own pull request', async () => {
    const group = aWorld();
    const good = group.github.open(people.alice, { [READ]: aRequest() });
    const bad = group.github.open(people.mallory, { [path('t45')]: aRequest() });
    group.github.approve(good, people.bob);
    for (const number of [good, bad]) group.github.merge(number, 'merge', people.heidi);
    await group.sweep();
    expect(group.target.sent.map(({ slot }) => slot)).toEqual(['postgres:app_read/1001']);
    expect((await entriesOf(group, 'refused')).map(({ request }) => request.path)).toEqual([path('t45')]);
  });
});

describe('without any rule', () => {
  let world: QuietWorld;

  beforeAll(async () => {
    world = await quietWorld({ rules: false });
  });
  afterAll(() => world?.stop());

  /** A commit of this person on a fresh clone, and where it is pushed. */
  const commit = async (login: string, slug: string, message: string, to: string, remote = 'origin') => {
    const clone = await world.clone(login, world.folder);
    await mkdir(dirname(join(clone, path(slug))), { recursive: true });
    await writeFile(join(clone, path(slug)), aRequest());
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', message);
    await git(clone, 'push', '--quiet', remote, `HEAD:${to}`);
    return clone;
  };

  threat(42, 'where no rule holds it up, the merge names its commit', async () => {
    const files = { [path('t42c')]: aRequest() };
    const { number } = await world.ask('alice', world.folder, { branch: 't42c', files });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
    await lookAt(world, number, 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', () => pushMore(world, 't42c'));
    const { data } = await world.as('bob').pulls.get({ ...ACCESS, pull_number: number });
    expect(data.merged).toBe(false);
  });

  threat(46, 'a message that names an approved pull request', async () => {
    const asked = await world.ask('alice', world.folder, { branch: 't46', files: { [path('t46-good')]: aRequest() } });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: asked.number, event: 'APPROVE' });
    await commit('mallory', 't46', `Merge pull request #${asked.number} from acme/t46 (#${asked.number})`, 'main');
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t46')]).toBe('quarantined');
    expect(world.gate2.target.sent).toEqual([]);
  });

  threat(46, 'squashed and merged, the commit is found by GitHub’s own record', async () => {
    for (const how of ['merge', 'squash'] as const) {
      const memory = aWorld();
      merged(memory, { by: people.alice, approvedBy: [people.bob], files: { [READ]: aRequest() }, how });
      await memory.sweep();
      expect(memory.target.sent).toHaveLength(1);
    }
    const memory = aWorld();
    const number = memory.github.open(people.alice, { [path('a')]: aRequest() });
    memory.github.amend(number, { 'requests/orders-db/read-only/b.yaml': aRequest() });
    memory.github.approve(number, people.bob);
    memory.github.merge(number, 'rebase');
    expect(Object.values(await stoppedAtGate2(memory))).toContain('quarantined');
  });

  threat(47, 'an admin’s push, and one of a writer', async () => {
    await commit('heidi', 't47-admin', 'ask', 'main');
    await commit('mallory', 't47-writer', 'ask', 'main');
    await world.gate2.sweep();
    const fates = await world.gate2.fates();
    expect([fates[path('t47-admin')], fates[path('t47-writer')]]).toEqual(['quarantined', 'quarantined']);
  });

  threat(47, 'a deploy key that the rules let through, with a commit in the requester’s name', async () => {
    const bypass_actors = [{ actor_id: null, actor_type: 'DeployKey', bypass_mode: 'always' }];
    const ref_name = { include: ['~DEFAULT_BRANCH'], exclude: [] };
    const rules = [{ type: 'update' }];
    const ruleset = world.hub.protect('acme', 'access', {
      name: 'deploy keys only',
      conditions: { ref_name },
      bypass_actors,
      rules,
    });
    await expect(commit('alice', 't47-without', 'ask', 'main')).rejects.toThrow('Cannot update this protected ref.');
    const url = gitUrl(world.hub, 'acme/access', 'key', world.hub.addDeployKey('acme', 'access', 'heidi'));
    await commit('alice', 't47-key', 'ask', 'main', url);
    await world.as('heidi').repos.deleteRepoRuleset({ ...ACCESS, ruleset_id: ruleset });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t47-key')]).toBe('quarantined');
    expect(world.gate2.target.sent).toEqual([]);
  });

  threat(47, 'a merge built by hand that holds more than its approved pull request', async () => {
    const asked = await world.ask('alice', world.folder, { branch: 't47', files: { [path('t47-asked')]: aRequest() } });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: asked.number, event: 'APPROVE' });
    const clone = await world.clone('heidi', world.folder);
    await git(clone, 'merge', '--quiet', '--no-ff', '--no-commit', 'origin/t47');
    await writeFile(join(clone, path('t47-extra')), aRequest({ duration: '4h' }));
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', `Merge pull request #${asked.number} from acme/t47`);
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await world.gate2.sweep();
    const fates = await world.gate2.fates();
    expect([fates[path('t47-asked')], fates[path('t47-extra')]]).toEqual(['quarantined', 'quarantined']);
    expect(world.gate2.target.sent).toEqual([]);
  });

  threat(47, 'an admin’s merge without approval', async () => {
    const asked = await world.ask('mallory', world.folder, {
      branch: 't47b',
      files: { [path('t47-bypass')]: aRequest() },
    });
    await world.as('heidi').pulls.merge({ ...ACCESS, pull_number: asked.number, merge_method: 'squash' });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t47-bypass')]).toBe('refused');
    expect(world.gate2.target.sent).toEqual([]);
  });

  const approved = async (slug: string) => {
    const asked = await world.ask('alice', world.folder, {
      branch: slug,
      files: { [path(slug)]: aRequest({ duration: '1h' }) },
    });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: asked.number, event: 'APPROVE' });
    await world.as('bob').pulls.merge({ ...ACCESS, pull_number: asked.number, merge_method: 'squash' });
  };

  threat(48, 'seen before a grant: grants stop, removals go on', async () => {
    await approved('t48-before');
    await world.gate2.sweep();
    expect(world.gate2.target.held.size).toBe(1);
    await approved('t48-after');
    await world.hub.clock.advance(HOUR);
    const report = await world.gate2.sweep({ attests: true });
    expect(report.stops.map(({ key }) => key)).toEqual(['setup-drift']);
    expect(report.revoked.map(({ because }) => because)).toEqual(['expired']);
    expect(world.gate2.target.held.size).toBe(0);
    expect((await world.gate2.fates())[path('t48-after')]).not.toBe('authorised');
  });

  threat(49, 'where nothing pins the check, a spoofed one lets it merge, and gate 2 refuses it', async () => {
    const asked = await world.ask('mallory', world.folder, { branch: 't49', files: { [path('t49')]: aRequest() } });
    const forger = await world.hub.addApp({ slug: 'spoofer', permissions: { checks: 'write', statuses: 'write' } });
    const client = asInstallation(world.hub, forger);
    await client.checks.create({ ...ACCESS, name: 'gatepass', head_sha: asked.head, conclusion: 'success' });
    await world.as('mallory').pulls.merge({ ...ACCESS, pull_number: asked.number, merge_method: 'squash' });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t49')]).toBe('refused');
  });
});
