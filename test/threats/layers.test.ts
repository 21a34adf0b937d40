/**
 * Attacks that two defences stop, with one of them out of the way: each test here fails when the defence that is left is
 * taken away, so that neither can be lost unseen behind the other.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { grantId } from '../../core/policy/grant-id.ts';
import type { GitHub, GitHubResponse } from '../../github/client.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { WITNESS_BRANCH } from '../../github/witness-store.ts';
import { ACCESS, type GateWorld, startGateWorld } from '../support/gate-world.ts';
import { asInstallation, refusal } from '../support/hub.ts';
import { entriesOf, merged, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { threat } from './threat.ts';

const { alice, bob, grace, heidi } = people;
const RULES = 'policies/rules/databases.yaml';

const fates = async (world: TestWorld) =>
  [...(await world.ledger()).state.requests.values()].map(({ request, status }) => [
    request.path,
    status.is,
    'code' in status ? status.code : '',
  ]);

/** The same GitHub, one of whose answers is another. */
function answering(world: TestWorld, route: string, change: (data: unknown) => unknown): GitHub {
  return {
    request: async (asked: string, parameters?: Record<string, unknown>): Promise<GitHubResponse> => {
      const answer = await world.github.request(asked, parameters);
      return asked === route ? { ...answer, data: change(answer.data) } : answer;
    },
  };
}

/** Mallory pushes what bob approved for alice; GitHub's answers say, each in its turn, that it is alice's merge. */
function pushedAsMerged(): { readonly world: TestWorld; readonly sha: string } {
  const world = aWorld();
  const number = world.github.open(alice, { [READ]: aRequest() });
  world.github.approve(number, bob);
  world.github.merge(number);
  const before = world.github.git.at(world.github.pulls.get(number)?.from ?? '');
  const files = world.github.git.tip('main').files;
  const forged = world.github.git.commit(files, [before.sha], `Ask (#${number})`);
  world.github.git.refs.set('heads/main', forged.sha);
  return { world, sha: forged.sha };
}

const LIST = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
const CLOSED = 'GET /repos/{owner}/{repo}/pulls';
const ONE = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
const as = (sha: string) => (pull: unknown) => ({ ...(pull as object), merge_commit_sha: sha });
const all = (change: (pull: unknown) => unknown) => (data: unknown) => (data as unknown[]).map(change);

describe('a commit that claims a pull request', () => {
  threat(46, 'the list of merged pull requests names another commit', async () => {
    const { world, sha } = pushedAsMerged();
    await world.as({ github: answering(world, ONE, as(sha)) });
    expect(await fates(world)).toEqual([[READ, 'quarantined', 'no-pull-request']]);
  });

  threat(46, 'the pull request itself names another commit', async () => {
    const { world, sha } = pushedAsMerged();
    const listed = answering(world, CLOSED, all(as(sha)));
    const github = {
      request: (route: string, parameters?: Record<string, unknown>) =>
        route === LIST ? listed.request(CLOSED, { state: 'closed' }) : listed.request(route, parameters),
    };
    await world.as({ github });
    expect(await fates(world)).toEqual([[READ, 'quarantined', 'no-pull-request']]);
  });

  threat(46, 'the commit holds other bytes than its pull request', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob);
    world.github.merge(number);
    const { files, parents } = world.github.git.tip('main');
    const text = aRequest({ duration: '4h' });
    const forged = world.github.git.commit(new Map([...files, [READ, { text, mode: '100644' }]]), parents);
    world.github.git.refs.set('heads/main', forged.sha);
    const pull = world.github.pulls.get(number);
    if (pull?.merged) pull.merged = { ...pull.merged, sha: forged.sha };
    await world.sweep();
    expect(await fates(world)).toEqual([[READ, 'quarantined', 'diff-differs']]);
  });

  threat(46, 'the commit merges another head', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob);
    const tip = world.github.git.tip('main');
    const other = world.github.git.commit(tip.files, [tip.sha]);
    const files = new Map([...tip.files, [READ, { text: aRequest(), mode: '100644' }]]);
    const commit = world.github.git.commit(files, [tip.sha, other.sha]);
    world.github.git.refs.set('heads/main', commit.sha);
    const pull = world.github.pulls.get(number);
    if (pull !== undefined) pull.merged = { at: world.github.now, sha: commit.sha, by: heidi };
    await world.sweep();
    expect(await fates(world)).toEqual([[READ, 'quarantined', 'merge-shape']]);
  });
});

describe('a looser policy that nobody accepted', () => {
  const textOf = (world: TestWorld) => world.github.git.tip('main').files.get(RULES)?.text ?? '';
  const loosened = (text: string) => text.replaceAll('max: 4h', 'max: 6h');

  threat(71, 'what is approved on top of it is not accepted either', async () => {
    const world = aWorld();
    world.github.push({ [RULES]: loosened(textOf(world)) });
    merged(world, { by: heidi, approvedBy: [grace], files: { [RULES]: `${loosened(textOf(world))}# tidied\n` } });
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
    expect((await entriesOf(world, 'governing-refused')).map(({ why }) => why)).toContain(
      'it builds on governing files that were not accepted',
    );
  });

  threat(71, 'who asked while it lay there gets nothing, though it is accepted later', async () => {
    const world = aWorld();
    const kept = textOf(world);
    world.github.push({ [RULES]: loosened(kept) });
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest({ duration: '5h' }) } });
    world.github.push({ [RULES]: kept });
    merged(world, { by: heidi, approvedBy: [grace], files: { [RULES]: loosened(kept) } });
    const report = await world.sweep();
    expect(report.stops).toEqual([]);
    expect(await entriesOf(world, 'governing-accepted')).toHaveLength(1);
    expect((await fates(world)).map(([path, is]) => [path, is])).toEqual([[READ, 'refused']]);
    expect(world.target.sent).toEqual([]);
  });
});

describe('an action', () => {
  const RESTART = 'requests/checkout/restart/hang.yaml';
  const text =
    'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 1h\nreason: Checkout hangs since the deploy\ninputs: { region: eu-west-1 }\n';
  const asked = (world: TestWorld) => merged(world, { by: alice, approvedBy: [bob], files: { [RESTART]: text } });

  threat(76, 'a run that has the grant’s name is taken for its own, and no second is started', async () => {
    const world = aWorld();
    const number = asked(world);
    const blob = world.github.git
      .list(world.github.git.tip('main').files, true)
      .find(({ path }) => path === RESTART)?.sha;
    const id = grantId({ path: RESTART, blob: blob ?? '', pullRequest: number });
    const state = { runId: 7, url: 'https://github.example/runs/7', state: 'done', detail: 'success' } as const;
    world.runner.runs.push({ correlation: `gatepass-${id}`, inputs: {}, state });
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    expect((await entriesOf(world, 'action-outcome')).map(({ runId }) => runId)).toEqual([7]);
  });

  threat(76, 'a start whose answer was lost is looked for at once, and followed', async () => {
    const world = aWorld();
    asked(world);
    world.runner.fault = 'lost';
    await world.sweep();
    expect((await entriesOf(world, 'action-outcome')).map(({ runId, state }) => [runId, state])).toContainEqual([
      1,
      'done',
    ]);
    expect(world.runner.runs).toHaveLength(1);
  });
});

describe('the key of the gate', () => {
  let world: GateWorld;
  beforeAll(async () => {
    world = await startGateWorld();
  });
  afterAll(() => world.close());

  /** A commit on top of a branch, so that moving to it forces nothing. */
  async function appended(branch: string): Promise<string> {
    const thief = asInstallation(world.hub, world.acme.gate);
    const { data: ref } = await thief.git.getRef({ ...ACCESS, ref: `heads/${branch}` });
    const { data: tip } = await thief.git.getCommit({ ...ACCESS, commit_sha: ref.object.sha });
    const made = { ...ACCESS, message: 'mine', tree: tip.tree.sha, parents: [tip.sha] };
    return (await thief.git.createCommit(made)).data.sha;
  }

  threat(66, 'does not append to the ledger, without any force', async () => {
    const thief = asInstallation(world.hub, world.acme.gate);
    const sha = await appended(LEDGER_BRANCH);
    const moved = await refusal(thief.git.updateRef({ ...ACCESS, ref: `heads/${LEDGER_BRANCH}`, sha, force: false }));
    expect(moved.status).toBe(422);
  });

  threat(66, 'appends to its witness, and neither rewrites nor deletes it', async () => {
    const thief = asInstallation(world.hub, world.acme.gate);
    const ref = `heads/${WITNESS_BRANCH}`;
    const { data: before } = await thief.git.getRef({ ...ACCESS, ref });
    const sha = await appended(WITNESS_BRANCH);
    expect((await thief.git.updateRef({ ...ACCESS, ref, sha, force: false })).status).toBe(200);
    const back = { ...ACCESS, ref, sha: before.object.sha, force: true };
    expect((await refusal(thief.git.updateRef(back))).status).toBe(422);
    expect((await refusal(thief.git.deleteRef({ ...ACCESS, ref }))).status).toBe(422);
  });

  threat(49, 'a run of our name by another app is not taken for ours', async () => {
    const number = await world.open('mallory', { [READ]: aRequest() });
    const { data } = await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number });
    const forger = await world.hub.addApp({ slug: 'forger', permissions: { checks: 'write' } });
    const forged = { ...ACCESS, name: 'gatepass', head_sha: data.head.sha, external_id: `${number}@main` };
    const { data: run } = await asInstallation(world.hub, forger).checks.create({ ...forged, conclusion: 'success' });
    const ours = await world.check(number);
    await world.later();
    expect((await world.check(number))?.id).toBe(ours?.id);
    const { data: kept } = await world.as('heidi').checks.get({ ...ACCESS, check_run_id: run.id });
    expect([kept.conclusion, kept.output.title]).toEqual(['success', null]);
  });
});
