import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const BUNDLE = join(ROOT, 'action/dist/index.js');

describe('the bundled Action', () => {
  it('starts by itself, and says everything that is missing', () => {
    const env = { PATH: process.env['PATH'] ?? '' };
    const { status, stdout } = spawnSync(process.execPath, [BUNDLE], { env, cwd: '/', encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toContain('::error::the sweep cannot start:');
    for (const name of ['app-id', 'private-key', 'ledger-key', 'repository']) expect(stdout).toContain(`\`${name}\``);
  });

  it('names no path of the machine it was built on', () => {
    expect(readFileSync(BUNDLE, 'utf8')).not.toContain(ROOT);
  });

  it('lists the licence of every package in it', () => {
    const licences = readFileSync(join(ROOT, 'action/dist/licenses.txt'), 'utf8');
    for (const name of ['@actions/core', '@octokit/rest', '@octokit/auth-app', 'pg', 'js-yaml', '@noble/hashes']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  it('is described by an `action.yml` that names what it reads and writes', () => {
    const action = load(readFileSync(join(ROOT, 'action/action.yml'), 'utf8')) as {
      inputs: Record<string, { description: string }>;
      outputs: Record<string, { description: string }>;
      runs: { using: string; main: string };
    };
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    const sources = execFileSync(
      'cat',
      ['sweep/inputs.ts', 'action/inputs.ts', 'action/main.ts', 'action/gate-mode.ts'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    for (const name of Object.keys(action.inputs)) expect(sources).toContain(`'${name}'`);
    for (const name of Object.keys(action.outputs)) expect(sources).toContain(`setOutput('${name}'`);
  });
});
