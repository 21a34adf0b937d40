import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anAccessRepository, anEmptyFolder } from '../../support/access-repository.ts';
import { runCli } from '../../support/terminal.ts';

describe('gatepass owners', () => {
  it('names the owners, the line and the pattern', async () => {
    const cwd = await anAccessRepository();
    const { code, out } = await runCli(['owners', '--json', 'requests/orders-db/read-only/a.yaml'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        path: 'requests/orders-db/read-only/a.yaml',
        owners: ['@acme/orders'],
        line: 3,
        pattern: '/requests/orders-db/',
      },
    ]);
  });

  it('tells a line that clears ownership from no line at all', async () => {
    const cwd = await anEmptyFolder();
    await writeFile(join(cwd, 'OWNERS'), '/a @x\n/a/free\n');
    const { out } = await runCli(['owners', '--codeowners', 'OWNERS', '--json', 'a/free', 'b'], { cwd });
    expect(JSON.parse(out)).toEqual([
      { path: 'a/free', owners: [], line: 2, pattern: '/a/free' },
      { path: 'b', owners: [], line: null, pattern: null },
    ]);
  });

  it('finds the file from a folder below the root', async () => {
    const cwd = await anAccessRepository();
    await mkdir(join(cwd, 'requests', 'deep'));
    const { code, out } = await runCli(['owners', 'policies/people.yaml'], { cwd: join(cwd, 'requests', 'deep') });
    expect(code).toBe(0);
    expect(out).toBe('policies/people.yaml: @acme/security (CODEOWNERS:7 `/policies/`)\n');
  });

  it('warns about a line that GitHub skips, and answers all the same', async () => {
    const cwd = await anEmptyFolder();
    await writeFile(join(cwd, 'OWNERS'), '/a nobody\n/b @x\n');
    const { code, out, err } = await runCli(['owners', '--codeowners', 'OWNERS', 'a', 'b'], { cwd });
    expect(code).toBe(0);
    expect(err).toMatch(/^OWNERS:1:\d+: .*GitHub skips this line\n$/);
    expect(out).toBe('a: nobody (no line of OWNERS matches)\nb: @x (OWNERS:2 `/b`)\n');
  });

  it.each([
    ['no path', ['owners'], /no path given/],
    ['a missing file', ['owners', '--codeowners', 'nowhere', 'a'], /can't read `nowhere`/],
    ['an unknown option', ['owners', '--jsn', 'a'], /unknown option '--jsn'/i],
    ['an absolute path', ['owners', '/etc/passwd'], /no path in a repository/],
    ['a path out of the repository', ['owners', 'a/../../b'], /no path in a repository/],
  ])('exits 2 with a clear error for %s', async (_, args, message) => {
    const { code, out, err } = await runCli(args, { cwd: await anAccessRepository() });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });

  it('exits 2 where there is no repository', async () => {
    const { code, err } = await runCli(['owners', 'a'], { cwd: await anEmptyFolder() });
    expect(code).toBe(2);
    expect(err).toMatch(/no access repository/);
  });
});
