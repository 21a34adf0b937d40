/**
 * Sends what was planned and written down, removals first, then looks again and says what became of each. One failing
 * target changes no other's outcome. A removal is always sent; an `ensure` only within its lease and its window.
 */
import type { Body } from '../core/ledger/entry.ts';
import { rank } from '../core/ledger/levels.ts';
import type { Observed } from '../core/reconcile/change.ts';
import type { Instant } from '../core/time.ts';
import type { Outcome } from '../providers/provider.ts';
import type { Intended } from './effects.ts';
import { bounded, failureOf } from './failure.ts';
import { observe } from './observe.ts';
import { type ProviderPool, providerKey } from './provider-pool.ts';
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
  const endings = intended.filter(({ effect }) => effect.kind !== 'ensure');
  const sent = new Map<Intended, Sent>();
  await sendAll(pool, endings, sent, async () => ({ may: true, at: now }));
  const beginnings = intended.filter(({ effect }) => effect.kind === 'ensure');
  await sendAll(pool, beginnings, sent, (each) => mayBegin(world, each));
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
  | { readonly is: 'failed'; readonly at: Instant; readonly why: string }
  /** Nothing was sent. */
  | { readonly is: 'withheld'; readonly why: string };

const NOT_SENT: Sent = { is: 'withheld', why: 'it was not sent' };

type Leave = { readonly may: true; readonly at: Instant } | { readonly may: false; readonly why: string };

/** Targets side by side, the slots of one target in order: a target may not bear more. */
async function sendAll(
  pool: ProviderPool,
  intended: readonly Intended[],
  sent: Map<Intended, Sent>,
  leave: (intended: Intended) => Promise<Leave>,
): Promise<void> {
  const groups = Map.groupBy(intended, ({ effect }) => providerKey(effect.slot.provider, effect.slot.config));
  await Promise.all(
    [...groups.values()].map(async (group) => {
      for (const each of group) sent.set(each, await send(pool, each, leave));
    }),
  );
}

async function send(
  pool: ProviderPool,
  intended: Intended,
  leave: (intended: Intended) => Promise<Leave>,
): Promise<Sent> {
  const { slot, after, until, because } = intended.effect;
  let at: Instant | null = null;
  try {
    const provider = await pool.open(slot.provider, slot.config);
    // INVARIANT: nothing is awaited between this and the call, so that a run that slept learns it here.
    const given = await leave(intended);
    if (!given.may) return { is: 'withheld', why: given.why };
    at = given.at;
    const answer = await provider.set({ slot, value: after, until, endSessions: because.why === 'locked' });
    return { is: 'answered', at, answer };
  } catch (error) {
    return at === null ? { is: 'withheld', why: failureOf(error) } : { is: 'failed', at, why: failureOf(error) };
  }
}

/** Threat 83: a stalled sweep that wakes after the lease, or after the end, grants nothing. */
async function mayBegin(world: SweepWorld, { intent }: Intended): Promise<Leave> {
  const at = await serverNow(world);
  if (at >= intent.expires) return { may: false, why: `the window had ended at ${intent.expires}` };
  if (at >= intent.lease) return { may: false, why: `the sweep took longer than its lease, until ${intent.lease}` };
  return { may: true, at };
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
    detail: result === 'done' ? null : bounded(detailOf(sent, seen)),
    due: effect.due,
    issued: sent.is === 'withheld' ? null : sent.at,
    confirmed: isSeen ? confirmed : null,
  };
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
