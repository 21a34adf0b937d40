/**
 * The heartbeats' place on GitHub: the branch `gatepass/heartbeat` beside the ledger, one file a zone, each beat a commit
 * on top of the last. A branch and no other ref: only branches are protected by rulesets, and only their pushes are told
 * by webhooks. Which heartbeat counts is not decided here.
 */
import { type Heartbeat, parseHeartbeat, writeHeartbeat } from '../core/ledger/heartbeat.ts';
import { appendToBranch, type BlobCache, fetchBlobs, listFiles, readBranchTip, textAt } from './branch-store.ts';
import type { GitHub, RepositoryName } from './client.ts';

/** A constant, as the ledger's branch is. */
export const HEARTBEAT_BRANCH = 'gatepass/heartbeat';

const FILE = /^heartbeat\/([a-z0-9][a-z0-9-]{0,63})\.json$/;

export interface StoredHeartbeats {
  /** Tip of the branch; `null`: no sweep has ever written one, or this token may not see it. */
  readonly commit: string | null;
  /** By zone, as written. What is no heartbeat of its own zone is left out. */
  readonly beats: ReadonlyMap<string, Heartbeat>;
}

/** Throws `GitHubError`. */
export async function readHeartbeats(
  github: GitHub,
  repository: RepositoryName,
  cache: BlobCache = new Map(),
): Promise<StoredHeartbeats> {
  const commit = await readBranchTip(github, repository, HEARTBEAT_BRANCH);
  if (commit === null) return { commit: null, beats: new Map() };
  const files = await listFiles(github, repository, commit, (path) => FILE.test(path));
  await fetchBlobs(github, repository, [...files.values()], cache);
  const beats = new Map<string, Heartbeat>();
  for (const path of [...files.keys()].sort()) {
    const beat = parseHeartbeat(textAt(files, path, cache));
    if (beat !== null && beat.zone === FILE.exec(path)?.[1]) beats.set(beat.zone, beat);
  }
  return { commit, beats };
}

/** One commit, or `lost` when the sweep of another zone was faster. Throws `GitHubError`. */
export function appendHeartbeat(
  github: GitHub,
  repository: RepositoryName,
  before: StoredHeartbeats,
  beat: Heartbeat,
): Promise<{ readonly commit: string } | 'lost'> {
  return appendToBranch(github, repository, {
    branch: HEARTBEAT_BRANCH,
    expected: before.commit,
    files: [{ path: `heartbeat/${beat.zone}.json`, text: `${writeHeartbeat(beat)}\n` }],
    message: `heartbeat of ${beat.zone} in sweep ${beat.run}`,
  });
}
