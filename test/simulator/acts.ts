/** One step of a history that is no sweep: people and others do something to the world. */
import { MINUTE } from '../../core/time.ts';
import { changeAccount, changeOwners } from './accounts.ts';
import { extend, giveBack, reuse, review } from './follow-ups.ts';
import { breakFile, govern, lock, restore, tighten, unlock } from './governing.ts';
import { damage, repair } from './ledger-branch.ts';
import { agree, askAll, burst } from './requests.ts';
import type { Step } from './steps.ts';
import { changePlace, changeTarget } from './target-troubles.ts';
import { slotAt, type World } from './world.ts';

type Act = Exclude<Step, { is: 'sweep' }>;

const ACTS: { readonly [Is in Act['is']]: (world: World, step: Extract<Act, { is: Is }>) => void } = {
  ask: askAll,
  extend: (world, { nth }) => extend(world, nth),
  reuse: (world, { nth }) => reuse(world, nth),
  return: giveBack,
  review: (world, { nth }) => review(world, nth),
  lock: (world, { who }) => lock(world, who),
  unlock,
  govern: (world, { isApproved }) => govern(world, isApproved),
  restore,
  hand: (world, { slot, level }) => {
    world.count('drift');
    const [key, value] = slotAt(slot, level);
    if (!world.targets.isGone(key)) world.model.byHand(key, value);
  },
  wait: (world, { minutes }) => {
    if (minutes >= 60) world.count('no-sweep');
    world.advance(minutes * MINUTE);
  },
  damage: (world, { how }) => damage(world, how),
  repair,
  agree: (world, { nth }) => agree(world, nth),
  break: breakFile,
  tighten: (world, { to }) => tighten(world, to),
  account: changeAccount,
  target: changeTarget,
  place: changePlace,
  burst: (world, { minutes }) => burst(world, minutes),
  cancelled: (world) => {
    // What it would have done is left to the next run.
    if (world.model.asked.some(({ isRead }) => !isRead)) world.await('cancelled');
  },
  owners: (world, { how }) => changeOwners(world, how),
};

export function act<Is extends Act['is']>(world: World, step: Extract<Act, { is: Is }>): void {
  ACTS[step.is as Is](world, step);
}
