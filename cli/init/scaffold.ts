/** Writes a new access repository: the files of `template/` with the organisation and its team filled in, and the sweep's workflow. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from '../command.ts';

const TEMPLATE = join(import.meta.dirname, 'template');
/** The very workflows that the look-alike runs in the demo and the tests. */
const WORKFLOWS = join(import.meta.dirname, '..', '..', 'docs', 'guides', 'workflow');

/** GitHub's own grammar of logins and team slugs. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

/** `zones`: beside `default`, one job of the sweep each. Returns the paths written, sorted. Nothing that exists is overwritten. */
export async function scaffold(
  folder: string,
  organization: string,
  team: string,
  zones: readonly string[],
): Promise<readonly string[]> {
  for (const name of [organization, team]) if (!LOGIN.test(name)) throw new UsageError(`\`${name}\` is no GitHub name`);
  const files = await templateFiles();
  files.set('.github/workflows/gatepass.yml', await workflowFor(zones));
  const paths = [...files.keys()].sort();
  for (const path of paths) {
    // In one pass: an organisation may be called `TEAMWORK`, and its code owners must not be another's.
    const text = (files.get(path) as string).replace(/ORGANIZATION|TEAM/g, (name) =>
      name === 'TEAM' ? team : organization,
    );
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeNew(join(folder, path), text);
  }
  return paths;
}

const ZONE = /^[a-z0-9][a-z0-9-]{0,63}$/;

async function workflowFor(zones: readonly string[]): Promise<string> {
  const others = [...new Set(zones)].filter((zone) => zone !== 'default');
  if (others.length === 0) return readFile(join(WORKFLOWS, 'gatepass.yml'), 'utf8');
  const strange = others.find((zone) => !ZONE.test(zone));
  if (strange !== undefined)
    throw new UsageError(`\`${strange}\` is no zone`, 'small letters, digits and hyphens: prod-eu');
  const text = await readFile(join(WORKFLOWS, 'gatepass-zones.yml'), 'utf8');
  const example = '          - { zone: prod-eu, runner: gatepass-prod-eu, environment: gatepass-prod-eu }\n';
  return text.replace(example, others.map((zone) => example.replaceAll('prod-eu', zone)).join(''));
}

async function templateFiles(): Promise<Map<string, string>> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const rows = paths.map(
    async (path) => [relative(TEMPLATE, path).split(sep).join('/'), await readFile(path, 'utf8')] as const,
  );
  return new Map(await Promise.all(rows));
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw new UsageError(`can't write \`${path}\``, 'init never overwrites; choose an empty folder', { cause });
  }
}
