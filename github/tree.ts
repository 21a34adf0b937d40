/**
 * Reads a commit as git has it: its tree, and blobs by their id. Never a work tree, never the contents endpoint, which
 * follows symbolic links. Judges no path and no mode; refuses only what it could not read in full.
 */
import type { GoverningFile } from '../core/policy/evidence.ts';
import { call, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { fields, integer, list, text } from './read.ts';

/** A file, symbolic link or submodule in a tree. Folders are left out: their files are listed. */
export interface TreeEntry {
  readonly path: string;
  /** `100644` file, `100755` executable, `120000` symbolic link, `160000` submodule. */
  readonly mode: string;
  readonly blob: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
}

/** By path. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** Above this a blob is not fetched: no document may be larger (`core/document/yaml-text.ts`). */
export const MOST_BYTES = 64 * 1024;

/** Trees by commit and blobs by id never change, so they may be kept for as long as memory allows. */
export interface GitCache {
  readonly trees: Map<string, Tree>;
  readonly blobs: Map<string, string | null>;
  /** Governing files by what they are, so that who reads the same ones again gets the same array. See `governing.ts`. */
  readonly governing: Map<string, KeptGoverning>;
}

export interface KeptGoverning {
  /** Where they were seen first. */
  readonly commit: string;
  readonly files: readonly GoverningFile[];
}

export function gitCache(): GitCache {
  return { trees: new Map(), blobs: new Map(), governing: new Map() };
}

/**
 * Whoever may push makes trees of a hundred thousand entries, and texts of 64 KiB by the hundred: what is kept is bounded
 * by entries and characters as well, at a hundred megabytes or so each.
 */
const TREES: Room<Tree> = { most: 64, weight: 400_000, weigh: (tree) => tree.size };
const BLOBS: Room<string | null> = { most: 4096, weight: 50_000_000, weigh: (text) => text?.length ?? 0 };
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** The tree of a commit. A list that GitHub truncated (100,000 entries or 7 MB) is an error. */
export async function readTree(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
  cache: GitCache,
): Promise<Tree> {
  requireSha(commit);
  const key = `${repository.owner}/${repository.name}@${commit}`;
  const kept = cache.trees.get(key);
  if (kept !== undefined) return kept;
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    owner: repository.owner,
    repo: repository.name,
    tree_sha: commit,
    recursive: '1',
  });
  const answer = fields(data, 'tree');
  if (answer['truncated'] !== false) throw new GitHubError('truncated', `GitHub cut the tree of ${commit} short`);
  const tree = new Map<string, TreeEntry>();
  for (const item of list(answer['tree'], 'tree.tree')) {
    const entry = readEntry(item);
    if (entry !== null) tree.set(entry.path, entry);
  }
  keep(cache.trees, key, tree, TREES);
  return tree;
}

function readEntry(value: unknown): TreeEntry | null {
  const item = fields(value, 'tree entry');
  const type = text(item['type'], 'tree entry type');
  if (type === 'tree') return null;
  return {
    path: text(item['path'], 'tree entry path'),
    mode: text(item['mode'], 'tree entry mode'),
    blob: text(item['sha'], 'tree entry sha'),
    size: type === 'commit' ? 0 : integer(item['size'], 'tree entry size'),
  };
}

/** The blob's text; `null` when it is too large, is no regular file, or is not UTF-8. */
export async function readText(
  github: GitHub,
  repository: RepositoryName,
  entry: TreeEntry,
  cache: GitCache,
): Promise<string | null> {
  if (entry.size > MOST_BYTES || entry.mode === '160000') return null;
  requireSha(entry.blob);
  const kept = cache.blobs.get(entry.blob);
  if (kept !== undefined) return kept;
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    owner: repository.owner,
    repo: repository.name,
    file_sha: entry.blob,
  });
  const answer = fields(data, 'blob');
  const content = text(answer['content'], 'blob.content');
  const bytes = Buffer.from(content, answer['encoding'] === 'base64' ? 'base64' : 'utf8');
  if (bytes.byteLength !== entry.size) {
    throw new GitHubError(
      'inconsistent',
      `blob ${entry.blob} has ${bytes.byteLength} bytes, its tree says ${entry.size}`,
    );
  }
  const decoded = decodeUtf8(bytes);
  keep(cache.blobs, entry.blob, decoded, BLOBS);
  return decoded;
}

/** Strict UTF-8 with a byte order mark kept, so that the parser can refuse it by name. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** An id from an answer goes into a path: it must be one. */
function requireSha(sha: string): void {
  if (!SHA.test(sha)) throw new GitHubError('unexpected', `expected a full git object id, found \`${sha}\``);
}

/** What a cache holds at most: how many, and how much all of them weigh together. */
interface Room<T> {
  readonly most: number;
  readonly weight: number;
  weigh(value: T): number;
}

/** Oldest out first: a `Map` keeps its order of insertion. The newest stays, whatever it weighs. */
export function keep<T>(cache: Map<string, T>, key: string, value: T, { most, weight, weigh }: Room<T>): void {
  cache.set(key, value);
  let held = 0;
  for (const each of cache.values()) held += weigh(each);
  for (const [oldest, each] of cache) {
    if (oldest === key || (cache.size <= most && held <= weight)) return;
    cache.delete(oldest);
    held -= weigh(each);
  }
}
