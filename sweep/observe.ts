/**
 * What the slots of this zone hold now. A slot that cannot be told is left out, so that doubt stays visible; one that
 * cannot be told hides no other.
 */
import type { Slot } from '../core/ledger/entry.ts';
import { targetKey } from '../core/ledger/state.ts';
import type { Observed } from '../core/reconcile/change.ts';
import { type Instant, plus } from '../core/time.ts';
import { ProviderError } from '../providers/provider.ts';
import { failureOf } from './failure.ts';
import { MOST_RESTS, type ProviderPool, SHORT_REST } from './provider-pool.ts';

export interface Observation {
  /** By slot key. */
  readonly seen: ReadonlyMap<string, Observed>;
  /** By slot key: why it could not be told. */
  readonly unseen: ReadonlyMap<string, string>;
}

export async function observe(pool: ProviderPool, slots: readonly Slot[], zone: string): Promise<Observation> {
  const seen = new Map<string, Observed>();
  const unseen = new Map<string, string>();
  const ours = slots.filter((slot) => slot.zone === zone);
  const groups = Map.groupBy(ours, targetKey);
  await Promise.all(
    [...groups.values()].map(async (group) => {
      for (const found of await observeGroup(pool, group).catch((error: unknown) => untold(group, error))) {
        if ('why' in found) unseen.set(found.slot, found.why);
        else seen.set(found.slot, found);
      }
    }),
  );
  return { seen, unseen };
}

/** For the plan: the values alone. */
export function valuesOf(observation: Observation): ReadonlyMap<string, string | null> {
  return new Map([...observation.seen].map(([key, { value }]) => [key, value]));
}

/** For the plan: slots whose value is accepted but not in force, such as an invitation that nobody has taken. */
export function waitingIn(observation: Observation): ReadonlySet<string> {
  return new Set([...observation.seen.values()].filter(({ pending }) => pending === true).map(({ slot }) => slot));
}

type Found = Observed | Untold;

interface Untold {
  readonly slot: string;
  readonly why: string;
}

function untold(slots: readonly Slot[], error: unknown): readonly Untold[] {
  const why = failureOf(error);
  return slots.map(({ key }) => ({ slot: key, why }));
}

/** Slots asked for in one call. */
const AT_ONCE = 1000;
/** Calls that may fail for one target in one look: what cannot be told apart by then is all in doubt. */
const MOST_FAILURES = 200;
/** One look rests no longer than this, by the machine's clock: what is to be sent is waiting. */
const MOST_RESTING = 30_000;

/** What is left of one look at one target. */
interface Patience {
  failures: number;
  rests: number;
  readonly restUntil: Instant;
}

/** Batch after batch: ten thousand slots that are due at once are no reason to ask for all of them in one breath. */
async function observeGroup(pool: ProviderPool, slots: readonly Slot[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  const left = { failures: MOST_FAILURES, rests: MOST_RESTS, restUntil: plus(pool.now(), MOST_RESTING) };
  for (let from = 0; from < slots.length; from += AT_ONCE) {
    found.push(...(await observeBatch(pool, slots.slice(from, from + AT_ONCE), left)));
  }
  return found;
}

/** By halves when it fails for a slot's sake, so that a poisoned one stands alone. A target that is down is asked once. */
async function observeBatch(pool: ProviderPool, slots: readonly Slot[], left: Patience): Promise<readonly Found[]> {
  const [first] = slots;
  if (first === undefined) return [];
  try {
    const provider = await pool.open(first.provider, first.config);
    const seen = new Map((await provider.observe(slots)).map((each) => [each.slot, each]));
    return slots.map((slot) => seen.get(slot.key) ?? { slot: slot.key, why: 'it was not answered' });
  } catch (error) {
    left.failures -= 1;
    const isTargets = error instanceof ProviderError && error.retry === 'backoff';
    if (isTargets && error.afterSeconds !== null) {
      const seconds = error.afterSeconds;
      const isShort = seconds <= SHORT_REST;
      if (isShort && left.rests > 0 && pool.now() < left.restUntil) {
        left.rests -= 1;
        await pool.rest(seconds);
        return observeBatch(pool, slots, left);
      }
      // One that goes on asking for a moment is not seen now; what is to be taken back there is sent all the same.
      if (!isShort) pool.hold(first.provider, first.config, seconds);
    }
    if (slots.length === 1 || isTargets || left.failures <= 0) {
      return untold(slots, error);
    }
    const half = Math.ceil(slots.length / 2);
    const firstHalf = await observeBatch(pool, slots.slice(0, half), left);
    return [...firstHalf, ...(await observeBatch(pool, slots.slice(half), left))];
  }
}
