/**
 * What GitHub shows of the sweeps: the heartbeats, then the ledger that they vouch for, and the tip of the default branch.
 * The instant is GitHub's, so a wrong clock of this machine changes nothing. Judges no silence.
 */
import { type Heartbeat, heartbeatFault } from '../core/ledger/heartbeat.ts';
import { type Pulse, zonesIn } from '../core/ledger/owed.ts';
import { replay } from '../core/ledger/replay.ts';
import { later } from '../core/ledger/retry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { type Instant, MINUTE, plus } from '../core/time.ts';
import { call, type GitHub, GitHubError, type RepositoryName, serverDate } from './client.ts';
import { listHeartbeats, readListed } from './heartbeat-store.ts';
import { verifyLedgerSignature } from './ledger-key.ts';
import type { LedgerCache } from './ledger-store.ts';
import type { LedgerRead } from './proven-entries.ts';
import { fields, text } from './read.ts';

export interface PulseAsked {
  readonly access: { readonly github: GitHub; readonly repository: RepositoryName };
  readonly ledger: { readonly github: GitHub; readonly repository: RepositoryName };
  readonly entries: () => Promise<LedgerRead>;
  readonly cache: LedgerCache;
  /** Heartbeats that were proven before: they stand in where those of now cannot be read. `null`: none were. */
  readonly before?: ReadonlyMap<string, Instant> | null;
}

export interface SweepPulse {
  /** Without `unread`: since when, only who watched can say. */
  readonly pulse: Pulse;
  /** The later of GitHub's clock and the ledger's last entry. */
  readonly now: Instant;
  /** Of the default branch. */
  readonly tip: string;
  /** Whether a sweep has read it. */
  readonly isRead: boolean;
}

/** A text: why nothing is known, as a person must mend it. Throws `GitHubError`. */
export async function readSweepPulse(asked: PulseAsked): Promise<SweepPulse | string> {
  const { access, ledger, entries, cache, before = null } = asked;
  // In this order: whatever a heartbeat vouches for is in a ledger that is read afterwards.
  const listed = await bestEffort(before, () => listHeartbeats(ledger.github, ledger.repository));
  const read = await entries();
  if (!read.ok) return read.why;
  const [first, last] = [read.entries[0], read.entries.at(-1)];
  if (first === undefined || last === undefined) return 'the ledger is empty';
  const state = replay(read.entries);
  const { tip, at } = await readTip(access, state);
  const now = later(at, last.at);
  const known = [...zonesIn(state), ...(before?.keys() ?? [])];
  const beats =
    listed === null
      ? null
      : await bestEffort(before, () => readListed(ledger.github, ledger.repository, listed, { cache, first: known }));
  const proven = beats === null ? (before ?? new Map()) : provenBeats([...beats.values()], read, now);
  const pulse = { state, beats: proven, startedAt: first.at, writtenAt: last.at, unread: null };
  return { pulse, now, tip, isRead: tip === (state.read ?? state.genesis?.root.commit) };
}

/**
 * Nobody may keep the ledger from being read by what is on the heartbeats' branch: what lasts counts as no heartbeat, which
 * ends in an alarm. `null`: none could be read.
 */
async function bestEffort<T>(before: PulseAsked['before'], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    // What passes by itself is worth another try where nothing is known yet.
    if (before === null && error instanceof GitHubError && error.isRetryable) throw error;
    return null;
  }
}

/** Nobody's but this ledger's applier's, and none of the future: that one could never be overdue. */
function provenBeats(
  beats: readonly Heartbeat[],
  { opened }: Extract<LedgerRead, { ok: true }>,
  now: Instant,
): ReadonlyMap<string, Instant> {
  const { key } = opened;
  if (key === null) return new Map();
  const good = beats.filter(
    (beat) => beat.at <= plus(now, MINUTE) && heartbeatFault(beat, opened, key, verifyLedgerSignature) === null,
  );
  return new Map(good.map(({ zone, at }) => [zone, at]));
}

async function readTip(
  { github, repository }: PulseAsked['access'],
  { genesis }: LedgerState,
): Promise<{ readonly tip: string; readonly at: Instant }> {
  const response = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
    owner: repository.owner,
    repo: repository.name,
    ref: `heads/${genesis?.repository.defaultBranch ?? ''}`,
  });
  const at = serverDate(response);
  if (at === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return { tip: text(fields(fields(response.data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha'), at };
}
