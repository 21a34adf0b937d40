/**
 * Worlds that can do less, by what they are made of and not by a flag that somebody has to ask: one that only takes back,
 * for the day when GitHub Actions is down and a person runs the sweep, and one that only looks, for `--plan`.
 */
import type { Slot } from '../core/ledger/entry.ts';
import { rank } from '../core/ledger/levels.ts';
import { type Provider, ProviderError, type SetSlot } from '../providers/provider.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

/** Nothing begins: the plan is told so, no workflow can be started, and no target can be raised. */
export function removingOnly(world: SweepWorld): SweepWorld {
  return {
    ...world,
    attest: async () => [REVOKES_ONLY, ...(await world.attest())],
    openProvider: async (type, config) => loweringOnly(await world.openProvider(type, config)),
    runner: { ...world.runner, start: () => refuse('this sweep only takes back: it starts no workflow') },
  };
}

/** It is in the ledger while it lasts, and closed by the next sweep that may grant. */
const REVOKES_ONLY: Stop = {
  key: 'revokes-only',
  severity: 'warning',
  message: 'somebody runs sweeps that only take back (`gatepass sweep --revokes-only`); grants wait',
  next: 'nothing: the next ordinary sweep grants again, and closes this',
};

/** For the reading half of a sweep alone. */
export function lookingOnly(world: SweepWorld): SweepWorld {
  return {
    ...world,
    openProvider: async (type, config) => {
      const provider = await world.openProvider(type, config);
      return { ...provider, set: () => refuse('this only looks: nothing is set') };
    },
    runner: { ...world.runner, start: () => refuse('this only looks: no workflow is started') },
    signer: { ...world.signer, sign: () => unsigned() },
  };
}

function loweringOnly(provider: Provider): Provider {
  return {
    ...provider,
    set: async (change) => {
      if (change.value !== null) await assertLowers(provider, change, change.value);
      return provider.set(change);
    },
  };
}

/** Emptying a slot lowers it whatever it holds; any other value only if the slot is seen to hold more. */
async function assertLowers(provider: Provider, { slot }: SetSlot, value: string): Promise<void> {
  const held = await heldIn(provider, slot);
  if (rank(slot, held) > rank(slot, value)) return;
  await refuse(`${slot.label} holds ${held ?? 'nothing'}, and this sweep only takes back`);
}

async function heldIn(provider: Provider, slot: Slot): Promise<string | null> {
  const seen = (await provider.observe([slot])).find((each) => each.slot === slot.key);
  return seen === undefined ? refuse(`what ${slot.label} holds could not be told`) : seen.value;
}

async function refuse(why: string): Promise<never> {
  throw new ProviderError('restricted', why);
}

function unsigned(): never {
  throw new TypeError('this only looks: nothing is signed');
}
