/** What this gate knows of the sweeps, read anew, with what only it can say: since when a merge waits to be read. */
import type { Pulse } from '../core/ledger/owed.ts';
import { type Instant, plus } from '../core/time.ts';
import { readSweepPulse } from '../github/pulse.ts';
import { fullName, type Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

export interface ReadPulse {
  readonly pulse: Pulse;
  readonly now: Instant;
  /** Tip of the default branch, if no sweep has read it. */
  readonly unread: string | null;
}

/** How long GitHub has to start a run for a merge by itself, in milliseconds. */
const RUN_WITHIN = 90_000;

/** `null`: the ledger does not prove itself, so nothing is known. Throws `GitHubError`. */
export async function readPulse(gate: Gate): Promise<ReadPulse | null> {
  const { repository, ledger, ledgerFiles: cache } = gate;
  const read = await readSweepPulse({
    access: { github: await gate.connect(repository), repository },
    ledger: { github: await gate.connect(ledger), repository: ledger },
    entries: () => readEntries(gate),
    cache,
    before: gate.clock.pulse?.beats ?? null,
  });
  if (typeof read === 'string') return null;
  const { now, tip, isRead } = read;
  gate.clock.unread = isRead ? null : unreadOf(gate, read.pulse.state.read, tip, now);
  const pulse = { ...read.pulse, unread: gate.clock.unread };
  gate.clock.pulse = pulse;
  return { pulse, now, unread: isRead ? null : tip };
}

/**
 * A merge is known from when this gate first saw it. One that came while a run was already owed for another waits no
 * longer than that one; one that came after it is a merge of its own.
 */
function unreadOf(gate: Gate, read: string | null, tip: string, now: Instant): NonNullable<Gate['clock']['unread']> {
  const { unread: before, sent } = gate.clock;
  const isCovered = before !== null && sent !== null && sent.at >= before.expected;
  const isSame = before !== null && before.read === read && (before.tip === tip || !isCovered);
  const since = isSame ? before.since : now;
  // In an operations repository no push starts a run.
  const isOwn = fullName(gate.ledger) === fullName(gate.repository);
  return { tip, read, since, expected: isOwn ? plus(since, RUN_WITHIN) : since };
}
