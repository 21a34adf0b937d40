/** Commits and trees in memory, with ids that depend on their contents as git's do. */
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
    const sha = known ?? sha1(`tree\n${this.#rowsOf(files).join('\n')}`);
    if (known === undefined || !this.trees.has(sha)) {
      for (const file of files.values()) this.blobs.set(idOf(file), file.text);
      this.trees.set(sha, files);
    }
    treeIds.set(files, sha);
    return sha;
  }

  #rowsOf(files: Files): readonly string[] {
    return [...files].map(([path, file]) => `${file.mode} ${path} ${idOf(file)}`).sort();
  }

  list(files: Files, recursive: boolean): readonly TreeItem[] {
    if (recursive) return [...files].sort(byName).map(([path, file]) => blobItem(path, file));
    const root = new Map<string, Map<string, MemoryFile>>();
    for (const [path, file] of files) {
      const [first = '', ...rest] = path.split('/');
      const below = root.get(first) ?? new Map<string, MemoryFile>();
      root.set(first, below.set(rest.join('/'), file));
    }
    return [...root].sort(byName).map(([path, below]): TreeItem => {
      const file = below.get('');
      if (file !== undefined) return blobItem(path, file);
      return { path, mode: '040000', type: 'tree', sha: this.treeOf(below) };
    });
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
