/** Locks and freezes refuse new grants. Where it cannot be told whether a lock is for this receiver, it is. */
import type { Freeze, Lock } from '../document/documents.ts';
import type { Findings } from './findings.ts';
import { isOneOf } from './principals.ts';
import { fails, issueAt, topOf } from './reason.ts';
import { isFor, matches } from './selector.ts';
import type { Ask } from './setting.ts';

export function checkLocks(ask: Ask): Findings {
  const found = ask.setting.governance.locks.filter((lock) => isLocking(lock, ask));
  return {
    reasons: found.map((lock) =>
      fails('locked', `the lock “${lock.name}” refuses new grants: ${lock.reason}`, { place: lock.place }),
    ),
    issues: found.map((lock) =>
      issueAt(topOf(ask.path), 'locked', `the lock “${lock.name}” refuses new grants`, {
        found: lock.reason,
        fix: lock.until === null ? 'ask when the lock is gone' : `ask after ${lock.until}`,
      }),
    ),
  };
}

function isLocking(lock: Lock, ask: Ask): boolean {
  return (
    (lock.until === null || lock.until > ask.at) &&
    matches(lock.on, ask.resource) &&
    isFor(lock.for, ask.asked.entitlement) &&
    (lock.subjects.length === 0 || isOneOf(lock.subjects, ask.who, ask) !== 'no')
  );
}

/** A freeze may not touch any part of the window. */
export function checkFreezes(ask: Ask): Findings {
  const found = ask.setting.governance.organization.freezes.filter((freeze) => isFreezing(freeze, ask));
  return {
    reasons: found.map((freeze) =>
      fails('frozen', `the freeze “${freeze.name}” holds from ${freeze.from} to ${freeze.until}`),
    ),
    issues: found.map((freeze) =>
      issueAt(topOf(ask.path), 'frozen', `the freeze “${freeze.name}” covers part of the window`, {
        found: `${ask.at} to ${ask.end}`,
        expected: `before ${freeze.from} or after ${freeze.until}`,
        fix: 'ask for a time outside the freeze',
      }),
    ),
  };
}

function isFreezing(freeze: Freeze, ask: Ask): boolean {
  return matches(freeze.on, ask.resource) && freeze.from < ask.end && ask.at < freeze.until;
}
