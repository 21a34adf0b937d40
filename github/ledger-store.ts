/**
 * The ledger's place on GitHub: the branch `gatepass/ledger`, read by tree and blobs, appended to by one commit with
 * compare-and-swap. Knows files and commits; what the lines say, and whether they are true, it leaves to the core.
 */
import type { Head } from '../core/ledger/entry.ts';
import { parseInstant } from '../core/time.ts';
import { call, type GitHub, GitHubError, type RepositoryName, toGitHubError } from './client.ts';
import { fields, list, text } from './read.ts';

/** A constant: no setting can point a reader, or the applier, at another ledger (threat 77). */
export const LEDGER_BRANCH = 'gatepass/ledger';
export const LEDGER_HEAD = 'ledger/head.json';

/** `ledger/2026/11/22.jsonl`: a day in UTC. */
const SEGMENT = /^ledger\/\d{4}\/\d{2}\/\d{2}\.jsonl$/;

export interface LedgerFile {
  readonly path: string;
  readonly text: string;
}

export interface StoredLedger {
  /** Tip of the branch; `null`: there is no such branch, or this token may not see it. */
  readonly commit: string | null;
  /** In order of their days. */
  readonly segments: readonly LedgerFile[];
  /** `null`: absent or malformed. */
  readonly head: Head | null;
}

/** Blobs by id never change; give the same map to later reads and only new segments are fetched. */
export type LedgerCache = Map<string, string>;

/** The ledger at the branch's tip, or as it was at `commit`. Throws `GitHubError`. */
export async function readLedger(
  github: GitHub,
  repository: RepositoryName,
  options: { readonly commit?: string; readonly cache?: LedgerCache } = {},
): Promise<StoredLedger> {
  const commit = options.commit ?? (await readTip(github, repository));
  if (commit === null) return { commit: null, segments: [], head: null };
  const cache = options.cache ?? new Map();
  const files = await listLedgerFiles(github, repository, commit);
  await fetchBlobs(github, repository, [...files.values()], cache);
  const segments = [...files.keys()].filter((path) => SEGMENT.test(path)).sort();
  return {
    commit,
    segments: segments.map((path) => ({ path, text: textAt(files, path, cache) })),
    head: files.has(LEDGER_HEAD) ? parseHead(textAt(files, LEDGER_HEAD, cache)) : null,
  };
}

/** Parents of a ledger commit, first parent first: for walking back to a state that still verifies. */
export async function ledgerParents(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
): Promise<readonly string[]> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...nameOf(repository),
    commit_sha: commit,
  });
  return list(fields(data, 'commit')['parents'], 'commit.parents').map((parent) =>
    text(fields(parent, 'parent')['sha'], 'parent.sha'),
  );
}

export interface LedgerAppend {
  /** The commit that was read; `null`: the branch must not exist yet. */
  readonly expected: string | null;
  /** Whole new contents of the files that change. */
  readonly files: readonly LedgerFile[];
  readonly message: string;
}

/**
 * One commit on top of `expected`, or `lost` when the branch has moved meanwhile. No author is given, so that GitHub
 * signs the commit as the App's. Throws `GitHubError`; after one, the branch either has the commit or it has not.
 */
export async function appendLedger(
  github: GitHub,
  repository: RepositoryName,
  append: LedgerAppend,
): Promise<{ readonly commit: string } | 'lost'> {
  const tree = await writeTree(github, repository, append);
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/git/commits', {
    ...nameOf(repository),
    message: append.message,
    tree,
    parents: append.expected === null ? [] : [append.expected],
  });
  const commit = text(fields(data, 'commit')['sha'], 'commit.sha');
  try {
    await moveBranch(github, repository, append.expected, commit);
    return { commit };
  } catch (error) {
    return settle(github, repository, append.expected, commit, toGitHubError(error, 'the ledger branch'));
  }
}

async function readTip(github: GitHub, repository: RepositoryName): Promise<string | null> {
  try {
    const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...nameOf(repository),
      ref: `heads/${LEDGER_BRANCH}`,
    });
    return text(fields(fields(data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return null;
    throw error;
  }
}

/** Path to blob id, of the head and the segments. */
async function listLedgerFiles(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    ...nameOf(repository),
    tree_sha: commit,
    recursive: '1',
  });
  const answer = fields(data, 'tree');
  if (answer['truncated'] !== false) throw new GitHubError('truncated', `GitHub cut the ledger's tree short`);
  const files = new Map<string, string>();
  for (const item of list(answer['tree'], 'tree.tree')) {
    const entry = fields(item, 'tree entry');
    const path = text(entry['path'], 'tree entry path');
    // Only regular files: a symbolic link's blob is a path, not a segment.
    if (entry['mode'] !== '100644' || (path !== LEDGER_HEAD && !SEGMENT.test(path))) continue;
    files.set(path, text(entry['sha'], 'tree entry sha'));
  }
  return files;
}

const AT_ONCE = 8;

async function fetchBlobs(
  github: GitHub,
  repository: RepositoryName,
  blobs: readonly string[],
  cache: LedgerCache,
): Promise<void> {
  const missing = blobs.filter((blob) => !cache.has(blob));
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    await Promise.all(
      missing.slice(at, at + AT_ONCE).map(async (blob) => {
        const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
          ...nameOf(repository),
          file_sha: blob,
        });
        const answer = fields(data, 'blob');
        const encoding = answer['encoding'] === 'base64' ? 'base64' : 'utf8';
        cache.set(blob, Buffer.from(text(answer['content'], 'blob.content'), encoding).toString('utf8'));
      }),
    );
  }
}

function textAt(files: ReadonlyMap<string, string>, path: string, cache: LedgerCache): string {
  const found = cache.get(files.get(path) ?? '');
  if (found === undefined) throw new GitHubError('inconsistent', `\`${path}\` was listed but not read`);
  return found;
}

function parseHead(written: string): Head | null {
  try {
    const value = JSON.parse(written) as Partial<Record<keyof Head, unknown>> | null;
    if (value === null || value.v !== 1 || !Number.isSafeInteger(value.seq)) return null;
    const at = typeof value.at === 'string' ? parseInstant(value.at) : null;
    const { hash, key, signature } = value;
    if (at === null || typeof hash !== 'string' || typeof key !== 'string' || typeof signature !== 'string')
      return null;
    return { v: 1, seq: value.seq as number, hash, at, key, signature };
  } catch {
    return null;
  }
}

async function writeTree(github: GitHub, repository: RepositoryName, append: LedgerAppend): Promise<string> {
  const base = append.expected === null ? null : await treeOf(github, repository, append.expected);
  const entries = await Promise.all(
    append.files.map(async (file) => ({
      path: file.path,
      mode: '100644',
      type: 'blob',
      sha: await writeBlob(github, repository, file.text),
    })),
  );
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/git/trees', {
    ...nameOf(repository),
    ...(base === null ? {} : { base_tree: base }),
    tree: entries,
  });
  return text(fields(data, 'tree')['sha'], 'tree.sha');
}

async function treeOf(github: GitHub, repository: RepositoryName, commit: string): Promise<string> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...nameOf(repository),
    commit_sha: commit,
  });
  return text(fields(fields(data, 'commit')['tree'], 'commit.tree')['sha'], 'commit.tree.sha');
}

async function writeBlob(github: GitHub, repository: RepositoryName, content: string): Promise<string> {
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/git/blobs', {
    ...nameOf(repository),
    content,
    encoding: 'utf-8',
  });
  return text(fields(data, 'blob')['sha'], 'blob.sha');
}

/** `force: false` is the swap's compare: GitHub refuses (422) what is no fast-forward of the branch. */
async function moveBranch(
  github: GitHub,
  repository: RepositoryName,
  expected: string | null,
  commit: string,
): Promise<void> {
  const name = nameOf(repository);
  if (expected === null) {
    const ref = `refs/heads/${LEDGER_BRANCH}`;
    await call(github, 'POST /repos/{owner}/{repo}/git/refs', { ...name, ref, sha: commit });
  } else {
    const ref = `heads/${LEDGER_BRANCH}`;
    await call(github, 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...name, ref, sha: commit, force: false });
  }
}

/**
 * The move failed, or its answer was lost: only the branch itself can tell. Ours: written. Where it was: the error
 * stands. Anything else: somebody was faster.
 */
async function settle(
  github: GitHub,
  repository: RepositoryName,
  expected: string | null,
  commit: string,
  error: GitHubError,
): Promise<{ readonly commit: string } | 'lost'> {
  const tip = await readTip(github, repository);
  if (tip === commit) return { commit };
  if (tip === expected) throw error;
  return 'lost';
}

function nameOf(repository: RepositoryName): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
