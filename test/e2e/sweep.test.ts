/** Gate 2 on the look-alike: the bundled Action, started by pushes and schedules, against GitHub's rules for Apps. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLedger } from '../../cli/init/ledger.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import { ACCESS, type AcmeWorld, acmeWorld, openBypass, unwitnessed } from '../support/acme.ts';
import { aHub, asInstallation, git, gitUrl, STARTS, type TestHub } from '../support/hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let running: TestHub;
let acme: AcmeWorld;

beforeAll(async () => {
  running = await aHub({ actions: { 'gatepass/gatepass/action': join(ROOT, 'action') } });
  acme = await acmeWorld(running.hub, { files: unwitnessed() });
  await openBypass(acme);
  const keyFile = join(running.folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const clone = await acme.clone('heidi', running.folder);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(STARTS) });
  await git(clone, 'push', '--quiet', 'origin', 'gatepass/ledger');
  await running.hub.idle();
});

afterAll(async () => {
  await running?.stop();
});

async function state() {
  const applier = asInstallation(running.hub, acme.applier);
  const stored = await readLedger(applier, { owner: ACCESS.owner, name: ACCESS.repo });
  const pinned = ledgerSigner(acme.ledgerKey).publicKey;
  return replay(openLedger(stored, { verify: verifyLedgerSignature, pinned }).entries);
}

async function members(): Promise<readonly string[]> {
  const { data } = await acme.as('heidi').teams.listMembersInOrg({ org: 'acme', team_slug: 'payments-production' });
  return data.map((member) => member.login).sort();
}

function request(duration: string): string {
  return `apiVersion: gatepass/v1\nkind: AccessRequest\nduration: ${duration}\nreason: Settle the stuck payouts\n`;
}

const lastRun = () => running.hub.runs('acme', 'access').at(-1);

describe('the Action on the look-alike', () => {
  it('grants after an approved merge, and takes back at the end on the schedule', async () => {
    const files = { 'requests/payments/operator/payouts.yaml': request('1h') };
    const { number, head } = await acme.ask('alice', running.folder, { branch: 'alice/payouts', files });
    await acme.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
    await acme.as('bob').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await running.hub.idle();
    expect(lastRun()?.conclusion).toBe('success');
    expect(await members()).toEqual(['alice']);
    // The schedule comes at seven past: the app would have started a sweep at the hour.
    await running.hub.clock.advance(HOUR + 8 * MINUTE);
    await running.hub.idle();
    expect(await members()).toEqual([]);
    expect([...(await state()).grants.values()].map(({ status, ended }) => [status, ended?.why])).toEqual([
      ['revoked', 'expired'],
    ]);
  });

  it('quarantines a request pushed straight to the default branch', async () => {
    const clone = await mkdtemp(join(running.folder, 'mallory-'));
    await git(
      clone,
      'clone',
      '--quiet',
      gitUrl(running.hub, 'acme/access', 'mallory', acme.tokens['mallory'] ?? ''),
      '.',
    );
    await git(clone, 'config', 'user.name', 'mallory');
    await git(clone, 'config', 'user.email', 'mallory@acme.example');
    const path = 'requests/payments/operator/mine.yaml';
    await writeFile(join(clone, path), request('1h'));
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'Merge pull request #1 from acme/alice');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await running.hub.idle();
    expect(await members()).toEqual([]);
    const found = [...(await state()).requests.values()].find((one) => one.request.path === path);
    expect(found?.status).toMatchObject({ is: 'quarantined', code: 'no-pull-request' });
    expect(lastRun()?.conclusion).toBe('success');
  });

  it('runs an approved action exactly once, in the repository where no requester writes', async () => {
    const files = {
      'requests/checkout/restart/hang.yaml':
        'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 1h\nreason: Checkout hangs since the deploy\ninputs: { region: eu-west-1 }\n',
    };
    const { number, head } = await acme.ask('alice', running.folder, { branch: 'alice/restart', files });
    await acme.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
    await acme.as('bob').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'merge' });
    await running.hub.idle();
    await running.hub.clock.advance(30 * MINUTE);
    await running.hub.idle();
    expect(running.hub.runs('acme', 'ops').map(({ conclusion }) => conclusion)).toEqual(['success']);
    const grant = [...(await state()).grants.values()].find(({ terms }) => terms.kind === 'action');
    expect(grant?.action).toMatchObject({ state: 'done' });
  });

  it('lets a policy that an admin pushed govern nothing, and goes on when it is restored', async () => {
    const clone = await acme.clone('heidi', running.folder);
    const rules = join(clone, 'policies/rules/teams.yaml');
    const kept = await readFile(rules, 'utf8');
    await writeFile(rules, kept.replace(/approvals:\n {6}- \{ from: \[codeowners\], count: 1 \}/, 'approvals: []'));
    await git(clone, 'commit', '--quiet', '-am', 'Make it easier');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    const files = { 'requests/payments/operator/easy.yaml': request('1h') };
    const { number } = await acme.ask('alice', running.folder, { branch: 'alice/easy', files });
    await acme.as('alice').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await running.hub.idle();
    expect(await members()).toEqual([]);
    expect(lastRun()?.conclusion).toBe('failure');
    expect([...(await state()).alerts.keys()]).toContain('governing-refused');
    await git(clone, 'pull', '--quiet', '--rebase', 'origin', 'main');
    await writeFile(rules, kept);
    await git(clone, 'commit', '--quiet', '-am', 'Restore it');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await running.hub.idle();
    expect(lastRun()?.conclusion).toBe('success');
    expect([...(await state()).alerts.keys()]).not.toContain('governing-refused');
    expect(await members()).toEqual([]);
  });

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(running.problems()).toEqual([]);
  });
});
