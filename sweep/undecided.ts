/** What is said where something kept the default branch from being decided. */
import { GitHubError } from '../github/client.ts';
import { failureOf } from './failure.ts';
import type { Stop } from './stop.ts';

export function undecided(error: unknown): Stop {
  if (!(error instanceof GitHubError)) return unexpected(error);
  return {
    key: 'branch-unreadable',
    severity: 'warning',
    message: `the default branch could not be read: ${failureOf(error)}`,
    next: 'the next sweep tries again; grants wait, removals go on',
  };
}

/** A fault of ours, or an input that nobody foresaw: no grant on top of it, and no removal less. */
export function unexpected(error: unknown): Stop {
  return {
    key: 'sweep-failed',
    severity: 'critical',
    message: `what is to be granted could not be decided: ${failureOf(error)}`,
    next: 'report it with the log of this run; grants wait, removals go on',
  };
}
