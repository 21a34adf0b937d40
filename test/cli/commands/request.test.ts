import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anAccessRepository } from '../../support/access-repository.ts';
import { runCli } from '../../support/terminal.ts';

const ASK = ['request', 'orders-db/read-only', '--for', '2h', '--reason', 'Replay payments: #4'];

describe('gatepass request', () => {
  it('writes a file that gatepass check accepts', async () => {
    const cwd = await anAccessRepository();
    const { code, out } = await runCli([...ASK, '--json'], { cwd });
    expect(code).toBe(0);
    const { path, text } = JSON.parse(out) as { path: string; text: string };
    expect(path).toBe('requests/orders-db/read-only/2026-11-23-replay-payments-4.yaml');
    expect(text).toBe('apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: "Replay payments: #4"\n');
    expect(await readFile(join(cwd, path), 'utf8')).toBe(text);
    expect((await runCli(['check'], { cwd })).code).toBe(0);
  });

  it('asks for what no flag gave, and shows what there is', async () => {
    const cwd = await anAccessRepository();
    const { code, out } = await runCli(['request'], { cwd, answers: ['checkout/restart', '30m', 'Workers stuck'] });
    expect(code).toBe(0);
    expect(out).toContain('  orders-db/read-only\n');
    const path = 'requests/checkout/restart/2026-11-23-workers-stuck.yaml';
    expect(await readFile(join(cwd, path), 'utf8')).toContain('kind: ActionRequest\nwithin: 30m\n');
  });

  it('never reuses a file name: the second one gets a number', async () => {
    const cwd = await anAccessRepository();
    await runCli(ASK, { cwd });
    const { out } = await runCli([...ASK, '--json'], { cwd });
    expect((JSON.parse(out) as { path: string }).path).toMatch(/replay-payments-4-2\.yaml$/);
  });

  it('refuses a name that was asked for and is taken', async () => {
    const cwd = await anAccessRepository();
    await runCli([...ASK, '--slug', 'mine'], { cwd });
    const { code, err } = await runCli([...ASK, '--slug', 'mine'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('is taken');
  });

  it('writes nothing that does not parse, and says why at the line', async () => {
    const cwd = await anAccessRepository();
    const { code, err } = await runCli(
      ['request', 'orders-db/read-only', '--for', 'tomorrow', '--reason', 'x', '--slug', 'bad'],
      { cwd },
    );
    expect(code).toBe(1);
    expect(err).toContain('tomorrow');
    expect(existsSync(join(cwd, 'requests/orders-db/read-only/bad.yaml'))).toBe(false);
  });

  it.each([
    [
      'names all that is missing at once when nobody can be asked',
      ['request'],
      'missing RESOURCE/ROLE, --for, --reason',
    ],
    [
      'refuses what the catalog does not have',
      ['request', 'orders-db/admin', '--for', '1h', '--reason', 'x'],
      'the catalog has no `orders-db/admin`',
    ],
    [
      'refuses a path that would leave requests/',
      ['request', '../../etc', '--for', '1h', '--reason', 'x'],
      'the catalog has no',
    ],
    [
      'refuses a prototype for a resource',
      ['request', '__proto__/x', '--for', '1h', '--reason', 'x'],
      'the catalog has no',
    ],
    [
      'refuses an input without a value',
      ['request', 'checkout/restart', '--for', '1h', '--reason', 'x', '--input', 'region'],
      'is not NAME=VALUE',
    ],
  ])('%s', async (_, args, message) => {
    const { code, err } = await runCli(args, { cwd: await anAccessRepository() });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
