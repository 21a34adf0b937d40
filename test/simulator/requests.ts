/** How people ask: by leave, and in every way that is none. */
import { HOUR, MINUTE } from '../../core/time.ts';
import { GATE, type MemoryUser } from '../support/memory-github.ts';
import { changeAccount, impostorOf } from './accounts.ts';
import type { Asked } from './asked.ts';
import { documentOf, malformed } from './documents.ts';
import { LOOSE, OWNERS, REQUESTERS, ROLES, type Role, RULES, rulesOf } from './organisation.ts';
import type { Step, Way } from './steps.ts';
import type { World } from './world.ts';

/** A repository that is nobody's here. */
const ELSEWHERE = 7777;

/** Of the ways to the default branch that are not by leave: the fault that each of them is. */
const FAULT_OF: Readonly<Partial<Record<Way, string>>> = {
  unapproved: 'bypass',
  'self-approved': 'bypass',
  push: 'bypass',
  stale: 'pushed-after',
  fork: 'fork',
  mixed: 'mixed',
  'other-bytes': 'other-bytes',
  reverting: 'other-bytes',
  zoneless: 'zoneless',
  absurd: 'absurd',
  hostile: 'hostile',
  impostor: 'recycled',
};

/** What a rule without approvals allows all the same. */
const NO_MATTER: ReadonlySet<Way> = new Set(['unapproved', 'self-approved', 'stale']);
const BY_LEAVE: ReadonlySet<Way> = new Set(['squash', 'merge', 'waiting']);

export interface Wish {
  readonly who: number;
  readonly role: number;
  readonly minutes: number;
  /** Milliseconds since the epoch; `null`: with the merge. */
  readonly starts: number | null;
  readonly startsBy: number | null;
  readonly way: Way;
  readonly breakGlass: boolean;
}

/** A pull request that nobody agreed to yet. */
export interface Waiting {
  readonly number: number;
  readonly path: string;
  readonly text: string;
  readonly wish: Wish;
  readonly opened: number;
}

export function askAll(world: World, step: Extract<Step, { is: 'ask' }>): void {
  const after = (minutes: number | null | undefined) => (minutes == null ? null : world.clock + minutes * MINUTE);
  const starts = after(step.startsIn);
  const by = after(step.startsBy);
  const startsBy = by === null ? null : Math.max(by, starts ?? 0);
  for (let place = 0; place < (step.crowd ?? 1); place += 1) {
    ask(world, { ...step, who: (step.who + place) % REQUESTERS.length, starts, startsBy });
  }
}

export function ask(world: World, wish: Wish): void {
  const { who, way } = wish;
  const role = ROLES[wish.role];
  if (way === 'impostor') changeAccount(world, { is: 'account', who, how: 'renamed' });
  const user = way === 'impostor' ? impostorOf(who) : requesterOf(world, who);
  if (role === undefined || user === undefined) return;
  const { github } = world;
  const number = github.pulls.size + 1;
  world.names += 1;
  const path = `requests/${role.path}/r${world.names}.yaml`;
  const first = textOf(world, role, wish);
  const text = way === 'stale' ? first.replace('number', 'Number') : first;
  if (way === 'push') {
    github.push({ [path]: text });
    put(world, { number: 0, path, text, wish });
    return;
  }
  github.open(
    user,
    way === 'mixed' ? { [path]: first, [RULES]: `${rulesOf(LOOSE, '[]')}# ${world.names}\n` } : { [path]: first },
  );
  if (way === 'waiting') {
    world.waiting.push({ number, path, text, wish, opened: world.clock });
    return;
  }
  const pull = github.pulls.get(number);
  if (way === 'fork' && pull !== undefined) pull.headRepository = ELSEWHERE;
  if (way === 'self-approved') github.approve(number, user);
  else if (way !== 'unapproved' && way !== 'open') github.approve(number, approverOf(world));
  if (way === 'stale') github.amend(number, { [path]: text });
  if (way === 'open') return;
  github.merge(number, way === 'merge' ? 'merge' : 'squash', GATE, besides(world, wish, { path, text }));
  if (way === 'mixed') world.model.isLoosened = true;
  put(world, { number, path, text, wish });
}

export function requesterOf({ accounts }: World, who: number): MemoryUser | undefined {
  const user = REQUESTERS[who];
  return user === undefined ? undefined : accounts.get(user);
}

/** Whoever was asked approves, though nobody counts. */
function approverOf({ accounts }: World): MemoryUser {
  return accounts.owners[0] ?? OWNERS[0];
}

function textOf(world: World, role: Role, { way, minutes, starts, startsBy, breakGlass }: Wish): string {
  const reason = `number ${world.names}`;
  const instant = (at: number | null) => (at === null ? null : world.written(at));
  const text = documentOf(role, {
    minutes,
    starts: instant(starts),
    startsBy: instant(startsBy),
    breakGlass,
    reason,
  });
  return way === 'zoneless' || way === 'absurd' || way === 'hostile' ? malformed(text, way, world.names) : text;
}

/** What GitHub writes to the default branch though nobody approved it. */
function besides(
  world: World,
  { way }: Wish,
  { path, text }: { readonly path: string; readonly text: string },
): Readonly<Record<string, string | null>> {
  if (way === 'other-bytes') return { [path]: text.replace('number', 'Number') };
  if (way !== 'reverting') return {};
  const victim = world.model.asked.findLast(({ isRemoved, number }) => !isRemoved && number > 0);
  if (victim === undefined) return { [path]: text.replace('number', 'Number') };
  victim.isRemoved = true;
  return { [victim.path]: null };
}

/** It is on the default branch, by whatever way. */
function put(world: World, { number, path, text, wish }: Omit<Waiting, 'opened'>): void {
  const { who, minutes, starts, startsBy, way } = wish;
  const { model, clock } = world;
  const role = ROLES[wish.role];
  const begins = starts ?? clock;
  const verdict = verdictOf(world, wish);
  const change = world.change ?? Number.POSITIVE_INFINITY;
  if (begins < change && begins + minutes * MINUTE > change) world.await('daylight');
  const isOverlap = model.asked.some((other) => other.who === who && other.role === wish.role && other.ends > begins);
  if (isOverlap && role?.isAction === false) world.count('overlap');
  model.asked.push({
    number,
    path,
    text,
    who,
    role: wish.role,
    breakGlass: wish.breakGlass,
    needs: wish.breakGlass || role?.isAutomatic === true ? null : approverOf(world).id,
    fault: verdict === 'invalid' ? (FAULT_OF[way] ?? null) : null,
    verdict,
    merged: clock,
    starts: begins,
    startsBy,
    ends: begins + minutes * MINUTE,
    sure: begins + minutes * MINUTE,
    shrunk: null,
    heldIn: new Map(),
    begun: false,
    returned: null,
    isRemoved: false,
    wasLocked: model.lockedWho === who,
    isOver: false,
    isRead: false,
    grant: null,
    answer: null,
  });
}

function verdictOf(world: World, { who, way, role, minutes, breakGlass, starts, startsBy }: Wish): Asked['verdict'] {
  const isAllowedAlone = NO_MATTER.has(way) && (breakGlass || ROLES[role]?.isAutomatic === true);
  if (!BY_LEAVE.has(way) && !isAllowedAlone) return 'invalid';
  if (startsBy !== null && world.clock > startsBy) return 'invalid';
  if (breakGlass || (starts !== null && starts < world.clock)) return 'maybe';
  if (minutes > world.allowed.most) return 'invalid';
  const isApproved = ROLES[role]?.isAutomatic === true || world.accounts.owners.length > 0;
  return isApproved && !world.accounts.gone.has(who) ? 'valid' : 'maybe';
}

/** Everybody asks for everything, to the same end. */
export function burst(world: World, minutes: number): void {
  for (const [role, { isAction }] of ROLES.entries()) {
    if (isAction) continue;
    for (const who of REQUESTERS.keys())
      ask(world, { who, role, minutes, starts: null, startsBy: null, way: 'squash', breakGlass: false });
  }
}

/** An owner approves at last, and it is merged. */
export function agree(world: World, nth: number): void {
  const [waiting] = world.waiting.splice(nth, 1);
  if (waiting === undefined) return;
  const { number, wish, opened } = waiting;
  world.github.approve(number, approverOf(world));
  world.github.merge(number);
  const isLate = world.clock >= opened + HOUR || (wish.startsBy !== null && world.clock > wish.startsBy);
  if (isLate) world.count('late-approval');
  put(world, waiting);
}
