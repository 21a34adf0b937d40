/** `gatepass sweep` in a process of its own against a look-alike, as a container or a cron job would run it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { AcmeWorld } from './acme.ts';

const BIN = join(import.meta.dirname, '..', '..', 'cli', 'bin.js');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What the applier's environment holds, and nothing else of this machine's. */
export function sweepEnvironment(acme: AcmeWorld): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    GITHUB_API_URL: acme.hub.apiUrl,
    GATEPASS_APP_ID: String(acme.applier.id),
    GATEPASS_GATE_APP_ID: String(acme.gate.id),
    // As what sets variables often keeps them: in one line.
    GATEPASS_PRIVATE_KEY: acme.applier.privateKey.replaceAll('\n', '\\n'),
    GATEPASS_LEDGER_KEY: acme.ledgerKey,
    GATEPASS_REPOSITORY: 'acme/access',
    GATEPASS_WITNESS: 'none',
  };
}

export function sweepProcess(acme: AcmeWorld, args: readonly string[], env: Record<string, string> = {}) {
  return runProcess(process.execPath, [BIN, 'sweep', ...args], { ...sweepEnvironment(acme), ...env });
}

export function runProcess(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  place: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd: '/', ...place, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
