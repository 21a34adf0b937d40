/** An access repository on this disk: its root, its governing files and its requests, read as plain text. */
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { CODEOWNERS_LOCATIONS } from '../core/codeowners/locate.ts';
import { UsageError } from './command.ts';

export interface TextFile {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Of a symbolic link: where it points, as git has it. */
  readonly text: string;
  /** As git would have it: `100644`, `100755`, `120000`. */
  readonly mode: string;
}

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
    if (await exists(join(root, path))) return readAsGit(root, path);
  }
  throw new UsageError(`no CODEOWNERS in \`${root}\``, `looked for ${CODEOWNERS_LOCATIONS.join(', ')}`);
}

/** Everything that governs: `policies/` and whatever is called CODEOWNERS in one of its places, sorted by path. */
export async function readGoverningFiles(root: string): Promise<readonly TextFile[]> {
  const policies = (await exists(join(root, 'policies'))) ? await filesBelow(root, 'policies') : [];
  return readAll(root, [...policies, ...(await codeownersIn(root))]);
}

/** Every file under `requests/`, whatever its name, sorted by path. */
export async function readRequestFiles(root: string): Promise<readonly TextFile[]> {
  const paths = (await exists(join(root, 'requests'))) ? await filesBelow(root, 'requests') : [];
  return readAll(
    root,
    paths.filter((path) => path !== 'requests/.gitkeep'),
  );
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** In whatever case they are written: GitHub reads only one spelling, and the check says which. */
async function codeownersIn(root: string): Promise<readonly string[]> {
  const folders = [...new Set(CODEOWNERS_LOCATIONS.map((path) => dirname(path)))];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch(() => []);
      return names
        .filter((name) => name.toLowerCase() === 'codeowners')
        .map((name) => (folder === '.' ? name : `${folder}/${name}`));
    }),
  );
  return found.flat();
}

async function readAll(root: string, paths: readonly string[]): Promise<readonly TextFile[]> {
  return Promise.all([...paths].sort().map((path) => readAsGit(root, path)));
}

async function readAsGit(root: string, path: string): Promise<TextFile> {
  const file = join(root, path);
  const found = await lstat(file);
  if (found.isSymbolicLink()) return { path, text: await readlink(file), mode: '120000' };
  if (!found.isFile()) throw new UsageError(`\`${path}\` is neither a file nor a link`);
  return { path, text: await readFile(file, 'utf8'), mode: (found.mode & 0o100) === 0 ? '100644' : '100755' };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
