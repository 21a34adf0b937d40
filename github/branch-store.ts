/**
 * Files on a branch that only we write: read by tree and blobs, appended to by one commit with compare-and-swap. Knows
 * branches, files and commits; what the files say, and whether it is true, is for who asks.
 */
import { call, type GitHub, GitHubError, type RepositoryName, toGitHubError } from './client.ts';
import { fields, list, text } from './read.ts';

export interface BranchFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Blobs by id never change; give the same map to later reads and only new ones are fetched. Of each branch it holds what
 * the last read of it wanted, and no more: a day's file is another blob after each line.
 */
export type BlobCache = Map<string, string>;

/** `null`: there is no such branch, or this token may not see it. */
export async function readBranchTip(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
): Promise<string | null> {
  try {
    const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...nameOf(repository),
      ref: `heads/${branch}`,
    });
    return text(fields(fields(data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return null;
    throw error;
  }
}

/** Path to blob id, of the regular files that are wanted by path and size in bytes. Throws `GitHubError`. */
export async function listFiles(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
  isWanted: (path: string, size: number) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    ...nameOf(repository),
    tree_sha: commit,
    recursive: '1',
  });
  const answer = fields(data, 'tree');
  if (answer['truncated'] !== false) throw new GitHubError('truncated', `GitHub cut the tree of ${commit} short`);
  const files = new Map<string, string>();
  for (const item of list(answer['tree'], 'tree.tree')) {
    const entry = fields(item, 'tree entry');
    const path = text(entry['path'], 'tree entry path');
    // Only regular files: a symbolic link's blob is a path, not a text of ours.
    const size = Number(entry['size'] ?? 0);
    if (entry['mode'] !== '100644' || !isWanted(path, size)) continue;
    files.set(path, text(entry['sha'], 'tree entry sha'));
  }
  return files;
}

const AT_ONCE = 8;

export interface WantedBlobs {
  /** What of this branch was kept before and is not wanted any more is forgotten. */
  readonly branch: string;
  readonly blobs: readonly string[];
}

/** Texts by blob. Throws `GitHubError`. INVARIANT: what one read has is its own, whatever another one forgets meanwhile. */
export async function readBlobs(
  github: GitHub,
  repository: RepositoryName,
  { branch, blobs }: WantedBlobs,
  cache: BlobCache,
): Promise<ReadonlyMap<string, string>> {
  const keyOf = (blob: string): string => `${branch}:${blob}`;
  const texts = new Map<string, string>();
  const missing: string[] = [];
  for (const blob of new Set(blobs)) {
    const known = cache.get(keyOf(blob));
    if (known === undefined) missing.push(blob);
    else texts.set(blob, known);
  }
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const some = missing.slice(at, at + AT_ONCE);
    await Promise.all(some.map(async (blob) => texts.set(blob, await readBlob(github, repository, blob))));
  }
  for (const key of cache.keys()) if (key.startsWith(keyOf(''))) cache.delete(key);
  for (const [blob, text] of texts) cache.set(keyOf(blob), text);
  return texts;
}

async function readBlob(github: GitHub, repository: RepositoryName, blob: string): Promise<string> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    ...nameOf(repository),
    file_sha: blob,
  });
  const answer = fields(data, 'blob');
  const encoding = answer['encoding'] === 'base64' ? 'base64' : 'utf8';
  return Buffer.from(text(answer['content'], 'blob.content'), encoding).toString('utf8');
}

/** Of a file that was listed and read. */
export function textAt(files: ReadonlyMap<string, string>, path: string, texts: ReadonlyMap<string, string>): string {
  const found = texts.get(files.get(path) ?? '');
  if (found === undefined) throw new GitHubError('inconsistent', `\`${path}\` was listed but not read`);
  return found;
}

export interface BranchAppend {
  readonly branch: string;
  /** The commit that was read; `null`: the branch must not exist yet. */
  readonly expected: string | null;
  /** Whole new contents of the files that change. */
  readonly files: readonly BranchFile[];
  readonly message: string;
}

/**
 * One commit on top of `expected`, or `lost` when the branch has moved meanwhile. No author is given, so that GitHub
 * signs the commit as the App's. Throws `GitHubError`; after one, the branch either has the commit or it has not.
 */
export async function appendToBranch(
  github: GitHub,
  repository: RepositoryName,
  append: BranchAppend,
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
    await moveBranch(github, repository, append, commit);
    return { commit };
  } catch (error) {
    return settle(github, repository, append, commit, toGitHubError(error, `the branch ${append.branch}`));
  }
}

async function writeTree(github: GitHub, repository: RepositoryName, append: BranchAppend): Promise<string> {
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
  { branch, expected }: BranchAppend,
  commit: string,
): Promise<void> {
  const name = nameOf(repository);
  if (expected === null) {
    await call(github, 'POST /repos/{owner}/{repo}/git/refs', { ...name, ref: `refs/heads/${branch}`, sha: commit });
  } else {
    const ref = `heads/${branch}`;
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
  { branch, expected }: BranchAppend,
  commit: string,
  error: GitHubError,
): Promise<{ readonly commit: string } | 'lost'> {
  const tip = await readBranchTip(github, repository, branch);
  if (tip === commit) return { commit };
  if (tip === expected) throw error;
  return 'lost';
}

function nameOf(repository: RepositoryName): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
