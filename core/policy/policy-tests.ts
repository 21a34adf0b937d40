/**
 * Runs the tests beside the policies (`*.test.yaml`): each becomes evidence of a pull request that is in order, and is
 * decided like any other. Teams live on GitHub, so the test file says who is in them.
 */
import { parseCodeowners } from '../codeowners/parse.ts';
import type { Governance, Place, PolicyTestCase } from '../document/documents.ts';
import { decideRequest } from './decide-request.ts';
import type { Decision, Reason } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { documentText, hypotheticalEvidence, organizationIn } from './hypothetical.ts';
import { commonOf } from './verdicts.ts';

export interface PolicyTestResult {
  readonly name: string;
  /** `policies/rules/databases.test.yaml:20`. */
  readonly place: string;
  readonly at: Place;
  readonly passed: boolean;
  /** `allow, rule “…”`, for people. */
  readonly expected: string;
  readonly found: string;
  /** What is different, in one line; empty when it passed. */
  readonly why: string;
  readonly decision: Decision;
}

/**
 * In the order in which they are written. Locks play no part: they come and go with incidents, and a lock that is added in
 * one must not be held up by a test of the rules.
 */
export function runPolicyTests(given: Governance): readonly PolicyTestResult[] {
  const governance: Governance = { ...given, locks: [] };
  const codeowners = parseCodeowners(governance.codeowners.text, governance.codeowners.path);
  return governance.tests.map((test) => {
    const evidence = evidenceOf(test, governance);
    const decision = decideRequest({ evidence, governance, codeowners }, commonOf(evidence, 'request'));
    return resultOf(test, decision);
  });
}

function resultOf(test: PolicyTestCase, decision: Decision): PolicyTestResult {
  const { verdict, rule, reason } = test.expect;
  const foundRule = 'rule' in decision ? decision.rule : null;
  const codes = codesOf(decision);
  const passed =
    decision.verdict === verdict &&
    (rule === null || rule === foundRule) &&
    (reason === null || codes.includes(reason));
  const expected = describe(verdict, rule, reason);
  const found = describe(decision.verdict, foundRule, codes[0] ?? null);
  return {
    name: test.name,
    place: `${test.place.file}:${test.place.line}`,
    at: test.place,
    passed,
    expected,
    found,
    why: passed ? '' : `expected ${expected}; found ${found}`,
    decision,
  };
}

function describe(verdict: string, rule: string | null, reason: string | null): string {
  return [verdict, rule === null ? '' : `, rule “${rule}”`, reason === null ? '' : `, because ${reason}`].join('');
}

/** What stands against it: issues first, then every reason that does not hold. An allowance has none. */
function codesOf(decision: Decision): readonly string[] {
  const issues = 'issues' in decision ? decision.issues.map((issue) => issue.code) : [];
  return [...issues, ...failing(decision.reasons)];
}

function failing(reasons: readonly Reason[]): readonly string[] {
  return reasons.flatMap((reason) => (reason.holds === true ? [] : [...failing(reason.because), reason.code]));
}

function evidenceOf(test: PolicyTestCase, governance: Governance): Evidence {
  return hypotheticalEvidence({
    organization: organizationIn(governance.codeowners.text),
    people: governance.people.people,
    pins: governance.people.teams,
    at: test.at,
    opener: test.opener ?? test.subject,
    approvedBy: test.approvedBy,
    path: test.request,
    text: documentText(test),
    teams: test.teams,
    signals: test.signals,
    grants: [],
  });
}
