/** What people do with requests: ask in every way, ask again, give back, and take the file away. */
import { MINUTE } from '../../core/time.ts';
import { REPOSITORY } from '../support/memory-github.ts';
import type { Asked } from './asked.ts';
import { documentOf, OWNERS, REQUESTERS, ROLES, STRANGER } from './organisation.ts';
import type { Step, Way } from './steps.ts';
import type { World } from './world.ts';

interface Wish {
  readonly who: number;
  readonly role: number;
  readonly minutes: number;
  /** Milliseconds since the epoch; `null`: with the merge. */
  readonly starts: number | null;
  readonly way: Way;
  readonly breakGlass: boolean;
}

export function askAll(world: World, step: Extract<Step, { is: 'ask' }>): void {
  const starts = step.startsIn === null ? null : world.clock + step.startsIn * MINUTE;
  for (let place = 0; place < (step.crowd ?? 1); place += 1) {
    ask(world, { ...step, who: (step.who + place) % REQUESTERS.length, starts });
  }
}

function ask(world: World, wish: Wish): void {
  const { who, way, minutes, starts, breakGlass } = wish;
  const role = ROLES[wish.role];
  const user = REQUESTERS[who];
  if (role === undefined || user === undefined) return;
  const { github, model } = world;
  const number = github.pulls.size + 1;
  const path = `requests/${role.path}/r${model.asked.length + 1}.yaml`;
  const startsAt = starts === null ? null : new Date(starts).toISOString();
  const first = documentOf(role, {
    minutes,
    starts: startsAt,
    breakGlass,
    reason: `number ${model.asked.length + 1}`,
  });
  const text = way === 'stale' ? first.replace('number', 'Number') : first;
  if (way === 'push') github.push({ [path]: text });
  else {
    github.open(user, { [path]: first });
    if (way === 'squash' || way === 'merge' || way === 'stale') github.approve(number, OWNERS[0]);
    if (way === 'self-approved') github.approve(number, user);
    if (way === 'stale') github.amend(number, { [path]: text });
    if (way === 'open') return;
    github.merge(number, way === 'merge' ? 'merge' : 'squash');
  }
  const merged = world.clock;
  const begins = starts ?? merged;
  const isOverlap = model.asked.some((other) => other.who === who && other.role === wish.role && other.ends > begins);
  if (isOverlap && !role.isAction) world.count('overlap');
  model.asked.push({
    number: way === 'push' ? 0 : number,
    path,
    text,
    who,
    role: wish.role,
    verdict: verdictOf(wish, role.isAutomatic, merged),
    merged,
    starts: begins,
    ends: begins + minutes * MINUTE,
    returned: null,
    isRemoved: false,
    wasLocked: model.lockedWho === who,
    isOver: false,
    grant: null,
    answer: null,
  });
}

function verdictOf({ way, breakGlass, starts }: Wish, isAutomatic: boolean, merged: number): Asked['verdict'] {
  if (way === 'push') return 'invalid';
  if (breakGlass || (starts !== null && starts < merged)) return 'maybe';
  if (way === 'squash' || way === 'merge') return 'valid';
  return isAutomatic ? 'valid' : 'invalid';
}

/** `nth` from the latest. */
function earlierOf(world: World, nth: number): Asked | undefined {
  return world.model.asked.at(-1 - nth);
}

export function extend(world: World, nth: number): void {
  const earlier = earlierOf(world, nth);
  if (earlier === undefined || earlier.ends <= world.clock) return;
  const minutes = Math.round((earlier.ends - earlier.starts) / MINUTE);
  ask(world, { ...earlier, minutes, starts: earlier.ends, way: 'squash', breakGlass: false });
}

/** Other bytes at a path that asked before: an approved pull request, and still no request. */
export function reuse(world: World, nth: number): void {
  const earlier = earlierOf(world, nth);
  const user = REQUESTERS[earlier?.who ?? 0];
  const role = ROLES[earlier?.role ?? 0];
  if (earlier === undefined || user === undefined || role === undefined) return;
  const number = world.github.pulls.size + 1;
  const text = documentOf(role, { minutes: 60, starts: null, breakGlass: false, reason: `again ${number}` });
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
  const user = REQUESTERS[earlier?.who ?? 0];
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
