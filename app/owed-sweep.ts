/** Starts the sweep that is owed, follows its run, and starts another where the ledger shows the work undone. */
import { type Owed, owedOf } from '../core/ledger/owed.ts';
import { between, DAY, type Instant, MINUTE, plus } from '../core/time.ts';
import { calm } from './alarm.ts';
import { refused, tell } from './clock-alarms.ts';
import type { Sent } from './clock-memory.ts';
import { findRunOf, readRun, startSweep } from './dispatch-sweep.ts';
import type { Gate } from './gate.ts';
import type { ReadPulse } from './pulse.ts';
import { backoff } from './queue.ts';
import { mendWorkflow } from './workflow-state.ts';

/** A timer is armed for no longer: setTimeout cannot count beyond 2^31 - 1 ms, 24.8 days, and would fire at once. */
export const LONGEST = DAY / 1000;
/** A run is looked at again after so many seconds, and given up for lost after so long: the workflow allows ten minutes. */
const POLL = 10;
const RUN_MOST = 15 * MINUTE;
/** Where GitHub names no run, it is given this long. */
const UNNAMED_RUN_MOST = 2 * MINUTE;

/** What the last run says of itself now. */
export async function followed(gate: Gate): Promise<Sent | null> {
  const { sent } = gate.clock;
  if (sent === null || sent.run === null || sent.over !== null) return sent;
  const found = await readRun(gate, sent.run);
  const now = found === null ? { is: 'gone', run: null } : { is: found.is, over: found.isOver ? found.at : null };
  gate.clock.sent = { ...sent, ...now };
  return gate.clock.sent;
}

/** By what was read: starts what is owed, or a run that did not do it anew. Returns the seconds until the next look. */
export async function settle(
  gate: Gate,
  { pulse, now, unread }: ReadPulse,
  before: Sent | null,
  branch: string | null = null,
): Promise<number> {
  const { clock } = gate;
  await tell(gate, pulse, now);
  const owed = owedOf(pulse, now);
  const sent = before === null ? null : givenUp(before, now);
  const since = sent?.at ?? null;
  // What came due after the last run was started needs a run of its own, at once.
  const fresh = owed.find(({ from }) => since === null || from > since) ?? null;
  const stale = owed.find(({ from }) => since !== null && from <= since) ?? null;
  if (sent !== null) clock.sent = stale === null ? { ...sent, attempt: 0 } : sent;
  clock.next = owed[0]?.from ?? null;
  clock.owedSince = clock.next !== null && clock.next <= now ? clock.next : null;
  // What is due later needs a look of its own then, whatever goes on until then.
  const next = owed.find(({ from }) => from > now)?.from ?? null;
  const untilNext = next === null ? LONGEST : secondsUntil(next, now);
  // Its own run comes at once, but where runs have failed, the next ones do not come faster for it.
  const attempt = stale === null || sent === null ? 0 : sent.attempt;
  if (fresh !== null && fresh.from <= now)
    return Math.min(untilNext, await start(gate, fresh, { now, unread, attempt, branch }));
  if (sent === null || stale === null) return untilNext;
  if (sent.over === null) return Math.min(untilNext, POLL);
  const again = plus(sent.over, backoff(sent.attempt, null) * 1000);
  if (again > now) return Math.min(untilNext, secondsUntil(again, now));
  return Math.min(untilNext, await start(gate, stale, { now, unread, attempt: sent.attempt + 1, branch }));
}

/** A run that never ends is over for us. */
function givenUp(sent: Sent, now: Instant): Sent {
  const most = sent.run === null ? UNNAMED_RUN_MOST : RUN_MOST;
  if (sent.over !== null || plus(sent.at, most) > now) return sent;
  return { ...sent, is: sent.run === null ? 'unknown' : `not over after ${most / MINUTE} min`, over: now };
}

interface Start {
  readonly now: Instant;
  readonly unread: string | null;
  readonly attempt: number;
  /** Known, so that it need not be asked for. */
  readonly branch: string | null;
}

async function start(gate: Gate, owed: Owed, { now, unread, attempt, branch }: Start): Promise<number> {
  const { clock } = gate;
  const note = { at: now, why: owed.why, attempt };
  // GitHub may only be slow: a run that waits for its machine would be put back by another one.
  const own = attempt === 0 && unread !== null && isMerge(gate, owed) ? await findRunOf(gate, unread) : null;
  if (own !== null) {
    clock.sent = { ...note, run: own, is: 'found', over: null };
    return POLL;
  }
  const done = await startSweep(gate, branch);
  if (done.is === 'sent') {
    gate.log.warn({ why: owed.why, run: done.run, attempt }, 'a sweep is owed; it is started');
    clock.sent = { ...note, run: done.run, is: 'queued', over: null };
    clock.isMended = false;
    calm(gate, 'sweep-refused');
    return POLL;
  }
  // A workflow that was switched off takes no dispatch: once it is on, it is asked again. Once: GitHub may only say so.
  if ((await mendWorkflow(gate)) === 'mended' && !clock.isMended) {
    clock.isMended = true;
    return 1;
  }
  clock.sent = { ...note, run: null, is: 'refused', over: now };
  refused(gate, done.why);
  return backoff(attempt, null);
}

function isMerge(gate: Gate, owed: Owed): boolean {
  return gate.clock.unread?.expected === owed.from;
}

export function secondsUntil(at: Instant, now: Instant): number {
  return between(now, at) / 1000;
}
