/**
 * Runs the tests beside the policies (`*.test.yaml`): each becomes evidence of a pull request that is in order, and is
 * decided like any other. Teams live on GitHub, so the test file says who is in them.
 */
import { parseCodeowners } from '../codeowners/parse.ts';
import type { Governance, Person, Place, PolicyTestCase } from '../document/documents.ts';
import type { JsonValue } from '../json.ts';
import { decideRequest } from './decide-request.ts';
import type { Decision, Reason } from './decision.ts';
import type { Account, Evidence, Review, Team } from './evidence.ts';
import { lookup } from './lookup.ts';
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

export function runPolicyTests(governance: Governance): readonly PolicyTestResult[] {
  const codeowners = parseCodeowners(governance.codeowners.text, governance.codeowners.path);
  return governance.tests.map((test) => {
    const evidence = evidenceOf(test, governance);
    const decision = decideRequest({ evidence, governance, codeowners }, commonOf(evidence, 'request'));
    const { verdict, rule, reason } = test.expect;
    const foundRule = 'rule' in decision ? decision.rule : null;
    const codes = codesOf(decision.reasons);
    const passed =
      decision.verdict === verdict &&
      (rule === null || rule === foundRule) &&
      (reason === null || codes.includes(reason) || issueCodes(decision).includes(reason));
    const expected = describe(verdict, rule, reason);
    const found = describe(decision.verdict, foundRule, firstCode(decision, codes));
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
  });
}

function describe(verdict: string, rule: string | null, reason: string | null): string {
  return [verdict, rule === null ? '' : `, rule “${rule}”`, reason === null ? '' : `, because ${reason}`].join('');
}

/** What did not hold, or could not be told, deepest last. */
function codesOf(reasons: readonly Reason[]): readonly string[] {
  return reasons.flatMap((reason) => [...(reason.holds === true ? [] : [reason.code]), ...codesOf(reason.because)]);
}

function issueCodes(decision: Decision): readonly string[] {
  return 'issues' in decision ? decision.issues.map((issue) => issue.code) : [];
}

function firstCode(decision: Decision, codes: readonly string[]): string | null {
  return decision.verdict === 'allow' ? null : (issueCodes(decision)[0] ?? codes.at(-1) ?? null);
}

const SHA = '0123456789abcdef0123456789abcdef01234567';

function evidenceOf(test: PolicyTestCase, governance: Governance): Evidence {
  const { people } = governance.people;
  const opener = accountOf(test.opener ?? test.subject, people);
  const text = documentText(test);
  return {
    apiVersion: 'gatepass/v1',
    kind: 'Evidence',
    now: test.at,
    repository: { id: 1, name: `${organizationOf(governance)}/policy-tests`, defaultBranch: 'main' },
    pullRequest: {
      number: 1,
      title: test.name,
      author: opener,
      state: 'open',
      draft: false,
      openedAt: test.at,
      mergedAt: null,
      base: { ref: 'main', sha: SHA, repositoryId: 1 },
      head: { ref: 'request', sha: SHA, repositoryId: 1 },
      changedFiles: 1,
      commits: 1,
      retargetedAt: [],
    },
    changes: [
      { status: 'added', path: test.request, previousPath: null, mode: '100644', size: text.length, blob: SHA, text },
    ],
    commits: [
      { sha: SHA, parents: [SHA], author: author(opener), committer: author(opener), coAuthors: [], verified: true },
    ],
    pushers: [opener],
    reviews: test.approvedBy.map((name, index) => approval(accountOf(name, people), index + 1, test)),
    teams: Object.fromEntries(
      Object.keys(test.teams)
        .sort()
        .map((slug, index) => [slug, teamOf(slug, index + 1, test, people)]),
    ),
    members: Object.values(people).map((person) => person.id),
    governing: { commit: SHA, files: [] },
    grants: [],
    signals: test.signals,
  };
}

/** JSON is YAML, so the fields of the test can be written as they are. */
function documentText(test: PolicyTestCase): string {
  const kind = lookup(test.document, 'within') === undefined ? 'AccessRequest' : 'ActionRequest';
  const subject: Record<string, JsonValue> =
    test.opener === null || test.opener === test.subject ? {} : { subject: `person:${test.subject}` };
  return JSON.stringify({ apiVersion: 'gatepass/v1', kind, ...subject, ...test.document }, null, 2);
}

/** CODEOWNERS names teams with their organisation; the tests run in that one. */
function organizationOf(governance: Governance): string {
  return /@([A-Za-z0-9-]+)\//.exec(governance.codeowners.text)?.[1] ?? 'organization';
}

/** A name without a person gets an id that nobody has. */
function accountOf(name: string, people: Readonly<Record<string, Person>>): Account {
  const person = lookup(people, name);
  return { id: person?.id ?? 0, login: person?.login ?? name, type: 'User' };
}

function author(account: Account) {
  return { account, name: account.login, email: `${account.login}@users.noreply.github.com` };
}

function approval(user: Account, id: number, test: PolicyTestCase): Review {
  return { id, user, state: 'APPROVED', commitId: SHA, submittedAt: test.at, limit: null };
}

function teamOf(slug: string, id: number, test: PolicyTestCase, people: Readonly<Record<string, Person>>): Team {
  const names = lookup(test.teams, slug) ?? [];
  const members = names.map((name) => {
    const { id: member, login } = accountOf(name, people);
    return { id: member, login, state: 'active' as const };
  });
  return { id, slug, parent: null, complete: true, members };
}
