/**
 * The app's clock: it knows from the ledger when a sweep is owed next, starts it at that instant, and goes on until the
 * ledger shows the work as done. The schedule of Actions is only its backstop. It changes no grant and believes no run:
 *
 *   something is owed and no run of ours is on its way   → start one
 *   a run is on its way                                  → look again soon
 *   it ended and the ledger still shows the work undone  → start another, later each time
 *   nothing is owed                                      → sleep until something is
 *   nothing can be read                                  → go by what was read last, or start one every five minutes
 *
 * While sweeps are silent it says so, and what is allowed is held (`judge.ts`). It recovers by itself.
 */
import { GitHubError, toGitHubError } from '../github/client.ts';
import { refused, seesAgain } from './clock-alarms.ts';
import type { Gate } from './gate.ts';
import { followed, LONGEST, settle } from './owed-sweep.ts';
import { readPulse } from './pulse.ts';
import { realTimer } from './queue.ts';
import { BLIND, goOnBlind, goOnUnproven, LASTING, restAfter } from './unread-clock.ts';

/** Seconds for one look: a day of the ledger is one request, and eight go at once. */
const LOOK_MOST = 120;

/** One look. Returns the seconds until the next one. INVARIANT: never throws, and ends, so that the clock never stops. */
export async function tick(gate: Gate): Promise<number> {
  const { clock } = gate;
  const look = { isRead: false };
  try {
    const seconds = await inTime(lookAt(gate, look));
    clock.failures = 0;
    return armed(seconds);
  } catch (thrown) {
    gate.log.error({ err: thrown }, 'the clock could not be read, or start a sweep; it is tried again');
    const error = toGitHubError(thrown, 'the clock');
    clock.failures += 1;
    const rest = Math.min(restAfter(error, clock.failures), BLIND);
    if (!look.isRead) return armed(await inTime(goOnBlind(gate, error)).catch(() => rest));
    if (clock.failures >= LASTING) refused(gate, error.message);
    return armed(rest);
  }
}

/** @param look told once the reading is over */
async function lookAt(gate: Gate, look: { isRead: boolean }): Promise<number> {
  // Before the ledger: a run that is over by now has written all that it will.
  const sent = await followed(gate);
  const read = await readPulse(gate);
  look.isRead = true;
  if (read === null) return goOnUnproven(gate);
  seesAgain(gate);
  return settle(gate, read, sent);
}

/** Each request has a limit of its own; this one is for whatever else might never end. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let stop = () => {};
  const late = new Promise<never>((_, reject) => {
    stop = realTimer.after(LOOK_MOST, () => reject(new GitHubError('network', `not over after ${LOOK_MOST} s`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop();
  }
}

function armed(seconds: number): number {
  return Math.min(Math.max(seconds, 1), LONGEST);
}
