/** What people do with what was asked before: prolong it, use its path again, review it, and give it back. */
import { MINUTE } from '../../core/time.ts';
import { REPOSITORY } from '../support/memory-github.ts';
import { changeAccount, impostorOf } from './accounts.ts';
import type { Asked } from './asked.ts';
import { documentOf } from './documents.ts';
import { OWNERS, ROLES, STRANGER } from './organisation.ts';
import { ask, requesterOf } from './requests.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

/** `nth` from the latest. */
function earlierOf(world: World, nth: number): Asked | undefined {
  return world.model.asked.at(-1 - nth);
}

export function extend(world: World, nth: number): void {
  const earlier = earlierOf(world, nth);
  if (earlier === undefined || earlier.ends <= world.clock) return;
  const minutes = Math.round((earlier.ends - earlier.starts) / MINUTE);
  ask(world, { ...earlier, minutes, starts: earlier.ends, startsBy: null, way: 'squash', breakGlass: false });
}

/** Other bytes at a path that asked before: an approved pull request, and still no request. What is over was tidied away first. */
export function reuse(world: World, nth: number): void {
  const earlier = earlierOf(world, nth);
  const user = requesterOf(world, earlier?.who ?? 0);
  const role = ROLES[earlier?.role ?? 0];
  if (earlier === undefined || user === undefined || role === undefined) return;
  if (world.clock >= earlier.ends) giveBack(world, { is: 'return', nth, how: 'deletion' });
  const number = world.github.pulls.size + 1;
  const reason = `again ${number}`;
  const text = documentOf(role, { minutes: 60, starts: null, startsBy: null, breakGlass: false, reason });
  if (earlier.grant !== null && earlier.returned === null && world.clock < earlier.ends) world.count('edited');
  world.github.open(user, { [earlier.path]: text });
  world.github.approve(number, OWNERS[0]);
  world.github.merge(number);
}

export function review(world: World, nth: number): void {
  const earlier = earlierOf(world, nth);
  if (earlier !== undefined && earlier.number > 0)
    world.github.comment(earlier.number, OWNERS[1], '/gatepass reviewed');
}

export function giveBack(world: World, { nth, how }: Extract<Step, { is: 'return' }>): void {
  const { github } = world;
  const earlier = earlierOf(world, nth);
  const user = requesterOf(world, earlier?.who ?? 0);
  if (earlier === undefined || user === undefined || earlier.number === 0) return;
  const { files } = github.git.tip(REPOSITORY.branch);
  switch (how) {
    case 'comment':
      github.comment(earlier.number, user, '/gatepass return');
      earlier.returned ??= world.clock;
      return;
    case 'stranger':
      github.comment(earlier.number, STRANGER, '/gatepass return');
      return;
    case 'impostor':
      changeAccount(world, { is: 'account', who: earlier.who, how: 'renamed' });
      github.comment(earlier.number, impostorOf(earlier.who), '/gatepass return');
      return;
    case 'deletion': {
      if (!files.has(earlier.path)) return;
      const number = github.open(user, { [earlier.path]: null });
      github.merge(number);
      if (files.get(earlier.path)?.text === earlier.text) earlier.returned ??= world.clock;
      earlier.isRemoved = true;
      world.count('returned');
      return;
    }
    case 'push':
      if (!files.has(earlier.path)) return;
      github.push({ [earlier.path]: null });
      earlier.isRemoved = true;
      world.count('deleted');
      return;
  }
}
