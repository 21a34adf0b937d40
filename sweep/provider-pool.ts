/**
 * Providers opened once a sweep for each configuration, each behind a guard, and closed at its end. The guard bounds how
 * long a target keeps us waiting, leaves one alone that asked for time, and counts what fails in a row. What a call is
 * for, and what follows from its failure, is not its business.
 */
import type { JsonObject } from '../core/json.ts';
import { LONGEST_WAIT } from '../core/ledger/retry.ts';
import { targetKey } from '../core/ledger/state.ts';
import { between, type Instant, plus } from '../core/time.ts';
import { type Provider, ProviderError } from '../providers/provider.ts';
import { type Alarm, alarmOf, within } from './time-limit.ts';
import type { SweepWorld } from './world.ts';

export interface Target {
  /** Changes that failed since the last that did not. */
  readonly failures: number;
  /** It asked not to be called before this, in this sweep or an earlier one; `null`: it may be called. */
  readonly heldUntil: Instant | null;
}

export interface ProviderPool {
  /** Throws what opening throws, each time: a configuration that is wrong stays wrong. */
  open(type: string, config: JsonObject): Promise<Provider>;
  /** The trusted instant of this round, and what targets asked for in earlier sweeps. */
  begin(now: Instant, waits: ReadonlyMap<string, Instant>): void;
  /** The trusted instant, moved on by the machine's clock: when a call is sent. */
  now(): Instant;
  target(type: string, config: JsonObject): Target;
  /** Leaves the target alone for so long, as it asks, an hour at most, whatever number it said. Returns until when. */
  hold(type: string, config: JsonObject, seconds: number): Instant;
  /** It is called again, though it asked for time. */
  release(type: string, config: JsonObject): void;
  /** Waits so many seconds, as a target asked. */
  rest(seconds: number): Promise<void>;
  /** Never throws: what a provider cannot close, the end of the process will. */
  close(): Promise<void>;
}

/** One call, all its requests included. */
const CALL_LIMIT = 60_000;
/** One change of a target that has failed so often in a row that the next is hardly worth the wait. */
const SHORT_LIMIT = 10_000;
export const FAILURES_IN_A_ROW = 3;
/** A target that asks for no more seconds than this is waited for, so often; else it is left alone by the whole sweep. */
export const SHORT_REST = 10;
export const MOST_RESTS = 3;
/** All changes of one target in one sweep: less than a lease. What is left is first in the next sweep. */
const TARGET_LIMIT = 5 * 60_000;
const CLOSE_LIMIT = 5_000;

interface Guarded {
  failures: number;
  heldUntil: Instant | null;
  /** Set with the first change. */
  budget: Alarm | null;
  isSpent: boolean;
}

export function providerPool(world: SweepWorld): ProviderPool {
  const opened = new Map<string, Promise<Provider>>();
  const targets = new Map<string, Guarded>();
  let start: { readonly now: Instant; readonly local: Instant | null } | null = null;

  const now = (): Instant => {
    if (start === null) throw new TypeError('the pool was not told the time');
    const passed = start.local === null ? 0 : between(start.local, world.localNow?.() ?? start.local);
    return plus(start.now, Math.max(0, passed));
  };
  const targetOf = (key: string): Guarded => {
    const known = targets.get(key) ?? { failures: 0, heldUntil: null, budget: null, isSpent: false };
    targets.set(key, known);
    return known;
  };
  return {
    open: (type, config) => {
      const key = targetKey({ provider: type, config });
      const known = opened.get(key);
      if (known !== undefined) return known;
      const opening = within(world, CALL_LIMIT, `opening ${type}`, world.openProvider(type, config)).then((provider) =>
        guarded(world, type, provider, targetOf(key)),
      );
      opened.set(key, opening);
      return opening;
    },
    begin: (at, waits) => {
      start = { now: at, local: world.localNow?.() ?? null };
      for (const [key, until] of waits) if (until > at) targetOf(key).heldUntil = until;
    },
    now,
    target: (type, config) => targetOf(targetKey({ provider: type, config })),
    hold: (type, config, seconds) => {
      // INVARIANT: any number makes an instant that a ledger takes.
      const wait = seconds * 1000 < LONGEST_WAIT ? Math.max(0, seconds * 1000) : LONGEST_WAIT;
      const until = plus(now(), wait);
      targetOf(targetKey({ provider: type, config })).heldUntil = until;
      return until;
    },
    release: (type, config) => {
      targetOf(targetKey({ provider: type, config })).heldUntil = null;
    },
    rest: async (seconds) => world.pause(Math.max(0, seconds) * 1000),
    close: async () => {
      for (const { budget } of targets.values()) budget?.cancel();
      const providers = await Promise.allSettled(opened.values());
      await Promise.allSettled(
        providers.map((each) =>
          each.status === 'fulfilled' ? within(world, CLOSE_LIMIT, 'closing', each.value.close()) : undefined,
        ),
      );
    },
  };
}

function guarded(world: SweepWorld, type: string, provider: Provider, target: Guarded): Provider {
  const bounded = async <T>(what: string, limit: number, work: () => Promise<T>): Promise<T> => {
    if (target.heldUntil !== null) throw held(type, target.heldUntil);
    return within(world, limit, `${type} (${what})`, work());
  };
  const { inventory } = provider;
  return {
    check: () => bounded('check', CALL_LIMIT, () => provider.check()),
    resolve: (wanted, who) => bounded('resolve', CALL_LIMIT, () => provider.resolve(wanted, who)),
    observe: (slots) => bounded('observe', CALL_LIMIT, () => provider.observe(slots)),
    ...(inventory && {
      inventory: (known) => bounded('inventory', CALL_LIMIT, () => inventory.call(provider, known)),
    }),
    set: async (change) => {
      startBudget(world, target);
      if (target.isSpent) throw outOfTime(type);
      const limit = target.failures < FAILURES_IN_A_ROW ? CALL_LIMIT : SHORT_LIMIT;
      try {
        const outcome = await bounded('set', limit, () => provider.set(change));
        target.failures = 0;
        return outcome;
      } catch (error) {
        if (!isUnsent(error)) target.failures += 1;
        throw error;
      }
    },
    close: () => provider.close(),
  };
}

function startBudget(world: SweepWorld, target: Guarded): void {
  if (target.budget !== null) return;
  target.budget = alarmOf(world, TARGET_LIMIT);
  target.budget.over.then(() => {
    target.isSpent = true;
  });
}

function held(type: string, until: Instant): ProviderError {
  return new ProviderError('held', `${type} asked not to be called before ${until}`, { retry: 'backoff' });
}

function outOfTime(type: string): ProviderError {
  const message = `${type} took all the time that one sweep has for it; the next sweep begins here`;
  return new ProviderError('out-of-time', message, { retry: 'backoff' });
}

/** Whether the guard kept the call from being made. */
export function isUnsent(error: unknown): boolean {
  return error instanceof ProviderError && (error.code === 'held' || error.code === 'out-of-time');
}
