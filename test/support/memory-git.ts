/** Commits and trees in memory. Ids of blobs and trees are git's own; those of commits depend on their contents alike. */
import { createHash } from 'node:crypto';

export interface MemoryFile {
  readonly text: string;
  readonly mode: string;
}

export type Files = ReadonlyMap<string, MemoryFile>;

export interface MemoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly files: Files;
  readonly message: string;
}

export interface TreeItem {
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree';
  readonly sha: string;
  readonly size?: number;
}

export class MemoryGit {
  readonly commits = new Map<string, MemoryCommit>();
  readonly blobs = new Map<string, string>();
  readonly trees = new Map<string, Files>();
  readonly refs = new Map<string, string>();
  /** What a folder is called. */
  treeId: (items: readonly TreeItem[], files: Files) => string = treeId;

  commit(files: Files, parents: readonly string[], message = 'change'): MemoryCommit {
    // The number of commits so far stands in for the time in a real commit: no two are the same.
    const sha = sha1(`commit ${this.commits.size} ${parents.join()} ${message} ${this.treeOf(files)}`);
    const commit = { sha, parents, files, message };
    this.commits.set(sha, commit);
    return commit;
  }

  at(sha: string): MemoryCommit {
    const commit = this.commits.get(sha);
    if (commit === undefined) throw new Error(`no commit ${sha}`);
    return commit;
  }

  tip(branch: string): MemoryCommit {
    return this.at(this.refs.get(`heads/${branch}`) ?? '');
  }

  blob(text: string): string {
    const sha = blobId(text);
    this.blobs.set(sha, text);
    return sha;
  }

  treeOf(files: Files): string {
    const known = treeIds.get(files);
    const sha = known ?? this.treeId(this.list(files, false), files);
    if (known === undefined || !this.trees.has(sha)) {
      for (const file of files.values()) this.blobs.set(idOf(file), file.text);
      this.trees.set(sha, files);
    }
    treeIds.set(files, sha);
    return sha;
  }

  list(files: Files, recursive: boolean): readonly TreeItem[] {
    if (recursive) return [...files].sort(byName).map(([path, file]) => blobItem(path, file));
    return [...foldersOf(files)].map(([name, below]) => this.#item(name, below)).sort(inGitsOrder);
  }

  #item(path: string, below: Files): TreeItem {
    const file = below.get('');
    if (file !== undefined) return blobItem(path, file);
    return { path, mode: '040000', type: 'tree', sha: this.treeOf(below) };
  }

  /** Whether `ancestor` is reachable from `sha`. */
  reaches(sha: string, ancestor: string): boolean {
    const seen = new Set<string>();
    const queue = [sha];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (next === ancestor) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...this.at(next).parents);
    }
    return false;
  }
}

export function fileOf(text: string, mode = '100644'): MemoryFile {
  return { text, mode };
}

/** Files and trees are shared from commit to commit and never change. */
const treeIds = new WeakMap<Files, string>();
const blobIds = new WeakMap<MemoryFile, string>();

function idOf(file: MemoryFile): string {
  const id = blobIds.get(file) ?? blobId(file.text);
  blobIds.set(file, id);
  return id;
}

export function blobId(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}

/** What is in each folder; a file is under its own name, with no path below. Made once for the same files. */
function foldersOf(files: Files): ReadonlyMap<string, Files> {
  const known = folders.get(files);
  if (known !== undefined) return known;
  const root = new Map<string, Map<string, MemoryFile>>();
  for (const [path, file] of files) {
    const end = path.indexOf('/');
    const name = end < 0 ? path : path.slice(0, end);
    const below = root.get(name) ?? new Map<string, MemoryFile>();
    root.set(name, below.set(end < 0 ? '' : path.slice(end + 1), file));
  }
  folders.set(files, root);
  return root;
}

const folders = new WeakMap<Files, ReadonlyMap<string, Files>>();

/** In git's order. */
function treeId(items: readonly TreeItem[]): string {
  const rows = items.map(({ mode, path, sha }) => ({
    name: `${mode.replace(/^0/, '')} ${path}\0`,
    sha,
  }));
  const size = rows.reduce((sum, { name }) => sum + Buffer.byteLength(name) + 20, 0);
  const hash = createHash('sha1').update(`tree ${size}\0`);
  for (const { name, sha } of rows) hash.update(name).update(sha, 'hex');
  return hash.digest('hex');
}

/** A folder is put where its name with a slash behind it would be. */
function inGitsOrder(a: TreeItem, b: TreeItem): number {
  const key = ({ path, type }: TreeItem) => (type === 'tree' ? `${path}/` : path);
  return key(a) < key(b) ? -1 : 1;
}

function blobItem(path: string, file: MemoryFile): TreeItem {
  const sha = idOf(file);
  return { path, mode: file.mode, type: 'blob', sha, size: Buffer.byteLength(file.text) };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
