/** What others wrote into the ledger does nothing on the screen of whoever asks for the status. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeLedger } from '../support/applier.ts';
import { type GateWorld, startGateWorld } from '../support/gate-world.ts';
import { git } from '../support/hub.ts';
import { runCli } from '../support/terminal.ts';

let world: GateWorld;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatepass-status-'));
  world = await startGateWorld();
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

it('writes out what would colour, erase or turn around', async () => {
  const message = 'gone \u001b[2Jand \u202eturned';
  await writeLedger(world, [{ type: 'alert', key: 'setup-drift', severity: 'critical', message, next: message }]);
  const clone = join(folder, 'clone');
  const url = world.hub.url.replace('://', `://heidi:${world.acme.tokens.heidi}@`);
  await git(folder, 'clone', '--quiet', `${url}/acme/access.git`, clone);
  const { out } = await runCli(['status'], { cwd: clone });
  expect(out).toContain('critical: gone \\u{1b}[2Jand \\u{202e}turned\n  gone \\u{1b}[2Jand');
  expect(out).not.toMatch(/[^\n\P{C}]/u);
});
