/**
 * Gate 2 looks at how GitHub is set up before it grants: drift there means removals only, and one alert that says what to
 * put right (threats 47, 48, 49, 63). It closes by itself. What could not be read stops grants as well, without the alarm.
 */
import type { SetupCheck } from '../core/attest/check.ts';
import { judgeSetup } from '../core/attest/judge.ts';
import { readSetup, type SetupAsked } from '../github/attest.ts';
import { type GitHub, GitHubError } from '../github/client.ts';
import type { Stop } from './stop.ts';

export type Attest = () => Promise<readonly Stop[]>;

/** Reads anew at every call: settings change without a commit. */
export function attestation(github: GitHub, asked: SetupAsked): Attest {
  return async () => {
    try {
      return stopsOf(judgeSetup(await readSetup(github, asked)));
    } catch (error) {
      if (error instanceof GitHubError) return [unreadable(error.message)];
      throw error;
    }
  };
}

/** At most one: grants stop once, whatever the number of reasons. */
export function stopsOf(checks: readonly SetupCheck[]): readonly Stop[] {
  const blocking = checks.filter(({ blocks }) => blocks);
  const drift = blocking.filter(({ severity }) => severity === 'stop');
  if (drift.length > 0) {
    return [
      {
        key: 'setup-drift',
        severity: 'critical',
        message: `GitHub is not set up as the gates need it: ${briefly(drift)}`,
        next: 'run `gatepass doctor`: it has the command for each; put right, grants go on by themselves',
      },
    ];
  }
  const doubts = blocking.map(({ code, message }) => `\`${code}\` ${message}`);
  return doubts.length === 0 ? [] : [unreadable(doubts.join('; '))];
}

/** The first in full, the others by name: `doctor` says each with its fix. */
function briefly([first, ...others]: readonly SetupCheck[]): string {
  const more = others.map(({ code }) => code).join(', ');
  return `${first?.message ?? ''}${more === '' ? '' : `; also ${more}`}`;
}

function unreadable(why: string): Stop {
  return {
    key: 'setup-unreadable',
    severity: 'warning',
    message: `how GitHub is set up could not be read: ${why}`,
    next: 'the next sweep tries again, grants wait; `gatepass doctor` says what the applier app may not see',
  };
}
