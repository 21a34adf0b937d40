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
import { GitHubError, type GitHubResponse, serverDate, toGitHubError } from '../github/client.ts';
import { alarm, calm } from './alarm.ts';
import { findRunOf, hasLedger, readClock, readRun, startSweep, WORKFLOW } from './dispatch-sweep.ts';
import { fullName, type Gate } from './gate.ts';
import { type ReadPulse, readPulse } from './pulse.ts';
import { backoff, realTimer } from './queue.ts';
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
  /** Why nothing could be read, as the alarm says; `null`: the last look could. */
  blind: string | null;
  /** The workflow was switched on, and has taken no dispatch since. */
  isMended: boolean;
  /** Default branch of the sweep's repository, as last seen: a start at a limit spends no call to ask. */
  branch: string | null;
  /** Zones that requests are held for, and when one last was: they may hold nothing yet, so the ledger does not name them. */
  readonly held: Map<string, Instant>;
}

export function newClock(): ClockMemory {
  return {
    pulse: null,
    unread: null,
    sent: null,
    next: null,
    owedSince: null,
    silence: null,
    failures: 0,
    blind: null,
    isMended: false,
    branch: null,
    held: new Map(),
  };
}

/** A timer is armed for no longer: setTimeout cannot count beyond 2^31 - 1 ms, 24.8 days, and would fire at once. */
const LONGEST = DAY / 1000;
/** A run is looked at again after so many seconds, and given up for lost after so long: the workflow allows ten minutes. */
const POLL = 10;
const RUN_MOST = 15 * MINUTE;
/** Where GitHub names no run, it is given this long. */
const UNNAMED_RUN_MOST = 2 * MINUTE;
/** After an outage, what is due is started this many seconds late at the most. A rest that GitHub asks for ends when something is due. */
const LONGEST_RETRY = 60;
/** So many failures in a row are no hiccup any more. What does not pass by itself is none from the first on. */
const LASTING = 3;
/** Without anything to tell what is due, a sweep is started every so many seconds. */
const BLIND = 300;
/** Seconds for one look: a day of the ledger is one request, and eight go at once. */
const LOOK_MOST = 120;
/** A request that is held is looked at every ten minutes; one that is not any more is gone. */
const HELD_MOST = 15 * MINUTE;

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

function restAfter({ afterSeconds }: GitHubError, failures: number): number {
  return Math.max(afterSeconds ?? 0, Math.min(backoff(failures - 1, null), LONGEST_RETRY));
}

function armed(seconds: number): number {
  return Math.min(Math.max(seconds, 1), LONGEST);
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

async function settle(
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

function refused(gate: Gate, why: string): void {
  alarm(gate, {
    key: 'sweep-refused',
    severity: 'critical',
    message: `GitHub does not let the app start a sweep: ${why}`,
    next: `give the gate app the permission Actions: write in ${fullName(gate.ledger)}, and see that .github/workflows/${WORKFLOW} is there and takes workflow_dispatch; the schedule goes on`,
  });
}

function isMerge(gate: Gate, owed: Owed): boolean {
  return gate.clock.unread?.expected === owed.from;
}

/** The ledger does not prove itself, which has an alarm of its own. What was due is still to be taken back: sweeps go on. */
async function goOnUnproven(gate: Gate): Promise<number> {
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
async function goOnBlind(gate: Gate, error: GitHubError): Promise<number> {
  const { clock } = gate;
  const { pulse, failures } = clock;
  const isLasting = !error.isRetryable || failures >= LASTING;
  if (isLasting) saysBlind(gate, error);
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

function saysBlind(gate: Gate, error: GitHubError): void {
  gate.clock.blind = error.message;
  alarm(gate, {
    key: 'clock-blind',
    severity: 'critical',
    message: `the app cannot read what is due: ${error.message}`,
    next: `it starts sweeps by what it read last, or every five minutes; see that the default branch of ${fullName(gate.repository)} and the branches gatepass/ledger and gatepass/heartbeat of ${fullName(gate.ledger)} are as they were, and that the gate app may read them`,
  });
}

function seesAgain(gate: Gate): void {
  gate.clock.blind = null;
  calm(gate, 'clock-blind');
}

/** Alarms, and a new look at what is open when silence begins or ends. */
async function tell(gate: Gate, pulse: Pulse, now: Instant): Promise<void> {
  const { clock } = gate;
  const silence = silenceIn(pulse, [...zonesIn(pulse.state), ...clock.held.keys()], now);
  const wasSilent = clock.silence !== null;
  const isHeardAnew = heldIsOver(clock, pulse, now);
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
  if (isHeardAnew || wasSilent !== (silence !== null)) gate.enqueueAll();
}

/** Whether something that was held need not be any more. */
function heldIsOver({ held }: ClockMemory, pulse: Pulse, now: Instant): boolean {
  let isOver = false;
  for (const [zone, at] of held) {
    const isHeard = silenceIn(pulse, [zone], now) === null;
    if (isHeard || plus(at, HELD_MOST) <= now) held.delete(zone);
    isOver ||= isHeard;
  }
  return isOver;
}

function secondsUntil(at: Instant, now: Instant): number {
  return between(now, at) / 1000;
}
