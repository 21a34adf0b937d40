/**
 * The ledger's place on GitHub: the branch `gatepass/ledger`, read by tree and blobs, appended to by one commit with
 * compare-and-swap. Knows files and commits; what the lines say, and whether they are true, it leaves to the core.
 */
import type { Head } from '../core/ledger/entry.ts';
import { parseInstant } from '../core/time.ts';
import {
  appendToBranch,
  type BlobCache,
  type BranchAppend,
  type BranchFile,
  listFiles,
  readBlobs,
  readBranchTip,
  textAt,
} from './branch-store.ts';
import { call, type GitHub, type RepositoryName } from './client.ts';
import { fields, list, text } from './read.ts';

/** A constant: no setting can point a reader, or the applier, at another ledger (threat 77). */
export const LEDGER_BRANCH = 'gatepass/ledger';
export const LEDGER_HEAD = 'ledger/head.json';

/** `ledger/2026/11/22.jsonl`: a day in UTC. */
const SEGMENT = /^ledger\/\d{4}\/\d{2}\/\d{2}\.jsonl$/;

export type LedgerFile = BranchFile;

export interface StoredLedger {
  /** Tip of the branch; `null`: there is no such branch, or this token may not see it. */
  readonly commit: string | null;
  /** In order of their days. */
  readonly segments: readonly LedgerFile[];
  /** `null`: absent or malformed. */
  readonly head: Head | null;
}

/** Blobs by id never change; give the same map to later reads and only new segments are fetched. */
export type LedgerCache = BlobCache;

/** The ledger at the branch's tip, or as it was at `commit`. Throws `GitHubError`. */
export async function readLedger(
  github: GitHub,
  repository: RepositoryName,
  options: { readonly commit?: string; readonly cache?: LedgerCache } = {},
): Promise<StoredLedger> {
  const commit = options.commit ?? (await readBranchTip(github, repository, LEDGER_BRANCH));
  if (commit === null) return { commit: null, segments: [], head: null };
  const cache = options.cache ?? new Map();
  const files = await listFiles(github, repository, commit, isOfLedger);
  const texts = await readBlobs(github, repository, { branch: LEDGER_BRANCH, blobs: [...files.values()] }, cache);
  const segments = [...files.keys()].filter((path) => SEGMENT.test(path)).sort();
  return {
    commit,
    segments: segments.map((path) => ({ path, text: textAt(files, path, texts) })),
    head: files.has(LEDGER_HEAD) ? parseHead(textAt(files, LEDGER_HEAD, texts)) : null,
  };
}

/** Parents of a ledger commit, first parent first: for walking back to a state that still verifies. */
export async function ledgerParents(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
): Promise<readonly string[]> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    owner: repository.owner,
    repo: repository.name,
    commit_sha: commit,
  });
  return list(fields(data, 'commit')['parents'], 'commit.parents').map((parent) =>
    text(fields(parent, 'parent')['sha'], 'parent.sha'),
  );
}

export type LedgerAppend = Omit<BranchAppend, 'branch'>;

/** As `appendToBranch`, to the ledger's branch. */
export function appendLedger(
  github: GitHub,
  repository: RepositoryName,
  append: LedgerAppend,
): Promise<{ readonly commit: string } | 'lost'> {
  return appendToBranch(github, repository, { ...append, branch: LEDGER_BRANCH });
}

function isOfLedger(path: string): boolean {
  return path === LEDGER_HEAD || SEGMENT.test(path);
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
