/** Gate 2 on the look-alike: the bundled Action, started by pushes and schedules, against GitHub's rules for Apps. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLedger } from '../../cli/init/ledger.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import { ACCESS, type AcmeWorld, acmeWorld } from '../support/acme.ts';
import { aHub, asInstallation, git, gitUrl, STARTS, type TestHub } from '../support/hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let running: TestHub;
let acme: AcmeWorld;

beforeAll(async () => {
  running = await aHub({ actions: { 'gatepass/gatepass/action': join(ROOT, 'action') } });
  acme = await acmeWorld(running.hub, { rules: false });
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

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(running.problems()).toEqual([]);
  });
});
