/**
 * The heartbeats' place on GitHub: the branch `gatepass/heartbeat` beside the ledger, one file a zone, each beat a commit
 * on top of the last. A branch and no other ref: only branches are protected by rulesets, and only their pushes are told
 * by webhooks. Which heartbeat counts is not decided here.
 */
import { type Heartbeat, parseHeartbeat, writeHeartbeat } from '../core/ledger/heartbeat.ts';
import { MAIN_ZONE } from '../core/ledger/live.ts';
import { appendToBranch, type BlobCache, listFiles, readBlobs, readBranchTip } from './branch-store.ts';
import type { GitHub, RepositoryName } from './client.ts';

/** A constant, as the ledger's branch is. */
export const HEARTBEAT_BRANCH = 'gatepass/heartbeat';

const FILE = /^heartbeat\/([a-z0-9][a-z0-9-]{0,63})\.json$/;

/** More are not read, and none that is larger: whoever can write to the branch must not keep readers busy. */
const MOST_FILES = 64;
const MOST_BYTES = 4096;

export interface ListedHeartbeats {
  /** Tip of the branch; `null`: no sweep has ever written one, or this token may not see it. */
  readonly commit: string | null;
  /** Blobs by zone: what they said then can be read later. */
  readonly blobs: ReadonlyMap<string, string>;
}

export interface StoredHeartbeats {
  readonly commit: string | null;
  /** By zone, as written. What is no heartbeat of its own zone is left out. */
  readonly beats: ReadonlyMap<string, Heartbeat>;
}

/** Throws `GitHubError`. */
export async function listHeartbeats(github: GitHub, repository: RepositoryName): Promise<ListedHeartbeats> {
  const commit = await readBranchTip(github, repository, HEARTBEAT_BRANCH);
  if (commit === null) return { commit: null, blobs: new Map() };
  const isWanted = (path: string, size: number) => FILE.test(path) && size <= MOST_BYTES;
  const files = await listFiles(github, repository, commit, isWanted);
  return { commit, blobs: new Map([...files].map(([path, blob]) => [FILE.exec(path)?.[1] ?? '', blob])) };
}

/** The main zone's, those of the zones that are named first, then others. Throws `GitHubError`. */
export async function readListed(
  github: GitHub,
  repository: RepositoryName,
  { blobs }: ListedHeartbeats,
  options: { readonly cache?: BlobCache; readonly first?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Heartbeat>> {
  const { cache = new Map(), first = [] } = options;
  const zones = [...new Set([MAIN_ZONE, ...first, ...[...blobs.keys()].sort()])].filter((zone) => blobs.has(zone));
  const wanted = zones.slice(0, MOST_FILES).flatMap((zone) => blobs.get(zone) ?? []);
  const texts = await readBlobs(github, repository, { branch: HEARTBEAT_BRANCH, blobs: wanted }, cache);
  const beats = new Map<string, Heartbeat>();
  for (const zone of zones.slice(0, MOST_FILES).sort()) {
    const beat = parseHeartbeat(texts.get(blobs.get(zone) ?? '') ?? '');
    if (beat?.zone === zone) beats.set(zone, beat);
  }
  return beats;
}

/** Throws `GitHubError`. */
export async function readHeartbeats(
  github: GitHub,
  repository: RepositoryName,
  cache: BlobCache = new Map(),
): Promise<StoredHeartbeats> {
  const listed = await listHeartbeats(github, repository);
  return { commit: listed.commit, beats: await readListed(github, repository, listed, { cache }) };
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
