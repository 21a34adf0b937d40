/** An access repository on this disk: its root, its governing files and its requests, read as plain text. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from './command.ts';

export interface TextFile {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** GitHub's search order; the first one found is the only one used. */
const CODEOWNERS_LOCATIONS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** The nearest folder, here or above, that holds `policies/` or `.git`. */
export async function repositoryRoot(from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    if ((await exists(join(folder, 'policies'))) || (await exists(join(folder, '.git')))) return folder;
    if (dirname(folder) === folder) {
      throw new UsageError(
        `no access repository at or above \`${from}\``,
        'run it inside one, or make one: gatepass init',
      );
    }
  }
}

export async function readCodeownersOf(root: string): Promise<TextFile> {
  for (const path of CODEOWNERS_LOCATIONS) {
    if (await exists(join(root, path))) return { path, text: await readFile(join(root, path), 'utf8') };
  }
  throw new UsageError(`no CODEOWNERS in \`${root}\``, `looked for ${CODEOWNERS_LOCATIONS.join(', ')}`);
}

/** Everything that governs: `policies/` and every CODEOWNERS location, sorted by path. */
export async function readGoverningFiles(root: string): Promise<readonly TextFile[]> {
  const policies = (await exists(join(root, 'policies'))) ? await filesBelow(root, 'policies') : [];
  const codeowners = [];
  for (const path of CODEOWNERS_LOCATIONS) if (await exists(join(root, path))) codeowners.push(path);
  return readAll(root, [...policies, ...codeowners]);
}

/** Every file under `requests/`, whatever its name, sorted by path. */
export async function readRequestFiles(root: string): Promise<readonly TextFile[]> {
  return (await exists(join(root, 'requests'))) ? readAll(root, await filesBelow(root, 'requests')) : [];
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

async function readAll(root: string, paths: readonly string[]): Promise<readonly TextFile[]> {
  const sorted = [...paths].sort();
  return Promise.all(sorted.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
