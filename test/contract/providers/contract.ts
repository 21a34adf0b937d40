/**
 * What every provider has to do, whatever its target system. A harness brings the real system, or the look-alike of it,
 * in a state where nothing is granted yet; `held` and the `outside` calls go round the provider.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { parseInstant } from '../../../core/time.ts';
import type { Identity, Io, Provider, ProviderDefinition, SetSlot } from '../../../providers/provider.ts';
import { ProviderError } from '../../../providers/provider.ts';

export interface Harness {
  /** The values of a slot, lowest first. */
  readonly levels: readonly [string, ...string[]];
  readonly io: Io;
  readonly config: JsonObject;
  /** A target that asks for this value. */
  target(value: string): JsonObject;
  /** Somebody the system knows, and somebody whom it does not. */
  readonly who: Identity;
  readonly stranger: Identity;
  /** Secret texts that must never come back in a slot or a message. */
  readonly secrets: readonly string[];
  /** What the system itself says that `who` holds. */
  held(): Promise<string | null>;
  /** Somebody else changes it. */
  setOutside(value: string | null): Promise<void>;
  /** The next change is made, but its answer never comes. */
  loseNextAnswer(): void;
  /** The system turns us away for a while. */
  throttle(isOn: boolean): Promise<void>;
  /** What the slots belong to can no longer be seen. */
  hideParent(isHidden: boolean): Promise<void>;
  /** `who` is called otherwise from now on, and a newcomer takes the old name. Returns what the newcomer holds. */
  rename(): Promise<() => Promise<string | null>>;
  close(): Promise<void>;
}

const UNTIL = parseInstant('2030-01-01T00:00:00Z');

export function providerContract(name: string, definition: ProviderDefinition, start: () => Promise<Harness>): void {
  describe(`the contract, by ${name}`, () => {
    let harness: Harness;
    let provider: Provider;
    beforeEach(async () => {
      harness = await start();
      provider = await definition.open(harness.config, harness.io);
    });
    afterEach(async () => {
      await provider.close();
      await harness.close();
    });

    const change = async (value: string | null): Promise<SetSlot> => {
      const { slot } = await provider.resolve(harness.target(harness.levels[0]), harness.who);
      return { slot, value, until: UNTIL, endSessions: false };
    };
    const observe = async () => {
      const { slot } = await provider.resolve(harness.target(harness.levels[0]), harness.who);
      return (await provider.observe([slot]))[0]?.value;
    };
    const errorOf = async (work: Promise<unknown>): Promise<ProviderError> => {
      const error = await work.then(
        (value) => new Error(`no error but ${JSON.stringify(value)}`),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ProviderError);
      for (const secret of harness.secrets) expect(String(error)).not.toContain(secret);
      return error as ProviderError;
    };

    it('finds nothing to warn of', async () => {
      expect(await provider.check()).toEqual([]);
    });

    it('names a slot by ids, always alike, without secrets', async () => {
      const [value] = harness.levels;
      const first = await provider.resolve(harness.target(value), harness.who);
      const second = await provider.resolve(harness.target(value), harness.who);
      expect(second).toEqual(first);
      expect(first.value).toBe(value);
      expect(first.slot.provider).toBe(definition.type);
      expect(first.slot.key).toMatch(new RegExp(`^${definition.type}:[0-9/]+$`));
      for (const secret of harness.secrets) expect(JSON.stringify(first)).not.toContain(secret);
    });

    it('observes in the order that was asked for', async () => {
      const { slot } = await change(null);
      expect(await provider.observe([])).toEqual([]);
      expect(await provider.observe([slot, slot])).toEqual([
        { slot: slot.key, value: null },
        { slot: slot.key, value: null },
      ]);
    });

    it('ensures, and ensures again without a change', async () => {
      const ensure = await change(harness.levels[0]);
      expect(await provider.set(ensure)).toEqual({ is: 'done', changed: true });
      expect(await harness.held()).toBe(harness.levels[0]);
      expect(await provider.set(ensure)).toEqual({ is: 'done', changed: false });
      expect(await observe()).toBe(harness.levels[0]);
    });

    it('removes, and removes again without a change', async () => {
      await provider.set(await change(harness.levels[0]));
      const remove = await change(null);
      expect(await provider.set(remove)).toEqual({ is: 'done', changed: true });
      expect(await harness.held()).toBeNull();
      expect(await provider.set(remove)).toEqual({ is: 'done', changed: false });
      expect(await observe()).toBeNull();
    });

    it('removes what was never ensured without a change', async () => {
      expect(await provider.set(await change(null))).toEqual({ is: 'done', changed: false });
    });

    it('raises and lowers through all levels', async () => {
      for (const value of [...harness.levels, ...harness.levels.toReversed()]) {
        expect((await provider.set(await change(value))).is).toBe('done');
        expect(await harness.held()).toBe(value);
        expect(await observe()).toBe(value);
      }
    });

    it('sees and repairs what somebody else took away', async () => {
      await provider.set(await change(harness.levels[0]));
      await harness.setOutside(null);
      expect(await observe()).toBeNull();
      expect(await provider.set(await change(harness.levels[0]))).toEqual({ is: 'done', changed: true });
      expect(await observe()).toBe(harness.levels[0]);
    });

    it('sees what somebody else granted', async () => {
      await harness.setOutside(harness.levels[0]);
      expect(await observe()).toBe(harness.levels[0]);
      expect(await provider.set(await change(harness.levels[0]))).toEqual({ is: 'done', changed: false });
    });

    it.each(['grant', 'revoke'] as const)(
      'a lost answer to a %s is of unknown effect, and the next look tells',
      async (what) => {
        const value = what === 'grant' ? harness.levels[0] : null;
        if (value === null) await provider.set(await change(harness.levels[0]));
        const wanted = await change(value);
        harness.loseNextAnswer();
        const error = await errorOf(provider.set(wanted));
        expect({ effect: error.effect, retry: error.retry }).toEqual({ effect: 'unknown', retry: 'backoff' });
        expect(await harness.held()).toBe(value);
        expect(await observe()).toBe(value);
        expect(await provider.set(wanted)).toEqual({ is: 'done', changed: false });
      },
    );

    it('says that waiting helps when it is turned away, and works again after', async () => {
      const wanted = await change(harness.levels[0]);
      await harness.throttle(true);
      const error = await errorOf(provider.set(wanted));
      expect({ effect: error.effect, retry: error.retry }).toEqual({ effect: 'none', retry: 'backoff' });
      await harness.throttle(false);
      expect(await provider.set(wanted)).toEqual({ is: 'done', changed: true });
    });

    it('throws when what the slot belongs to is not to be seen: unknown is not absent', async () => {
      const wanted = await change(harness.levels[0]);
      await provider.set(wanted);
      await harness.hideParent(true);
      await errorOf(provider.observe([wanted.slot]));
      await errorOf(provider.set({ ...wanted, value: null }));
      await harness.hideParent(false);
      expect(await observe()).toBe(harness.levels[0]);
    });

    it('follows the person through a rename, and leaves alone who took the old name', async () => {
      const grant = await change(harness.levels[0]);
      const newcomerHolds = await harness.rename();
      expect((await provider.set(grant)).is).toBe('done');
      expect([await harness.held(), await newcomerHolds()]).toEqual([harness.levels[0], null]);
      expect((await provider.observe([grant.slot]))[0]?.value).toBe(harness.levels[0]);
      expect(await provider.set({ ...grant, value: null })).toEqual({ is: 'done', changed: true });
      expect([await harness.held(), await newcomerHolds()]).toEqual([null, null]);
    });

    it('refuses a person whom the system does not know', async () => {
      const error = await errorOf(provider.resolve(harness.target(harness.levels[0]), harness.stranger));
      expect({ code: error.code, retry: error.retry }).toEqual({ code: 'unknown-principal', retry: 'no' });
    });

    it('refuses a value that the slot cannot take', async () => {
      expect((await errorOf(provider.set(await change('everything')))).code).toBe('configuration');
      expect(await harness.held()).toBeNull();
    });

    it('refuses settings that it does not know', async () => {
      const misspelt = definition.open({ ...harness.config, databse: 'x' }, harness.io);
      expect((await errorOf(misspelt)).message).toContain('`databse`');
      const target = { ...harness.target(harness.levels[0]), rolle: 'x' };
      expect((await errorOf(provider.resolve(target, harness.who))).message).toContain('`rolle`');
    });
  });
}
