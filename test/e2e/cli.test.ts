import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLedger } from '../../cli/init/ledger.ts';
import { ACCESS, type AcmeWorld, acmeWorld } from '../support/acme.ts';
import { aHub, git, type TestHub } from '../support/hub.ts';
import { runCli } from '../support/terminal.ts';

/** The commands that touch GitHub, run against the look-alike with a person's token and a clone of their own. */
describe('the command line on GitHub', () => {
  let hub: TestHub;
  let world: AcmeWorld;
  let folder: string;
  let clone: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatepass-cli-'));
    hub = await aHub();
    world = await acmeWorld(hub.hub);
    clone = await world.clone('alice', folder);
    env = { GITHUB_TOKEN: world.tokens['alice'] ?? '', GITHUB_API_URL: hub.hub.apiUrl };
  });

  afterAll(async () => {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = ['request', 'orders-db/read-only', '--for', '2h', '--reason', 'Replay stuck payments'];

  it('opens a pull request that holds the one file and nothing else', async () => {
    const { code, out } = await runCli([...ask, '--open', '--json'], { cwd: clone, env });
    expect(code).toBe(0);
    const { path, text, pullRequest } = JSON.parse(out) as {
      path: string;
      text: string;
      pullRequest: { number: number };
    };
    const { data } = await world.as('bob').pulls.listFiles({ ...ACCESS, pull_number: pullRequest.number });
    expect(data.map((file) => [file.status, file.filename])).toEqual([['added', path]]);
    expect(await git(clone, 'show', `HEAD:${path}`)).toBe(text.trim());
    expect(hub.problems()).toEqual([]);
  });

  it('keeps the file and says how to go on when there is no token', async () => {
    const { code, err } = await runCli([...ask, '--open', '--slug', 'tokenless'], { cwd: clone });
    expect(code).toBe(2);
    expect(err).toContain('GITHUB_TOKEN is not set');
    expect(await readFile(join(clone, 'requests/orders-db/read-only/tokenless.yaml'), 'utf8')).toContain(
      'duration: 2h',
    );
  });

  it('refuses to return what was never merged', async () => {
    const { code, err } = await runCli(['return', '1'], { cwd: clone, env });
    expect(code).toBe(1);
    expect(err).toContain('#1 is not merged');
  });

  it('starts a ledger once, which verifies and is empty of grants', async () => {
    const started = await startLedger({
      folder: clone,
      keyFile: join(folder, 'key.pem'),
      repository: { id: world.accessId, name: 'acme/access', defaultBranch: 'main' },
      root: null,
      now: new Date(hub.hub.clock.now()),
    });
    expect(started.root).toBe(await git(clone, 'rev-parse', 'origin/main'));
    const verified = await runCli(['verify', '--json'], { cwd: clone });
    expect(verified).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.out)).toMatchObject({ findings: [], proven: { commits: 1, entries: 1 } });
    expect(await runCli(['status'], { cwd: clone })).toMatchObject({ code: 0, out: 'nothing is held\n' });
    expect(await runCli(['audit', 'who'], { cwd: clone })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^nobody held/),
    });
    expect(await runCli(['audit', 'requests'], { cwd: clone })).toMatchObject({
      code: 0,
      out: 'nothing was asked yet\n',
    });
    expect(JSON.parse((await runCli(['audit', 'requests', '--json'], { cwd: clone })).out)).toEqual({ decisions: [] });
    const again = await runCli(
      ['init', '--ledger', '--key', join(folder, 'key.pem'), '--repository', 'acme/access', '--repository-id', '5001'],
      { cwd: clone },
    );
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('a ledger is started once') });
  });

  it('names a byte that was changed after it was signed', async () => {
    await git(clone, 'switch', '--quiet', 'gatepass/ledger');
    const segment = await git(clone, 'ls-files', 'ledger/*.jsonl');
    const text = await readFile(join(clone, segment), 'utf8');
    await writeFile(join(clone, segment), text.replace('"id":5001', '"id":5002'));
    await git(clone, 'commit', '--quiet', '--all', '--amend', '--no-edit');
    const { code, out } = await runCli(['verify'], { cwd: clone });
    expect(code).toBe(1);
    expect(out).toContain('the signed head is of another entry 0');
  });

  it.each([
    ['audit', ['audit', 'what'], 'no audit `what`'],
    ['verify', ['verify', '--known', '3'], 'is not SEQ:HASH'],
    ['verify of a folder without a ledger', ['verify', tmpdir()], 'git'],
    ['return', ['return', 'abc'], '`abc` is no grant'],
    ['init', ['init'], 'missing --organization'],
    ['init --ledger', ['init', '--ledger'], 'missing --key, --repository, --repository-id'],
  ])('exits 2 for a bad %s', async (_, args, message) => {
    const { code, err } = await runCli(args, { cwd: clone, env });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
