/** What guardians do with governing files, and who pushes them without leave. */
import { MINUTE } from '../../core/time.ts';
import type { Files } from '../support/memory-git.ts';
import { REPOSITORY } from '../support/memory-github.ts';
import { type Allowed, GUARDIANS, LOCKS, LOOSE, locksFor, REQUESTERS, ROLES, RULES, rulesOf } from './organisation.ts';
import type { Step } from './steps.ts';
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
  const { model } = world;
  world.readmes += 1;
  merge(world, { 'README.md': `Access of acme, ${world.readmes}.\n` }, isApproved);
  if (!isApproved || model.isDiverged) model.isLoosened = true;
  if (!isApproved) world.count('policy-refused');
  if (!model.isDiverged) accept(world);
}

/** Agreed to or not: what does not parse is never in force. */
export function breakFile(world: World, { file, isApproved }: Extract<Step, { is: 'break' }>): void {
  const broken =
    file === 'rules' ? { [RULES]: 'apiVersion: gatepass/v1\nkind: [RuleSet\n' } : { CODEOWNERS: '[Owners\n* !@\n' };
  if (isApproved) merge(world, broken, true);
  else world.github.push(broken);
  world.model.isLoosened = true;
  world.await(file === 'rules' ? 'unparsable' : 'codeowners');
}

/** On files that are not accepted nothing is built. */
export function tighten(world: World, to: 'loose' | 'keep' | 'shrink'): void {
  const { model } = world;
  const allowed: Allowed = to === 'loose' ? LOOSE : { most: 60, onTighten: to };
  if (model.isDiverged || rulesOf(allowed) === rulesOf(world.allowed)) return;
  world.allowed = allowed;
  merge(world, { [RULES]: rulesOf(allowed) }, true);
  accept(world);
  const longest = allowed.most * MINUTE;
  for (const asked of model.asked) {
    if (asked.ends - asked.starts <= longest) continue;
    if (!model.isHeld(asked)) model.doubt(asked);
    if (ROLES[asked.role]?.isAction === true) continue;
    if (to === 'shrink') asked.sure = Math.min(asked.sure, asked.starts + longest);
    if (asked.grant !== null && world.clock < asked.ends) world.await('tightened');
  }
}

function merge(world: World, changes: Readonly<Record<string, string>>, isApproved: boolean): void {
  const number = world.github.open(GUARDIANS[0], changes);
  if (isApproved) world.github.approve(number, GUARDIANS[1]);
  world.github.merge(number);
}

function accept(world: World): void {
  const tip = world.github.git.tip(REPOSITORY.branch);
  world.accepted = governingOf(tip.files);
  world.model.allowedAt.set(tip.sha, world.allowed);
}

export function restore(world: World): void {
  if (!world.model.isLoosened) return;
  const found = governingOf(world.github.git.tip(REPOSITORY.branch).files);
  const changes = [...world.accepted].filter(([path, { text }]) => found.get(path)?.text !== text);
  world.github.push(Object.fromEntries(changes.map(([path, { text }]) => [path, text])));
  world.model.isLoosened = false;
}

/** A lock is put away by itself. */
function governingOf(files: Files): Files {
  return new Map([...files].filter(([path]) => !path.startsWith('requests/') && path !== LOCKS));
}
