/** Threats 47, 48, 49 and 63 at gate 2: the bundled Action grants only while GitHub is set up as the gates need it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLedger } from '../../cli/init/ledger.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import { ACCESS, type AcmeWorld, acmeWorld, unwitnessed } from '../support/acme.ts';
import { aHub, asInstallation, git, STARTS, type TestHub } from '../support/hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let test: TestHub;
let acme: AcmeWorld;

beforeAll(async () => {
  test = await aHub({ actions: { 'gatepass/gatepass/action': join(ROOT, 'action') } });
  acme = await acmeWorld(test.hub, { files: unwitnessed() });
  const keyFile = join(test.folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const clone = await acme.clone('heidi', test.folder);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(STARTS) });
  await git(clone, 'push', '--quiet', 'origin', 'gatepass/ledger');
  await test.hub.idle();
});

afterAll(async () => {
  await test?.stop();
});

async function state() {
  const applier = asInstallation(test.hub, acme.applier);
  const stored = await readLedger(applier, { owner: ACCESS.owner, name: ACCESS.repo });
  const pinned = ledgerSigner(acme.ledgerKey).publicKey;
  return replay(openLedger(stored, { verify: verifyLedgerSignature, pinned }).entries);
}

async function holders(): Promise<readonly string[]> {
  const { data } = await acme.as('heidi').teams.listMembersInOrg({ org: 'acme', team_slug: 'payments-production' });
  return data.map(({ login }) => login).sort();
}

const lastRun = () => test.hub.runs('acme', 'access').at(-1);

/** An approved request, merged as the rules want it: the gate app's check is green. */
async function merged(slug: string, duration: string): Promise<void> {
  const text = `apiVersion: gatepass/v1\nkind: AccessRequest\nduration: ${duration}\nreason: Settle the stuck payouts\n`;
  const files = { [`requests/payments/operator/${slug}.yaml`]: text };
  const { head, number } = await acme.ask('alice', test.folder, { branch: `alice/${slug}`, files });
  await acme.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
  const gate = asInstallation(test.hub, acme.gate);
  const check = { name: 'gatepass', head_sha: head, status: 'completed', conclusion: 'success' } as const;
  await gate.checks.create({ ...ACCESS, ...check });
  await acme.as('bob').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
  await test.hub.idle();
}

/** Changes the one ruleset of that name and returns how to change it back. */
async function changed(name: string, change: Record<string, unknown>): Promise<() => Promise<void>> {
  const heidi = acme.as('heidi');
  const { data } = await heidi.repos.getRepoRulesets(ACCESS);
  const id = data.find((ruleset) => ruleset.name.startsWith(name))?.id ?? 0;
  const { data: before } = await heidi.repos.getRepoRuleset({ ...ACCESS, ruleset_id: id });
  const set = async (fields: Record<string, unknown>) => {
    await heidi.request('PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...ACCESS, ruleset_id: id, ...fields });
  };
  await set(change);
  return () => set({ enforcement: before.enforcement, rules: before.rules, bypass_actors: before.bypass_actors });
}

async function sweep(): Promise<void> {
  await test.hub.clock.advance(16 * MINUTE);
  await test.hub.idle();
}

describe('gate 2', () => {
  it('grants while everything is as it should be', async () => {
    await merged('first', '1h');
    expect(await holders()).toEqual(['alice']);
    expect(lastRun()?.conclusion).toBe('success');
  });

  it('takes back but does not grant when the rules are off, and says what to do, once', async () => {
    const restore = await changed('every change', { enforcement: 'disabled' });
    await test.hub.clock.advance(HOUR + 16 * MINUTE);
    await test.hub.idle();
    expect(await holders()).toEqual([]);
    await merged('second', '1h');
    expect(await holders()).toEqual([]);
    expect(lastRun()?.conclusion).toBe('failure');
    const alert = (await state()).alerts.get('setup-drift');
    expect(alert).toMatchObject({ severity: 'critical', next: expect.stringContaining('gatepass doctor') });
    expect(alert?.message).toContain('every change of the default branch is a pull request');
    expect(lastRun()?.log).toContain('run `gatepass doctor`');
    await restore();
  });

  it('goes on by itself when they are back: what waited is granted', async () => {
    await sweep();
    expect((await state()).alerts.has('setup-drift')).toBe(false);
    expect(await holders()).toEqual(['alice']);
    expect(lastRun()?.conclusion).toBe('success');
  });

  it.each<[string, () => Promise<() => Promise<void>>, string]>([
    [
      'the ledger may be rewritten',
      () => changed('the ledger only grows', { rules: [{ type: 'deletion' }] }),
      'the ledger refuses force pushes',
    ],
    [
      'anybody may append to the ledger',
      () => changed('only the applier', { enforcement: 'evaluate' }),
      'only the applier app may update the ledger',
    ],
    [
      'the environment is open to every branch',
      async () => {
        test.hub.setEnvironment('acme', 'access', 'gatepass', null);
        return async () => test.hub.setEnvironment('acme', 'access', 'gatepass', ['main']);
      },
      'a workflow on any branch can read the keys of the sweep',
    ],
  ])('stops when %s', async (_, weaken, message) => {
    const restore = await weaken();
    await sweep();
    expect((await state()).alerts.get('setup-drift')?.message).toContain(message);
    await restore();
    await sweep();
    expect((await state()).alerts.has('setup-drift')).toBe(false);
  });

  it('waits without the alarm while the rules cannot be read', async () => {
    test.hub.faults.answer({ method: 'GET', path: /\/rules\/branches\/main/ }, 403);
    await merged('third', '1h');
    const { alerts } = await state();
    expect([alerts.get('setup-unreadable')?.severity, alerts.has('setup-drift')]).toEqual(['warning', false]);
    expect(lastRun()?.conclusion).toBe('success');
    await sweep();
    expect((await state()).alerts.has('setup-unreadable')).toBe(false);
  });

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(test.problems()).toEqual([]);
  });
});
