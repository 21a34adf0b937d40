/** What guardians do with governing files, and who pushes them without leave. */
import { REPOSITORY } from '../support/memory-github.ts';
import { GUARDIANS, LOCKS, locksFor, REQUESTERS } from './organisation.ts';
import type { World } from './world.ts';

/** By a push that nobody agreed to: it works all the same. */
export function lock(world: World, who: number): void {
  world.github.push({ [LOCKS]: locksFor(REQUESTERS[who]?.login ?? '') });
  world.model.lockedWho = who;
  for (const asked of world.model.asked) if (asked.who === who) asked.wasLocked = true;
}

export function unlock(world: World): void {
  if (world.model.lockedWho === null) return;
  world.github.push({ [LOCKS]: null });
  world.model.lockedWho = null;
}

/** A change of a governing file that is agreed to, or is not, which stops grants until it is put back. */
export function govern(world: World, isApproved: boolean): void {
  const { github, model } = world;
  world.readmes += 1;
  const number = github.open(GUARDIANS[0], { 'README.md': `Access of acme, ${world.readmes}.\n` });
  if (isApproved) github.approve(number, GUARDIANS[1]);
  github.merge(number);
  if (!isApproved || model.isDiverged) model.isLoosened = true;
  if (!isApproved) world.count('policy-refused');
  if (!model.isDiverged) world.accepted = github.git.tip(REPOSITORY.branch).files.get('README.md')?.text ?? '';
}

export function restore(world: World): void {
  if (!world.model.isLoosened) return;
  world.github.push({ 'README.md': world.accepted });
  world.model.isLoosened = false;
}
