/** Changed files with modes, renames and line counts, from one `git diff-tree --raw --numstat -M -z`. */
import type { FileChange, GitStore } from './types.ts';

const STATUS: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

export async function diffTrees(git: GitStore['git'], from: string, to: string): Promise<FileChange[]> {
  const { stdout } = await git(['diff-tree', '-r', '--raw', '--numstat', '-M', '-z', '--no-abbrev', from, to]);
  const fields = stdout.toString('utf8').split('\0');
  const changes: FileChange[] = [];
  const counts = new Map<string, { additions: number; deletions: number }>();
  let at = 0;
  const next = (): string => fields[at++] ?? '';
  while (at < fields.length) {
    const field = next();
    if (field.startsWith(':')) changes.push(rawChange(field, next));
    else if (field !== '') count(field, next, counts);
  }
  return changes
    .map((change) => ({ ...change, ...counts.get(change.path) }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function rawChange(header: string, next: () => string): FileChange {
  const [previousMode = '', mode = '', previousBlob = '', blob = '', status = 'M'] = header.slice(1).split(' ');
  const first = next();
  const moved = status.startsWith('R') || status.startsWith('C');
  return {
    status: STATUS[status.charAt(0)] ?? 'changed',
    path: moved ? next() : first,
    previousPath: moved ? first : null,
    mode,
    previousMode,
    blob,
    previousBlob,
    additions: 0,
    deletions: 0,
  };
}

/** `added TAB deleted TAB path`, or with an empty path and two more fields for a rename; `-` counts a binary file. */
function count(field: string, next: () => string, counts: Map<string, { additions: number; deletions: number }>): void {
  const [added = '0', deleted = '0', path = ''] = field.split('\t');
  if (path === '') next();
  const name = path === '' ? next() : path;
  counts.set(name, { additions: Number(added) || 0, deletions: Number(deleted) || 0 });
}

/** Hunks by (new) path, without git's header lines, as GitHub's `patch` gives them. */
export async function patchesOf(git: GitStore['git'], from: string, to: string): Promise<Map<string, string>> {
  const { stdout } = await git(['-c', 'core.quotePath=false', 'diff-tree', '-r', '-p', '-M', '--no-color', from, to]);
  const patches = new Map<string, string>();
  for (const part of stdout
    .toString('utf8')
    .split(/^diff --git /m)
    .slice(1)) {
    const hunks = part.indexOf('\n@@');
    const name = /^\+\+\+ b\/(.*)$/m.exec(part)?.[1] ?? /^--- a\/(.*)$/m.exec(part)?.[1];
    if (hunks >= 0 && name !== undefined) patches.set(name.replace(/\t$/, ''), part.slice(hunks + 1).trimEnd());
  }
  return patches;
}
