/** `gatepass sweep` in a process of its own: what the Action does, what `--plan` shows, and what neither may do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../core/time.ts';
import { type ApiProxy, startApiProxy } from '../support/api-proxy.ts';
import { git } from '../support/hub.ts';
import { sweepProcess } from '../support/sweep-process.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';
import { runCli } from '../support/terminal.ts';

let acme: SweptAcme;
let proxy: ApiProxy;

beforeAll(async () => {
  acme = await sweptAcme();
  proxy = await startApiProxy(acme.hub.apiUrl);
});

afterAll(async () => {
  await proxy?.close();
  await acme?.running.stop();
});

describe('gatepass sweep', () => {
  it('says everything that is missing, and exits 2', async () => {
    const { code, err } = await sweepProcess(acme, [], { GATEPASS_APP_ID: '', GATEPASS_REPOSITORY: 'access' });
    expect(code).toBe(2);
    expect(err).toContain('`GATEPASS_APP_ID` is missing');
    expect(err).toContain('`GATEPASS_REPOSITORY` is `access`, expected owner/name');
  });

  it('shows with --plan what a sweep would do, and leaves everything as it is', async () => {
    await acme.grant('payouts', '1h');
    const before = (await acme.ledger()).entries.length;
    const { code, out, err } = await sweepProcess(acme, ['--plan'], { GITHUB_API_URL: proxy.apiUrl });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('requests/payments/operator/payouts.yaml: authorised');
    expect(out).toContain('grant alice in acme/payments-production (granted)');
    expect(proxy.requests.length).toBeGreaterThan(20);
    expect(proxy.writes()).toEqual([]);
    expect(await acme.members()).toEqual([]);
    expect((await acme.ledger()).entries).toHaveLength(before);
  });

  it('grants and writes it down, and a second one has nothing to do', async () => {
    const first = await sweepProcess(acme, ['--json']);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ granted: [{ result: 'done' }], revoked: [], stops: [], unseen: {} });
    expect(await acme.members()).toEqual(['alice']);
    const second = await sweepProcess(acme, ['--json']);
    expect(JSON.parse(second.out)).toMatchObject({ written: [], granted: [], revoked: [] });
    const plan = await sweepProcess(acme, ['--plan', '--json']);
    expect(JSON.parse(plan.out)).toMatchObject({ decided: [], changes: [], alerts: [], stops: [], zone: 'default' });
  });

  it('takes back at the end, named as the command line and not as a run', async () => {
    await acme.hub.clock.advance(HOUR + 1000);
    const { out } = await sweepProcess(acme, []);
    expect(out).toMatch(/^sweep cli-[0-9a-f]{8}\/1 of zone default at /);
    expect(out).toContain('revoke alice in acme/payments-production (expired): done');
    expect(await acme.members()).toEqual([]);
  });

  it('leaves in the ledger how late it was, which `status --slo` prints', async () => {
    const clone = await acme.clone('alice', acme.running.folder);
    await git(clone, 'fetch', '--quiet', 'origin', 'gatepass/ledger:gatepass/ledger');
    const now = acme.hub.clock.now();
    const { code, out } = await runCli(['status', '--slo', '--json'], { cwd: clone, now });
    expect(code).toBe(0);
    // The end was at 11:00:00, and the sweep came a second later.
    const end = { issued: { count: 1, p50: 1000, p99: 1000, max: 1000 }, confirmed: { count: 1, max: 1000 } };
    expect(JSON.parse(out)).toMatchObject({ overall: { end }, providers: { 'github-team': { end } }, overdue: null });
    const table = await runCli(['status', '--slo'], { cwd: clone, now });
    expect(table.out).toMatch(/^all +taken back +confirmed +1 +1\.0s +1\.0s +1\.0s$/m);
    expect(table.out).toContain('nothing is over and still held');
  });

  it('exits 1 with --plan when something stops grants, and says what', async () => {
    const { code, out } = await sweepProcess(acme, ['--plan'], { GATEPASS_WITNESS: 'required' });
    expect(code).toBe(1);
    expect(out).toContain('critical: the gate has witnessed nothing of the ledger');
  });

  it.each([
    ['a wrong key', { GATEPASS_PRIVATE_KEY: 'nonsense' }, 'is not a PEM'],
    ['an App that is not installed there', { GATEPASS_REPOSITORY: 'acme/nowhere' }, '404'],
  ])('exits 2 with %s, and shows no secret', async (_, env, said) => {
    const { code, err } = await sweepProcess(acme, ['--json'], env);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(err).not.toContain('PRIVATE KEY-----\n');
  });

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(acme.running.problems()).toEqual([]);
  });
});
