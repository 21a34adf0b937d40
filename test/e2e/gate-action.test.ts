/** The gate without a server: the bundled Action on `pull_request_target`, against GitHub's rules for tokens. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLedger } from '../../cli/init/ledger.ts';
import { MINUTE } from '../../core/time.ts';
import { GATE_PATH, gateWorkflow } from '../../hub/actions/example-workflows.ts';
import { ACCESS, type AcmeWorld, acmeWorld } from '../support/acme.ts';
import { aHub, git, STARTS, type TestHub } from '../support/hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REQUEST = 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: Replay stuck payments\n';
const ACTIONS_APP = 15368;
const SECRET = ['$', '{{ secrets.GATEPASS_GATE_PRIVATE_KEY }}'].join('');

/** The example workflow, with the workflow's own token in place of the app. */
function withToken(permissions: string): string {
  return gateWorkflow()
    .replace('permissions: {}', `permissions: ${permissions}`)
    .replace(/ {10}(?:app-id|private-key):.*\n/g, '')
    .replace('    environment: gatepass-gate\n', '');
}

async function start(workflow: string): Promise<{ test: TestHub; acme: AcmeWorld }> {
  const test = await aHub({ actions: { 'gatepass/gatepass/action': join(ROOT, 'action') } });
  const acme = await acmeWorld(test.hub, {
    files: { [GATE_PATH]: workflow, '.github/workflows/gatepass.yml': null },
  });
  const keyFile = join(test.folder, 'ledger-key.pem');
  await mkdir(test.folder, { recursive: true });
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const clone = await acme.clone('heidi', test.folder);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(STARTS) });
  await git(clone, 'push', '--quiet', 'origin', 'gatepass/ledger');
  test.hub.setSecret('acme', 'access', 'gatepass-gate', 'GATEPASS_GATE_APP_ID', String(acme.gate.id));
  test.hub.setSecret('acme', 'access', 'gatepass-gate', 'GATEPASS_GATE_PRIVATE_KEY', acme.gate.privateKey);
  await test.hub.idle();
  return { test, acme };
}

async function checksOf(acme: AcmeWorld, ref: string) {
  const { data } = await acme
    .as('heidi')
    .checks.listForRef({ ...ACCESS, ref, check_name: 'gatepass', filter: 'latest' });
  return data.check_runs.map(({ app, conclusion, output, status }) => ({
    app: app?.id,
    status,
    conclusion,
    title: output.title ?? '',
  }));
}

describe('the gate in Actions, as the gate app', () => {
  let test: TestHub;
  let acme: AcmeWorld;

  beforeAll(async () => {
    ({ test, acme } = await start(gateWorkflow()));
  });
  afterAll(async () => {
    await test?.stop();
  });

  it('answers a pull request with the app’s check and comment, and asks the owners', async () => {
    const files = { 'requests/orders-db/read-only/replay.yaml': REQUEST };
    const { head, number } = await acme.ask('alice', test.folder, { branch: 'alice/replay', files });
    await test.hub.idle();
    // The app's own comment starts a run too, which its condition skips.
    const runs = test.hub.runs('acme', 'access').filter(({ conclusion }) => conclusion !== 'skipped');
    expect(runs.map(({ conclusion, event, headBranch }) => [event, conclusion, headBranch])).toEqual([
      ['pull_request_target', 'success', 'main'],
    ]);
    const [check] = await checksOf(acme, head);
    expect(check).toMatchObject({ app: acme.gate.id, status: 'in_progress' });
    expect(check?.title).toContain('Waiting for 1 approval');
    const { data } = await acme.as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
    expect(data).toHaveLength(1);
    expect(data[0]?.body).toContain('orders');
  });

  it('turns green by its schedule once it is approved, and leaves the merge to people', async () => {
    const { data: pulls } = await acme.as('bob').pulls.list({ ...ACCESS, state: 'open' });
    const [pull] = pulls;
    if (pull === undefined) throw new Error('no pull request is open');
    const about = { ...ACCESS, pull_number: pull.number };
    await acme.as('bob').pulls.createReview({ ...about, event: 'APPROVE', commit_id: pull.head.sha });
    await test.hub.idle();
    expect((await checksOf(acme, pull.head.sha))[0]?.status).toBe('in_progress');
    await test.hub.clock.advance(10 * MINUTE);
    expect(await checksOf(acme, pull.head.sha)).toMatchObject([{ app: acme.gate.id, conclusion: 'success' }]);
    expect((await acme.as('bob').pulls.get(about)).data.merged).toBe(false);
    await acme.as('bob').pulls.merge({ ...about, merge_method: 'merge' });
  });

  it('runs its own file and not the one that a pull request brings', async () => {
    const steal = `steps:\n      - run: echo stolen $KEY\n        env:\n          KEY: ${SECRET}\n`;
    const evil = gateWorkflow().replace(/steps:[\s\S]*$/, () => steal);
    const { head } = await acme.ask('mallory', test.folder, { branch: 'mallory/own', files: { [GATE_PATH]: evil } });
    await test.hub.idle();
    expect(
      test.hub
        .runs('acme', 'access')
        .map(({ log }) => log)
        .join(),
    ).not.toContain('stolen');
    const [check] = await checksOf(acme, head);
    expect(check?.conclusion).not.toBe('success');
  });

  it('looks again when somebody comments a command, and at no other comment', async () => {
    const files = { 'requests/orders-db/read-only/again.yaml': REQUEST };
    const { head, number } = await acme.ask('alice', test.folder, { branch: 'alice/again', files });
    await test.hub.idle();
    await acme.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
    await acme.as('bob').issues.createComment({ ...ACCESS, issue_number: number, body: 'looks good' });
    await test.hub.idle();
    expect((await checksOf(acme, head))[0]?.status).toBe('in_progress');
    await acme.as('bob').issues.createComment({ ...ACCESS, issue_number: number, body: '/gatepass retry' });
    await test.hub.idle();
    expect((await checksOf(acme, head))[0]?.conclusion).toBe('success');
  });

  it('decides where somebody has locked the conversation, and its run says that nobody is told there', async () => {
    test.hub.faults.answer({ method: 'POST', path: /\/issues\/\d+\/comments$/ }, 403, 100);
    const files = { 'requests/orders-db/read-only/locked.yaml': REQUEST };
    const { head, number } = await acme.ask('alice', test.folder, { branch: 'alice/locked', files });
    await test.hub.idle();
    test.hub.faults.clear();
    const [check] = await checksOf(acme, head);
    expect(check).toMatchObject({ status: 'in_progress', title: expect.stringContaining('Waiting for 1 approval') });
    const log = test.hub
      .runs('acme', 'access')
      .map((run) => run.log)
      .join();
    expect(log).toMatch(new RegExp(`#${number}: the comment could not be written: .+`));
  });

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(test.problems()).toEqual([]);
  });
});

describe('the gate in Actions, with the workflow’s own token', () => {
  let test: TestHub;
  let acme: AcmeWorld;

  beforeAll(async () => {
    ({ test, acme } = await start(withToken('{ contents: read, checks: write, pull-requests: write }')));
  });
  afterAll(async () => {
    await test?.stop();
  });

  it('cannot see teams, so it is never green where a rule names one', async () => {
    const files = { 'requests/orders-db/read-only/replay.yaml': REQUEST };
    const { head, number } = await acme.ask('alice', test.folder, { branch: 'alice/replay', files });
    await acme.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
    await test.hub.clock.advance(10 * MINUTE);
    await test.hub.idle();
    const [check] = await checksOf(acme, head);
    expect(check?.app).toBe(ACTIONS_APP);
    expect(check?.conclusion).not.toBe('success');
    expect(check?.title).toMatch(/membership|member|team/i);
  });

  it('says what is wrong with a request all the same', async () => {
    const files = { 'requests/orders-db/read-only/wrong.yaml': REQUEST.replace('2h', 'soon') };
    const { head } = await acme.ask('alice', test.folder, { branch: 'alice/wrong', files });
    await test.hub.idle();
    expect(await checksOf(acme, head)).toMatchObject([{ conclusion: 'failure' }]);
  });
});

describe('the gate in Actions, told to merge', () => {
  let test: TestHub;
  let acme: AcmeWorld;

  beforeAll(async () => {
    ({ test, acme } = await start(gateWorkflow().replace("merge: 'false'", "merge: 'true'")));
  });
  afterAll(async () => {
    await test?.stop();
  });

  it('merges what policy allows without asking anybody, at the commit that it decided', async () => {
    const files = { 'requests/orders-db/read-only/paged.yaml': REQUEST.replace('2h', '1h') };
    const { head, number } = await acme.ask('carol', test.folder, { branch: 'carol/paged', files });
    await test.hub.idle();
    const { data } = await acme.as('heidi').pulls.get({ ...ACCESS, pull_number: number });
    expect([data.merged, data.head.sha, data.merged_by?.login]).toEqual([true, head, 'gatepass-gate[bot]']);
  });

  it('leaves a change of policy to people', async () => {
    const files = { 'policies/locks.yaml': 'apiVersion: gatepass/v1\nkind: Lock\nlocks: []\n# checked\n' };
    const { number } = await acme.ask('grace', test.folder, { branch: 'grace/locks', files });
    await test.hub.idle();
    expect((await acme.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.merged).toBe(false);
  });
});
