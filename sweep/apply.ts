/**
 * Sends what was planned and written down, removals first, then looks again and says what became of each. One failing
 * target changes no other's outcome. A removal is always tried, unless its target asked for time within the last hour, or
 * took all there was; an `ensure` is sent only within its lease and its window, and not to a target that fails again and
 * again.
 */
import type { Body } from '../core/ledger/entry.ts';
import { rank } from '../core/ledger/levels.ts';
import type { Observed } from '../core/reconcile/change.ts';
import type { Instant } from '../core/time.ts';
import { type Outcome, ProviderError } from '../providers/provider.ts';
import type { Intended } from './effects.ts';
import { bounded, failureOf } from './failure.ts';
import { inLanes } from './lanes.ts';
import { observe } from './observe.ts';
import {
  FAILURES_IN_A_ROW,
  isUnsent,
  MOST_RESTS,
  type ProviderPool,
  SHORT_REST,
  type Target,
} from './provider-pool.ts';
import { type SweepWorld, serverNow } from './world.ts';

type OutcomeBody = Extract<Body, { readonly type: 'outcome' }>;

export interface Applied {
  readonly intended: Intended;
  readonly outcome: OutcomeBody;
}

/** In the order of `intended`. Never throws for a provider's sake. */
export async function apply(
  world: SweepWorld,
  pool: ProviderPool,
  intended: readonly Intended[],
  now: Instant,
): Promise<readonly Applied[]> {
  if (intended.length === 0) return [];
  const sent = new Map<Intended, Sent>();
  await inLanes(intended, async (each) => {
    // A fault of ours may come after the call: taken for a try of unknown effect.
    const failed = (error: unknown): Sent => ({ is: 'failed', at: now, why: failureOf(error) });
    sent.set(each, await send(world, pool, each).catch(failed));
  });
  const slots = intended.map(({ effect }) => effect.slot);
  const [observation, confirmed] = await Promise.all([observe(pool, slots, world.zone), nowOr(world, now)]);
  return intended.map((each) => {
    const { key } = each.effect.slot;
    const outcome = conclude(each, sent.get(each) ?? NOT_SENT, observation.seen.get(key), confirmed);
    return { intended: each, outcome };
  });
}

type Sent =
  | { readonly is: 'answered'; readonly at: Instant; readonly answer: Outcome }
  | { readonly is: 'failed'; readonly at: Instant; readonly why: string; readonly notBefore?: Instant }
  /** Nothing was sent. */
  | { readonly is: 'withheld'; readonly why: string; readonly notBefore?: Instant };

const NOT_SENT: Sent = { is: 'withheld', why: 'it was not sent' };

async function send(world: SweepWorld, pool: ProviderPool, intended: Intended): Promise<Sent> {
  if (intended.effect.isBelow === true) return { is: 'withheld', why: 'no more was seen there than it is to hold' };
  for (let rests = 0; ; rests += 1) {
    const sent = await sendOnce(world, pool, intended);
    if (!('rest' in sent)) return sent;
    if (rests === MOST_RESTS || sent.rest > SHORT_REST) {
      const { provider, config } = intended.effect.slot;
      return { is: 'failed', at: sent.at, why: sent.why, notBefore: pool.hold(provider, config, sent.rest) };
    }
    await pool.rest(sent.rest);
  }
}

/** The target asked for so many seconds. */
interface Resting {
  readonly rest: number;
  readonly at: Instant;
  readonly why: string;
}

async function sendOnce(world: SweepWorld, pool: ProviderPool, intended: Intended): Promise<Sent | Resting> {
  const { kind, slot, after, until, because } = intended.effect;
  const target = pool.target(slot.provider, slot.config);
  // A removal has leave from the start: what fails from here on is a try of it.
  let at: Instant | null = kind === 'ensure' ? null : pool.now();
  try {
    const provider = await pool.open(slot.provider, slot.config);
    if (kind === 'ensure') {
      const leave = await mayBegin(world, target, intended);
      if (!leave.may) return { is: 'withheld', why: leave.why };
      at = leave.at;
    }
    if (kind === 'restore') {
      const late = tooLate(intended, await nowOr(world, pool.now()));
      if (late !== null) return { is: 'withheld', why: late };
    }
    // INVARIANT: a target that asks for time without end keeps no removal for good.
    if (intended.effect.isLongUntried === true) pool.release(slot.provider, slot.config);
    // INVARIANT: nothing is awaited between the leave and the call, so that a run that slept learns it here.
    const answer = await provider.set({
      slot,
      value: after,
      until,
      endSessions: because.why === 'locked' || because.why === 'left',
    });
    return { is: 'answered', at: at ?? pool.now(), answer };
  } catch (error) {
    return failed(error, at, target);
  }
}

function failed(error: unknown, at: Instant | null, target: Target): Sent | Resting {
  const why = failureOf(error);
  if (isUnsent(error)) {
    return { is: 'withheld', why, ...(target.heldUntil !== null && { notBefore: target.heldUntil }) };
  }
  if (at === null) return { is: 'withheld', why };
  const rest = restOf(error);
  return rest === null ? { is: 'failed', at, why } : { rest, at, why };
}

/** Seconds that the target asks for; `null`: it asks for none. Source: RFC 9110, section 10.2.3. */
function restOf(error: unknown): number | null {
  return error instanceof ProviderError ? error.afterSeconds : null;
}

type Leave = { readonly may: true; readonly at: Instant } | { readonly may: false; readonly why: string };

/** Threat 83: a stalled sweep that wakes after the lease, or after the end, grants nothing. */
async function mayBegin(world: SweepWorld, target: Target, intended: Intended): Promise<Leave> {
  if (target.failures >= FAILURES_IN_A_ROW) {
    return { may: false, why: `its target failed ${target.failures} times in a row in this sweep` };
  }
  const at = await serverNow(world);
  if (at >= intended.intent.expires) return { may: false, why: `the window had ended at ${intended.intent.expires}` };
  const late = tooLate(intended, at);
  return late === null ? { may: true, at } : { may: false, why: late };
}

/** What it leaves there may be for another grant, and that one be over by now. `null`: it is in time. */
function tooLate({ effect, intent }: Intended, at: Instant): string | null {
  const { kind, until } = effect;
  if (until !== null && at >= until) return `what it leaves there had ended at ${until}`;
  // What stood there before us may be given back whenever it comes.
  const isBound = kind === 'ensure' || until !== null;
  return isBound && at >= intent.lease ? `the sweep took longer than its lease, until ${intent.lease}` : null;
}

async function nowOr(world: SweepWorld, fallback: Instant): Promise<Instant> {
  return serverNow(world).catch(() => fallback);
}

/**
 * | sent | seen as wanted | not seen as wanted | could not be told |
 * |---|---|---|---|
 * | done | done | failed | pending |
 * | pending | done | pending | pending |
 * | refused | done | refused | refused |
 * | failed or withheld | done | failed | failed |
 */
function conclude(intended: Intended, sent: Sent, seen: Observed | undefined, confirmed: Instant): OutcomeBody {
  const { effect, intent } = intended;
  const isSeen = seen !== undefined && !isWaiting(seen) && isAsWanted(intended, seen.value);
  const result = isSeen ? 'done' : resultOf(sent, seen);
  return {
    type: 'outcome',
    intent: intent.id,
    grant: effect.grant,
    effect: effect.kind,
    slot: effect.slot.key,
    result,
    observed: seen?.value ?? null,
    detail: result === 'done' ? noteOf(sent) : bounded(detailOf(sent, seen)),
    due: effect.due,
    issued: issuedAt(sent, confirmed),
    confirmed: isSeen ? confirmed : null,
    ...('notBefore' in sent && { notBefore: sent.notBefore }),
  };
}

/** By the machine's clock since GitHub's was read, so never later than GitHub's own next word. */
function issuedAt(sent: Sent, confirmed: Instant): Instant | null {
  if (sent.is === 'withheld') return null;
  return sent.at > confirmed ? confirmed : sent.at;
}

function isWaiting(seen: Observed): boolean {
  return seen.pending === true;
}

/** A removal is content with less than it wanted: what others took away stays away. */
function isAsWanted({ effect }: Intended, value: string | null): boolean {
  if (effect.kind === 'ensure') return value === effect.after;
  return rank(effect.slot, value) <= rank(effect.slot, effect.after);
}

function resultOf(sent: Sent, seen: Observed | undefined): OutcomeBody['result'] {
  if (sent.is !== 'answered') return 'failed';
  switch (sent.answer.is) {
    case 'done':
      return seen === undefined || isWaiting(seen) ? 'pending' : 'failed';
    case 'pending':
      return 'pending';
    case 'refused':
      return 'refused';
  }
}

function noteOf(sent: Sent): string | null {
  const note = sent.is === 'answered' && sent.answer.is === 'done' ? sent.answer.note : undefined;
  return note === undefined ? null : bounded(note);
}

function detailOf(sent: Sent, seen: Observed | undefined): string {
  if (sent.is !== 'answered') return sent.why;
  switch (sent.answer.is) {
    case 'done':
      return seen === undefined
        ? 'it was done, but could not be seen'
        : `it was done, but ${seen.value ?? 'nothing'} is seen`;
    case 'pending':
      return `the target needs time: ${sent.answer.why}`;
    case 'refused':
      return `the target refused (${sent.answer.why}): ${sent.answer.detail}`;
  }
}
