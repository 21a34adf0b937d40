/**
 * Whether GitHub is set up so that the gates hold: pure, from a snapshot to a list of checks in a fixed
 * order. `doctor` shows all of them; gate 2 grants nothing while one of them blocks. Bypass lists are shown to
 * administrators only, which the applier must not be, so their absence is said and blocks nothing.
 */
import type { Finding, SetupCheck } from './check.ts';
import { judgeAround } from './judge-around.ts';
import { judgeLedger } from './judge-ledger.ts';
import { judgeMain } from './judge-main.ts';
import type { Setup } from './snapshot.ts';

/** Every check, good or not. */
export function judgeSetup(setup: Setup): readonly SetupCheck[] {
  return [...judgeMain(setup), ...judgeLedger(setup), ...judgeAround(setup)];
}

/** What is not as it should be. */
export function findingsOf(checks: readonly SetupCheck[]): readonly Finding[] {
  return checks.filter((check): check is Finding => check.severity !== 'ok');
}
