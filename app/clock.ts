/**
 * The app's clock: it knows from the ledger when a sweep is owed next, starts it at that instant, and goes on until the
 * ledger shows the work as done. The schedule of Actions is only its backstop. It changes no grant and believes no run:
 *
 *   something is owed and no run of ours is on its way   → start one
 *   a run is on its way                                  → look again soon
 *   it ended and the ledger still shows the work undone  → start another, later each time
 *   nothing is owed                                      → sleep until something is
 *
 * While sweeps are silent it says so, and what is allowed is held (`judge.ts`). It recovers by itself.
 */
import {
  heardIn,
  lateIn,
  type Owed,
  owedOf,
  type Pulse,
  type Silence,
  silenceIn,
  zonesIn,
} from '../core/ledger/owed.ts';
import { between, DAY, type Instant, MINUTE, plus } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { alarm, calm } from './alarm.ts';
import { findRunOf, readRun, startSweep, WORKFLOW } from './dispatch-sweep.ts';
import { fullName, type Gate } from './gate.ts';
import { type ReadPulse, readPulse } from './pulse.ts';
import { backoff } from './queue.ts';
import { mendWorkflow } from './workflow-state.ts';

/** The last run that this gate started, or found on its way. */
export interface Sent {
  readonly at: Instant;
  readonly why: string;
  /** `null`: GitHub does not say which, or it was refused. */
  readonly run: number | null;
  /** GitHub's word for how it goes or went; `refused` with the reason in the log. */
  readonly is: string;
  /** When it was seen to be over; `null`: not yet. */
  readonly over: Instant | null;
  /** How many runs before it did not do the same work. */
  readonly attempt: number;
}

/** What the gate remembers of the sweeps; read again whenever something tells of news. */
export interface ClockMemory {
  pulse: Pulse | null;
  /** The merge that no sweep has read, and up to where the ledger had read then. */
  unread: {
    readonly tip: string;
    readonly read: string | null;
    readonly since: Instant;
    readonly expected: Instant;
  } | null;
  sent: Sent | null;
  next: Instant | null;
  owedSince: Instant | null;
  silence: Silence | null;
  /** Looks in a row that failed. */
  failures: number;
}

export function newClock(): ClockMemory {
  return { pulse: null, unread: null, sent: null, next: null, owedSince: null, silence: null, failures: 0 };
}

/** A timer is armed for no longer: setTimeout cannot count beyond 2^31 - 1 ms, 24.8 days, and would fire at once. */
const LONGEST = DAY / 1000;
/** A run is looked at again after so many seconds, and given up for lost after so long: the workflow allows ten minutes. */
const POLL = 10;
const RUN_MOST = 15 * MINUTE;
/** Where GitHub names no run, it is given this long. */
const UNNAMED_RUN_MOST = 2 * MINUTE;
/** An outage must not make the next due instant late by more than this many seconds. */
const LONGEST_RETRY = 60;
/** Without a ledger to read the time from. */
const BLIND = 300;

/** One look. Returns the seconds until the next one. INVARIANT: never throws, so that the clock never stops. */
export async function tick(gate: Gate): Promise<number> {
  const { clock } = gate;
  try {
    // Before the ledger: a run that is over by now has written all that it will.
    const sent = await followed(gate);
    const read = await readPulse(gate);
    const seconds = read === null ? await sleepBlind(gate) : await settle(gate, read, sent);
    clock.failures = 0;
    return Math.min(Math.max(seconds, 1), LONGEST);
  } catch (error) {
    gate.log.error({ err: error }, 'the clock could not be read; it is tried again');
    const asked = error instanceof GitHubError ? error.afterSeconds : null;
    clock.failures += 1;
    return Math.max(asked ?? 0, Math.min(backoff(clock.failures - 1, null), LONGEST_RETRY));
  }
}

/** What the last run says of itself now. */
async function followed(gate: Gate): Promise<Sent | null> {
  const { sent } = gate.clock;
  if (sent === null || sent.run === null || sent.over !== null) return sent;
  const found = await readRun(gate, sent.run);
  const now = found === null ? { is: 'gone', run: null } : { is: found.is, over: found.isOver ? found.at : null };
  gate.clock.sent = { ...sent, ...now };
  return gate.clock.sent;
}

async function settle(gate: Gate, { pulse, now, unread }: ReadPulse, before: Sent | null): Promise<number> {
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
  // Its own run comes at once, but where runs have failed, the next ones do not come faster for it.
  const attempt = stale === null || sent === null ? 0 : sent.attempt;
  if (fresh !== null && fresh.from <= now) return start(gate, fresh, { now, unread, attempt });
  const untilFresh = fresh === null ? LONGEST : secondsUntil(fresh.from, now);
  if (sent === null || stale === null) return untilFresh;
  if (sent.over === null) return Math.min(untilFresh, POLL);
  const again = plus(sent.over, backoff(sent.attempt, null) * 1000);
  if (again > now) return Math.min(untilFresh, secondsUntil(again, now));
  return start(gate, stale, { now, unread, attempt: sent.attempt + 1 });
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
}

async function start(gate: Gate, owed: Owed, { now, unread, attempt }: Start): Promise<number> {
  const { clock } = gate;
  const note = { at: now, why: owed.why, attempt };
  // GitHub may only be slow: a run that waits for its machine would be put back by another one.
  const own = attempt === 0 && unread !== null && isMerge(gate, owed) ? await findRunOf(gate, unread) : null;
  if (own !== null) {
    clock.sent = { ...note, run: own, is: 'found', over: null };
    return POLL;
  }
  const done = await startSweep(gate);
  if (done.is === 'sent') {
    gate.log.warn({ why: owed.why, run: done.run, attempt }, 'a sweep is owed; it is started');
    clock.sent = { ...note, run: done.run, is: 'queued', over: null };
    calm(gate, 'sweep-refused');
    return POLL;
  }
  // A workflow that was switched off takes no dispatch: once it is on, it is asked again.
  if ((await mendWorkflow(gate)) === 'mended') return 1;
  clock.sent = { ...note, run: null, is: 'refused', over: now };
  alarm(gate, {
    key: 'sweep-refused',
    severity: 'critical',
    message: `GitHub does not let the app start a sweep: ${done.why}`,
    next: `give the gate app the permission Actions: write in ${fullName(gate.ledger)}, and see that .github/workflows/${WORKFLOW} is there and takes workflow_dispatch; the schedule goes on`,
  });
  return backoff(attempt, null);
}

function isMerge(gate: Gate, owed: Owed): boolean {
  return gate.clock.unread?.expected === owed.from;
}

/** The ledger does not prove itself, which has an alarm of its own. What was due is still to be taken back: sweeps go on. */
async function sleepBlind(gate: Gate): Promise<number> {
  // Never read since the start: perhaps nobody has begun one.
  if (gate.clock.pulse === null) return BLIND;
  const { is } = await startSweep(gate);
  gate.log.warn({ is }, 'the ledger cannot be relied on; a sweep is started all the same');
  return BLIND;
}

/** Alarms, and a new look at what is open when silence begins or ends. */
async function tell(gate: Gate, pulse: Pulse, now: Instant): Promise<void> {
  const { clock } = gate;
  const silence = silenceIn(pulse, zonesIn(pulse.state), now);
  const wasSilent = clock.silence !== null;
  clock.silence = silence;
  if (silence === null) calm(gate, 'sweep-silent');
  else {
    alarm(gate, {
      key: 'sweep-silent',
      severity: 'critical',
      message: silence.why,
      next: `look at the runs of ${WORKFLOW} in ${fullName(gate.ledger)} and run \`gatepass doctor\`; nothing new is granted until a sweep is heard, and what is over is not taken back`,
    });
  }
  const late = lateIn(pulse, now);
  if (late === null) calm(gate, 'sweep-late');
  else {
    const last = clock.sent === null ? 'none was started yet' : `the last one: ${clock.sent.is}`;
    alarm(gate, {
      key: 'sweep-late',
      severity: 'warning',
      message: `a sweep is late: ${late.why}, and zone ${late.zone} was last heard at ${heardIn(pulse)(late.zone)}`,
      next: `the app goes on starting sweeps (${last}); look at the runs of ${WORKFLOW} in ${fullName(gate.ledger)}`,
    });
  }
  if (wasSilent !== (silence !== null)) gate.enqueueAll();
}

function secondsUntil(at: Instant, now: Instant): number {
  return between(now, at) / 1000;
}
