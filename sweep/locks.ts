/**
 * Locks in force, and the grants that they end. A lock that stands at the tip of the default branch works now, however it
 * got there; one that was accepted works until a policy change removes it (threat 92). Where it cannot be told whether a
 * lock is for somebody, nothing begins, and nothing ends: an end is for good, and a team that could not be read, or that
 * was renamed, is no reason to take everybody's grants.
 */
import type { Governance, Lock, Resource } from '../core/document/documents.ts';
import type { Body } from '../core/ledger/entry.ts';
import { isOver } from '../core/ledger/live.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import type { Answer } from '../core/policy/answer.ts';
import { isOneOf } from '../core/policy/principals.ts';
import { isFor, matches } from '../core/policy/selector.ts';
import type { Setting } from '../core/policy/setting.ts';
import type { Instant } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { readText, readTree } from '../github/tree.ts';
import { readSetting } from './setting.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

const LOCKS = 'policies/locks.yaml';

export interface Locked {
  /** Ids of all grants that a lock in force matches. */
  readonly grants: ReadonlySet<string>;
  /** The ends that are new. */
  readonly bodies: readonly Body[];
  /** A lock file that could not be read, or a lock of which it cannot be told whom it is for: nothing begins until then. */
  readonly stops: readonly Stop[];
}

export async function findLocked(
  world: SweepWorld,
  asked: { readonly accepted: string; readonly tip: string; readonly state: LedgerState; readonly now: Instant },
): Promise<Locked> {
  const { now, state, tip } = asked;
  const read = await readLocks(world, asked.accepted, tip, now);
  const bodies: Body[] = [];
  const grants = new Set<string>();
  const doubtful = new Set<string>();
  for (const grant of state.grants.values()) {
    const answers = read.locks.map(({ lock, setting }) => ({ lock, is: isLockFor(lock, grant, setting, now) }));
    const sure = answers.find(({ is }) => is === 'yes');
    const isOpen = !isOver(grant) && grant.ended === null;
    if (sure !== undefined) {
      grants.add(grant.terms.id);
      const { name } = sure.lock;
      if (isOpen && grant.terms.kind === 'access') {
        bodies.push({ type: 'locked', grant: grant.terms.id, lock: name, commit: tip });
      }
    } else if (isOpen) {
      for (const { lock, is } of answers) if (is === 'unknown') doubtful.add(lock.name);
    }
  }
  return { grants, bodies, stops: [...read.stops, ...doubtStops(doubtful)] };
}

function doubtStops(locks: ReadonlySet<string>): readonly Stop[] {
  if (locks.size === 0) return [];
  const names = [...locks].sort().map((name) => `\`${name}\``);
  return [
    {
      key: 'locks-doubtful',
      severity: 'critical',
      message: `whom these locks are for could not be told: ${names.join(', ')}`,
      next: 'look whether their teams and rotas still exist under those names; to end a grant now, lock the person by name',
    },
  ];
}

interface Read {
  readonly locks: readonly { readonly lock: Lock; readonly setting: Setting }[];
  readonly stops: readonly Stop[];
}

async function readLocks(world: SweepWorld, accepted: string, tip: string, now: Instant): Promise<Read> {
  const [kept, added] = await Promise.all([
    attempt(readSetting(world, { accepted, instead: [], needsPeople: hasLocks, now })),
    attempt(readAtTip(world, accepted, tip, now)),
  ]);
  const settings = [kept, added].filter((each) => typeof each !== 'string' && each !== null);
  const failed = [kept, added].find((each) => typeof each === 'string');
  const stop: Stop = {
    key: 'locks-unreadable',
    severity: 'critical',
    message: `the locks could not be read: ${failed}`,
    next: `repair \`${LOCKS}\`; until then no grant begins, and the locks that can be read hold`,
  };
  return {
    locks: settings.flatMap((setting) => setting.governance.locks.map((lock) => ({ lock, setting }))),
    stops: failed === undefined ? [] : [stop],
  };
}

/** The accepted policies with the tip's locks, so that nothing else at the tip can stand in a lock's way. */
async function readAtTip(world: SweepWorld, accepted: string, tip: string, now: Instant): Promise<Setting | null> {
  const { git } = world.cache;
  const [before, after] = await Promise.all([
    readTree(world.github, world.repository, accepted, git),
    readTree(world.github, world.repository, tip, git),
  ]);
  const entry = after.get(LOCKS);
  if (entry === undefined || entry.blob === before.get(LOCKS)?.blob) return null;
  const text = await readText(world.github, world.repository, entry, git);
  if (text === null) throw new GitHubError('unexpected', `\`${LOCKS}\` is not UTF-8 text of 64 KiB or less`);
  const instead = [{ path: LOCKS, mode: entry.mode, blob: entry.blob, text }];
  return readSetting(world, { accepted, instead, needsPeople: hasLocks, now });
}

function hasLocks(governance: Governance): boolean {
  return governance.locks.length > 0;
}

/** A message instead of what GitHub, or the file, did not give. */
async function attempt<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof GitHubError) return error.message;
    throw error;
  }
}

function isLockFor(lock: Lock, grant: GrantState, setting: Setting, now: Instant): Answer {
  if (lock.until !== null && lock.until <= now) return 'no';
  const { resources } = setting.governance;
  const { resource: name, entitlement, subject } = grant.terms;
  const resource = Object.hasOwn(resources, name) ? (resources[name] ?? null) : null;
  if (!isOn(lock, name, resource) || !isFor(lock.for, entitlement)) return 'no';
  if (lock.subjects.length === 0) return 'yes';
  const who =
    subject.id === null
      ? ({ kind: 'service', name: subject.name } as const)
      : ({ kind: 'person', id: subject.id } as const);
  return isOneOf(lock.subjects, who, { setting, resource, path: grant.request.path, at: now });
}

/** A resource that left the catalog has no labels any more: only its name can still say that it is not meant. */
function isOn(lock: Lock, name: string, resource: Resource | null): boolean {
  if (resource !== null) return matches(lock.on, resource);
  return lock.on['resource']?.includes(name) ?? true;
}
