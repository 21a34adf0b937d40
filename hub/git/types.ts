/** A bare repository and what is in it, as the rest of the look-alike sees git. */

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly path: string;
  /** Bytes of a blob. */
  readonly size?: number;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, as git recorded it, in UTC with seconds. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  readonly signed: boolean;
}

export interface FileChange {
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  readonly path: string;
  readonly previousPath: string | null;
  readonly mode: string;
  readonly previousMode: string;
  readonly blob: string;
  readonly previousBlob: string;
  readonly additions: number;
  readonly deletions: number;
}

/** One bare repository on disk. `ref` is a full ref, a branch name, or a sha. */
export interface GitStore {
  readonly directory: string;
  /** The commit that a ref, branch, tag or sha names; `null`: there is none. */
  resolve(ref: string): Promise<string | null>;
  /** A file's bytes at a commit; `null`: not there, or not a blob. */
  readFile(ref: string, path: string): Promise<Buffer | null>;
  object(sha: string): Promise<{ readonly type: string; readonly data: Buffer } | null>;
  commit(sha: string): Promise<Commit | null>;
  /** Entries of the tree of a commit or tree; paths are relative to the root asked for. */
  tree(ref: string, recursive: boolean): Promise<TreeEntry[] | null>;
  /** Commits reachable from `to` and not from `not`, newest first. */
  history(to: string, not: string | null, options?: HistoryOptions): Promise<string[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  mergeBase(one: string, other: string): Promise<string | null>;
  /** Changes from one tree-ish to another, renames detected. */
  diff(from: string, to: string): Promise<FileChange[]>;
  /** Unified diff by path. */
  patches(from: string, to: string): Promise<Map<string, string>>;
  /** The merged tree; `null`: conflict. */
  mergeTree(ours: string, theirs: string): Promise<string | null>;
  refs(prefix: string): Promise<{ readonly ref: string; readonly sha: string }[]>;
  writeObject(type: 'blob' | 'tree' | 'commit', data: Buffer | string): Promise<string>;
  /** A tree made of `base` with entries replaced; `sha: null` removes a path. */
  writeTree(
    base: string | null,
    entries: readonly { path: string; mode: string; sha: string | null }[],
  ): Promise<string>;
  writeCommit(commit: NewCommit): Promise<string>;
  /** Compare-and-swap; `ZERO` for none. `false`: the ref was not at `before`. */
  swapRef(ref: string, after: string, before: string): Promise<boolean>;
  /** Runs git in the repository; rejects with its standard error on a status that `allow` does not list. */
  git(args: readonly string[], options?: GitOptions): Promise<{ status: number; stdout: Buffer }>;
  /** Ends the helper process. */
  close(): void;
}

export interface HistoryOptions {
  readonly path?: string;
  readonly limit?: number;
  readonly skip?: number;
  readonly firstParent?: boolean;
}

export interface GitOptions {
  readonly input?: Buffer | string;
  readonly allow?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** The object id that stands for none. */
export const ZERO = '0'.repeat(40);
