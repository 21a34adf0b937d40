import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { anEmptyFolder } from '../../support/access-repository.ts';
import { runCli } from '../../support/terminal.ts';

const PEOPLE = `apiVersion: gatepass/v1
kind: People
people:
  alice:
    github: { id: 1001, login: alice }
    zone: Europe/Berlin
`;

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=heidi', '-c', 'user.email=heidi@acme.example', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim();
}

async function aScaffold(): Promise<string> {
  const folder = join(await anEmptyFolder(), 'access');
  const { code } = await runCli(['init', folder, '--organization', 'acme'], { cwd: '/' });
  expect(code).toBe(0);
  return folder;
}

const LEDGER = ['init', '--ledger', '--key', '../key.pem', '--repository', 'acme/access', '--repository-id', '5001'];

async function aStartedLedger(): Promise<{ readonly cwd: string; readonly out: string }> {
  const cwd = await aScaffold();
  git(cwd, 'init', '--quiet', '--initial-branch', 'main');
  git(cwd, 'add', '.');
  git(cwd, 'commit', '--quiet', '--message', 'Start');
  const { code, out } = await runCli(LEDGER, { cwd });
  expect(code).toBe(0);
  return { cwd, out };
}

describe('gatepass init', () => {
  it('writes a repository that passes gatepass check, with the first person in it and without', async () => {
    const cwd = await aScaffold();
    expect((await runCli(['check'], { cwd })).out).toContain('0 errors, 0 warnings');
    await writeFile(join(cwd, 'policies/people.yaml'), PEOPLE);
    expect((await runCli(['check'], { cwd })).out).toContain('0 errors, 0 warnings');
    const can = await runCli(['can', '--as', 'alice', '--team', 'engineering'], { cwd });
    expect(can.out).toContain('production/operator (medium)\n  up to 4h, 1 of code owners (team:security)');
  });

  it('leaves no name to fill in', async () => {
    const cwd = await aScaffold();
    expect(git(cwd, 'init', '--quiet')).toBe('');
    git(cwd, 'add', '.');
    expect(git(cwd, 'ls-files').split('\n').length).toBeGreaterThan(8);
    expect(() => git(cwd, 'grep', '--word-regexp', '--extended-regexp', 'ORGANIZATION|TEAM')).toThrow();
  });

  it('gives the files to no other organisation, whatever the names spell', async () => {
    const folder = join(await anEmptyFolder(), 'access');
    const args = ['init', folder, '--organization', 'TEAMWORK', '--team', 'ORGANIZATION'];
    expect(await runCli(args, { cwd: '/' })).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'CODEOWNERS'), 'utf8')).toContain('* @TEAMWORK/ORGANIZATION\n');
  });

  it('writes one job of the sweep for each zone, with a runner and an environment of its own', async () => {
    const folder = join(await anEmptyFolder(), 'access');
    const args = ['init', folder, '--organization', 'acme', '--zones', 'default,prod-eu,prod-us'];
    expect(await runCli(args, { cwd: '/' })).toMatchObject({ code: 0 });
    const written = load(await readFile(join(folder, '.github/workflows/gatepass.yml'), 'utf8')) as {
      jobs: { sweep: { strategy: { matrix: { include: unknown } } } };
    };
    expect(written.jobs.sweep.strategy.matrix.include).toEqual([
      { zone: 'default', runner: 'ubuntu-latest', environment: 'gatepass' },
      { zone: 'prod-eu', runner: 'gatepass-prod-eu', environment: 'gatepass-prod-eu' },
      { zone: 'prod-us', runner: 'gatepass-prod-us', environment: 'gatepass-prod-us' },
    ]);
    const bad = await runCli(['init', `${folder}2`, '--organization', 'acme', '--zones', 'Prod EU'], { cwd: '/' });
    expect(bad).toMatchObject({ code: 2, err: expect.stringContaining('`Prod EU` is no zone') });
  });

  it('overwrites nothing', async () => {
    const cwd = await aScaffold();
    const again = await runCli(['init', '.', '--organization', 'acme'], { cwd });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('init never overwrites')]);
  });

  it('refuses a name that GitHub does not allow', async () => {
    const again = await runCli(['init', 'x', '--organization', 'acme/x'], { cwd: await anEmptyFolder() });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('`acme/x` is no GitHub name')]);
  });
});

describe('gatepass init --ledger', () => {
  it('starts at the commit that is trusted, on a branch of its own', async () => {
    const { cwd, out } = await aStartedLedger();
    expect(out).toContain(`the ledger starts at ${git(cwd, 'rev-parse', 'main').slice(0, 12)}`);
    expect(git(cwd, 'rev-list', '--count', 'gatepass/ledger')).toBe('1');
    expect(git(cwd, 'ls-tree', '-r', '--name-only', 'gatepass/ledger').split('\n')).toEqual([
      'ledger/2026/11/23.jsonl',
      'ledger/head.json',
    ]);
    expect(git(cwd, 'status', '--porcelain')).toBe('');
  });

  it('is proven by the public key that it printed, and by no other', async () => {
    const { cwd, out } = await aStartedLedger();
    const [, key = ''] = /public key (\S{43});/.exec(out) ?? [];
    const proven = await runCli(['verify', '--key', key], { cwd });
    expect([proven.code, proven.out]).toEqual([0, expect.stringContaining('proven: 1 entries')]);
    const other = `${key.startsWith('A') ? 'B' : 'A'}${key.slice(1)}`;
    const refused = await runCli(['verify', '--key', other], { cwd });
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('genesis-unknown')]);
  });

  it('keeps the key for its owner only', async () => {
    const { cwd } = await aStartedLedger();
    expect((await stat(join(cwd, '../key.pem'))).mode & 0o777).toBe(0o600);
  });

  it('starts once', async () => {
    const { cwd } = await aStartedLedger();
    const again = await runCli(LEDGER, { cwd });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('a ledger is started once')]);
  });
});

describe('gatepass init --rotate-key', () => {
  const rotate = (cwd: string, from = '../key.pem', to = '../next.pem') =>
    runCli(['init', '--rotate-key', '--key', from, '--new-key', to], { cwd });

  it('hands the ledger to a new key, again and again, and the first public key still proves it all', async () => {
    const { cwd, out } = await aStartedLedger();
    const [, key = ''] = /public key (\S{43});/.exec(out) ?? [];
    expect((await rotate(cwd)).code).toBe(0);
    expect((await rotate(cwd, '../next.pem', '../third.pem')).code).toBe(0);
    const proven = await runCli(['verify', '--key', key], { cwd });
    expect([proven.code, proven.out]).toEqual([0, expect.stringContaining('proven: 3 entries in 3 signed commits')]);
    expect(git(cwd, 'rev-list', '--count', 'gatepass/ledger')).toBe('3');
    expect((await stat(join(cwd, '../next.pem'))).mode & 0o777).toBe(0o600);
  });

  it('believes no key that the one in force did not sign for', async () => {
    const { cwd } = await aStartedLedger();
    await rotate(cwd);
    const again = await rotate(cwd, '../key.pem', '../other.pem');
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is in force')]);
    const file = git(cwd, 'ls-tree', '--name-only', 'gatepass/ledger', 'ledger/2026/11/23.jsonl');
    const forged = git(cwd, 'show', `gatepass/ledger:${file}`).replace(/"proof":"[^"]{4}/, '"proof":"AAAA');
    git(cwd, 'switch', '--quiet', 'gatepass/ledger');
    await writeFile(join(cwd, file), `${forged}\n`);
    git(cwd, 'commit', '--quiet', '--all', '--amend', '--no-edit');
    const proof = await runCli(['verify'], { cwd });
    expect([proof.code, proof.out]).toEqual([1, expect.stringContaining('did not sign for')]);
  });

  it.each<[string, readonly [string, string], string]>([
    ['a key that is not there', ['../none.pem', '../next.pem'], 'there is no'],
    ['the same key twice', ['../key.pem', '../key.pem'], 'the new key is the old one'],
  ])('refuses %s', async (_, [from, to], why) => {
    const { cwd } = await aStartedLedger();
    const refused = await rotate(cwd, from, to);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(why)]);
    expect(git(cwd, 'rev-list', '--count', 'gatepass/ledger')).toBe('1');
  });
});
