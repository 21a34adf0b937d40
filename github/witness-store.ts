/**
 * The witness's place on GitHub: the branch `gatepass/witness` of the access repository, which only the gate's App may
 * write. Reads the newest file, or appends one line; whether a head may be witnessed is not decided here.
 */
import { parseWitness, type WitnessedHead, witnessLine, witnessPath } from '../core/ledger/witness.ts';
import { appendToBranch, type BlobCache, listFiles, readBlobs, readBranchTip, textAt } from './branch-store.ts';
import { type GitHub, GitHubError, type RepositoryName } from './client.ts';

/** A constant, as the ledger's branch is. */
export const WITNESS_BRANCH = 'gatepass/witness';

const FILE = /^witness\/\d{4}\/\d{2}\.jsonl$/;

export interface StoredWitness {
  /** Tip of the branch; `null`: nothing was ever witnessed, or this token may not see it. */
  readonly commit: string | null;
  /** Of the newest month, the oldest first. Each extends the one before, so the last one stands for them all. */
  readonly heads: readonly WitnessedHead[];
  /** The newest file, which the next line goes to the end of; `null`: there is none. */
  readonly file: { readonly path: string; readonly text: string } | null;
}

/** Throws `GitHubError`, also where the newest file does not parse: an unreadable witness is no absent one. */
export async function readWitness(
  github: GitHub,
  repository: RepositoryName,
  cache: BlobCache = new Map(),
): Promise<StoredWitness> {
  const commit = await readBranchTip(github, repository, WITNESS_BRANCH);
  if (commit === null) return { commit: null, heads: [], file: null };
  const files = await listFiles(github, repository, commit, (path) => FILE.test(path));
  const path = [...files.keys()].sort().at(-1);
  if (path === undefined) return { commit, heads: [], file: null };
  const wanted = { branch: WITNESS_BRANCH, blobs: [files.get(path) as string] };
  const file = { path, text: textAt(files, path, await readBlobs(github, repository, wanted, cache)) };
  const parsed = parseWitness([file]);
  if (!parsed.ok) throw new GitHubError('unexpected', `the branch \`${WITNESS_BRANCH}\` is damaged: ${parsed.why}`);
  return { commit, heads: parsed.heads, file };
}

/** One commit with one line more, or `lost` when somebody else was faster. Throws `GitHubError`. */
export function appendWitness(
  github: GitHub,
  repository: RepositoryName,
  before: StoredWitness,
  head: WitnessedHead,
): Promise<{ readonly commit: string } | 'lost'> {
  const path = witnessPath(head.at);
  const text = `${before.file?.path === path ? before.file.text : ''}${witnessLine(head)}\n`;
  return appendToBranch(github, repository, {
    branch: WITNESS_BRANCH,
    expected: before.commit,
    files: [{ path, text }],
    message: `witness entry ${head.seq}`,
  });
}
