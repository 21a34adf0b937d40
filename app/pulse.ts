/**
 * What the gate knows of the sweeps, read anew: the heartbeats, then the ledger that they vouch for, and the tip of the
 * default branch. The instant is GitHub's, so a wrong clock of this machine changes nothing.
 */
import { heartbeatFault } from '../core/ledger/heartbeat.ts';
import type { Pulse } from '../core/ledger/owed.ts';
import { replay } from '../core/ledger/replay.ts';
import { later } from '../core/ledger/retry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { type Instant, MINUTE, plus } from '../core/time.ts';
import { call, GitHubError, serverDate } from '../github/client.ts';
import { readHeartbeats, type StoredHeartbeats } from '../github/heartbeat-store.ts';
import { verifyLedgerSignature } from '../github/ledger-key.ts';
import type { LedgerRead } from '../github/proven-entries.ts';
import { fields, text } from '../github/read.ts';
import { fullName, type Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

export interface ReadPulse {
  readonly pulse: Pulse;
  /** The later of GitHub's clock and the ledger's last entry. */
  readonly now: Instant;
  /** Of the default branch, if no sweep has read it. */
  readonly unread: string | null;
}

/** How long GitHub has to start a run for a merge by itself. */
const RUN_WITHIN = 90_000;

/** `null`: the ledger does not prove itself, so nothing is known. Throws `GitHubError`. */
export async function readPulse(gate: Gate): Promise<ReadPulse | null> {
  // In this order: whatever a heartbeat vouches for is in a ledger that is read afterwards.
  const stored = await readHeartbeats(await gate.connect(gate.ledger), gate.ledger, gate.ledgerFiles);
  const ledger = await readEntries(gate);
  const [first, last] = ledger.ok ? [ledger.entries[0], ledger.entries.at(-1)] : [];
  if (!ledger.ok || first === undefined || last === undefined) return null;
  const state = replay(ledger.entries);
  const { tip, at } = await readTip(gate, state);
  const now = later(at, last.at);
  const isRead = tip === (state.read ?? state.genesis?.root.commit);
  const pulse: Pulse = {
    state,
    beats: provenBeats(stored, ledger, now),
    startedAt: first.at,
    writtenAt: last.at,
    unread: isRead ? null : unreadOf(gate, state, tip, now),
  };
  gate.clock.pulse = pulse;
  if (isRead) gate.clock.unread = null;
  return { pulse, now, unread: isRead ? null : tip };
}

/** Nobody's but this ledger's applier's, and none of the future: that one could never be overdue. */
function provenBeats(
  stored: StoredHeartbeats,
  ledger: Extract<LedgerRead, { ok: true }>,
  now: Instant,
): ReadonlyMap<string, Instant> {
  const { key } = ledger.opened;
  const good = [...stored.beats.values()].filter(
    (beat) =>
      key !== null &&
      beat.at <= plus(now, MINUTE) &&
      heartbeatFault(beat, ledger.opened, key, verifyLedgerSignature) === null,
  );
  return new Map(good.map(({ zone, at }) => [zone, at]));
}

/**
 * A merge is known from when this gate first saw it. One that came while a run was already owed for another waits no
 * longer than that one; one that came after it is a merge of its own.
 */
function unreadOf(gate: Gate, { read }: LedgerState, tip: string, now: Instant): NonNullable<Pulse['unread']> {
  const { clock } = gate;
  const before = clock.unread;
  const isCovered = before !== null && clock.sent !== null && clock.sent.at >= before.expected;
  const isSame = before !== null && before.read === read && (before.tip === tip || !isCovered);
  const since = isSame ? before.since : now;
  // In an operations repository no push starts a run.
  const isOwn = fullName(gate.ledger) === fullName(gate.repository);
  const expected = isOwn ? plus(since, RUN_WITHIN) : since;
  clock.unread = { tip, read, since, expected };
  return { since, expected };
}

async function readTip(gate: Gate, { genesis }: LedgerState): Promise<{ readonly tip: string; readonly at: Instant }> {
  const response = await call(await gate.connect(gate.repository), 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    ref: `heads/${genesis?.repository.defaultBranch ?? ''}`,
  });
  const at = serverDate(response);
  if (at === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return { tip: text(fields(fields(response.data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha'), at };
}
