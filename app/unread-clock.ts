/** How the clock goes on where nothing can be read, or nothing that is read can be relied on: what is due is still taken back. */
import { owedOf } from '../core/ledger/owed.ts';
import { type Instant, plus } from '../core/time.ts';
import { type GitHubError, type GitHubResponse, serverDate } from '../github/client.ts';
import { calm } from './alarm.ts';
import { refused, saysBlind } from './clock-alarms.ts';
import { hasLedger, readClock, startSweep } from './dispatch-sweep.ts';
import type { Gate } from './gate.ts';
import { LONGEST, secondsUntil, settle } from './owed-sweep.ts';
import { backoff } from './queue.ts';

/** After an outage, what is due is started this many seconds late at the most. A rest that GitHub asks for ends when something is due. */
const LONGEST_RETRY = 60;
/** So many failures in a row are no hiccup any more. What does not pass by itself is none from the first on. */
export const LASTING = 3;
/** Without anything to tell what is due, a sweep is started every so many seconds. */
export const BLIND = 300;

export function restAfter({ afterSeconds }: GitHubError, failures: number): number {
  return Math.max(afterSeconds ?? 0, Math.min(backoff(failures - 1, null), LONGEST_RETRY));
}

/** The ledger does not prove itself, which has an alarm of its own. What was due is still to be taken back: sweeps go on. */
export async function goOnUnproven(gate: Gate): Promise<number> {
  const { clock } = gate;
  // Perhaps nobody has begun one. After a restart, what the gate witnessed or the branch itself tells.
  const isBegun = clock.pulse !== null || gate.witness.last !== null || (await hasLedger(gate));
  if (isBegun) await startUnasked(gate, await readClock(gate), 'the ledger cannot be relied on', true);
  return BLIND;
}

/**
 * Nothing could be read. What was read last still says what is due when, and even a refusal says what time it is: a
 * removal waits for no outage of ours, nor for a rest that GitHub asks for. A start too many changes nothing.
 */
export async function goOnBlind(gate: Gate, error: GitHubError): Promise<number> {
  const { clock } = gate;
  const { pulse, failures } = clock;
  const isLasting = !error.isRetryable || failures >= LASTING;
  if (isLasting) saysBlind(gate, error.message);
  const rest = restAfter(error, failures);
  try {
    const isLimited = error.code === 'rate-limited';
    const now = dateOf(error) ?? (isLimited ? null : await readClock(gate));
    if (pulse !== null && now !== null) {
      await settle(gate, { pulse, now, unread: null }, clock.sent, isLimited ? clock.branch : null);
      const next = owedOf(pulse, now).find(({ from }) => from > now)?.from ?? null;
      const untilNext = next === null ? LONGEST : secondsUntil(next, now);
      return Math.min(rest, untilNext, clock.owedSince === null ? LONGEST : BLIND);
    }
    if (isLasting) await startUnasked(gate, now, 'the clock cannot read what is due', failures % 5 === LASTING);
  } catch (again) {
    gate.log.error({ err: again }, 'no sweep could be started either; it is tried again');
  }
  return Math.min(rest, BLIND);
}

/** Not more often than every `BLIND` seconds, as far as the time is known; else when it is its turn. */
async function startUnasked(gate: Gate, now: Instant | null, why: string, isTurn: boolean): Promise<void> {
  const { clock } = gate;
  const { sent } = clock;
  if (now === null ? !isTurn : sent !== null && plus(sent.at, BLIND * 1000) > now) return;
  const done = await startSweep(gate);
  gate.log.warn({ is: done.is }, `${why}; a sweep is started all the same`);
  if (done.is === 'refused') refused(gate, done.why);
  else calm(gate, 'sweep-refused');
  if (now === null) return;
  const run =
    done.is === 'sent' ? { run: done.run, is: 'queued', over: null } : { run: null, is: 'refused', over: now };
  clock.sent = { at: now, why, attempt: 0, ...run };
}

/** GitHub's clock, from its refusal; `null`: it did not answer. */
function dateOf({ cause }: GitHubError): Instant | null {
  const { response } = (cause ?? {}) as { response?: Partial<GitHubResponse> };
  return response?.headers === undefined ? null : serverDate({ status: 0, headers: response.headers, data: null });
}
