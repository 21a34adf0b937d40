import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anAccessRepository, anEmptyFolder, PROJECT } from '../../support/access-repository.ts';
import { corpusCases } from '../../support/corpus.ts';
import { runCli } from '../../support/terminal.ts';

const GOOD = 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: Replay payments\n';

describe('gatepass check', () => {
  it('passes on the example organisation, its policy tests included', async () => {
    const { code, out } = await runCli(['check'], { cwd: PROJECT });
    expect(out).toMatch(/^\d+ files checked: 0 errors, 0 warnings; 6 policy tests, 0 failed\n$/);
    expect(code).toBe(0);
  });

  const cases = corpusCases();

  it('has a corpus of at least sixty broken files', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)('fails on $name', async ({ tree }) => {
    const root = await anEmptyFolder();
    await mkdir(join(root, 'policies'), { recursive: true });
    for (const { path, text, mode } of tree) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      if (mode === '120000') await symlink(text.trim(), join(root, path));
      else await writeFile(join(root, path), text, { mode: mode === '100755' ? 0o755 : 0o644 });
    }
    const { code, out } = await runCli(['check'], { cwd: root });
    expect(out).toMatch(/^(error|warning)\[[a-z-]+\]: /);
    expect(code).toBe(out.includes('error[') ? 1 : 0);
  });

  it('names a resource that no catalog has, and what was probably meant', async () => {
    const cwd = await anAccessRepository({ 'requests/order-db/read-only/a.yaml': GOOD });
    const { code, out } = await runCli(['check'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('error[resource-unknown]');
    expect(out).toContain('orders-db');
  });

  it('names provider settings that the provider would refuse', async () => {
    const teams = 'policies/catalog/teams.yaml';
    const cwd = await anAccessRepository({
      [teams]:
        'apiVersion: gatepass/v1\nkind: Catalog\nlabels: { class: team, env: prod }\nprovider: { type: github-team, with: { organisation: acme, allowMaintainer: true } }\n' +
        'resources:\n  payments:\n    owner: team:payments\n    sensitivity: medium\n    roles:\n      operator: { grants: [{ team: payments-production, role: member }] }\n      lead: { grants: [{ team: payments-production, role: maintainer }] }\n',
    });
    const { code, out } = await runCli(['check'], { cwd });
    expect(out).toContain('error[catalog-provider-settings]');
    expect(code).toBe(1);
  });

  it('says which policy test fails, and how', async () => {
    const cwd = await anAccessRepository();
    const path = join(cwd, 'policies/rules/databases.yaml');
    const automatic = 'approvals: [] # explicitly none: automatic';
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replace(automatic, 'approvals: [{ from: [team:dba], count: 1 }]'),
    );
    const { code, out } = await runCli(['check'], { cwd });
    expect(code).toBe(1);
    expect(out).toContain('failed policy test: the on-call of the owners reads at once');
  });

  it('reports only on the paths that were asked for', async () => {
    const cwd = await anAccessRepository({
      'requests/orders-db/read-only/bad.yaml': 'nonsense\n',
      'requests/orders-db/read-only/good.yaml': GOOD,
    });
    expect((await runCli(['check', 'requests/orders-db/read-only/good.yaml'], { cwd })).code).toBe(0);
    expect((await runCli(['check', 'requests'], { cwd })).code).toBe(1);
    expect((await runCli(['check', 'requests/orders-db/read-only/bad.yaml', '--json'], { cwd })).code).toBe(1);
  });

  it.each([
    ['a path that is not there', ['check', 'nowhere'], 'there is no `nowhere`'],
    ['a path outside the repository', ['check', 'requests', '/'], 'lies outside'],
  ])('exits 2 for %s', async (_, args, message) => {
    const { code, err } = await runCli(args, { cwd: await anAccessRepository() });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
