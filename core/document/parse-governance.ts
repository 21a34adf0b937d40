/**
 * Reads every governing file of one tree into one `Governance`, and checks the files against each other. All issues of
 * all files at once; with a single error there is no governance at all, so that nothing half-read ever decides.
 */
import { strictProfile } from '../codeowners/strict-profile.ts';
import type { Governance, Rota } from './documents.ts';
import { approverIssues, maintainerIssues } from './governance/bindings.ts';
import { readCatalogs } from './governance/catalog.ts';
import { coverageIssues, selectorIssues } from './governance/coverage.ts';
import { readDelegations } from './governance/delegations.ts';
import { entitlementIssues } from './governance/entitlements.ts';
import { type GovernanceFile, type Loaded, loadGoverning } from './governance/load.ts';
import { readLocks } from './governance/locks.ts';
import { NO_ORGANIZATION, readOrganization } from './governance/organization.ts';
import { NOBODY, readPeople } from './governance/people.ts';
import { readPolicyTests } from './governance/policy-tests.ts';
import {
  type CheckCondition,
  conditionIssues,
  type Known,
  principalIssues,
  teamsNamed,
} from './governance/references.ts';
import { readRotas } from './governance/rotas.ts';
import { readRuleSets } from './governance/rule-sets.ts';
import { DEFAULT_SETTINGS, readSettings } from './governance/settings.ts';
import type { Issue, Parsed } from './issue.ts';
import { recordOf } from './record.ts';
import { issueAt, sortIssues } from './yaml-document.ts';

export type { GovernanceFile } from './governance/load.ts';
export type { CheckCondition } from './governance/references.ts';

/** `checkCondition` judges the text of each `when`; without it, conditions are only read. Other files are ignored. */
export function parseGovernance(files: readonly GovernanceFile[], checkCondition?: CheckCondition): Parsed<Governance> {
  const loaded = loadGoverning(files);
  const catalogs = readCatalogs(loaded.catalogs);
  const rules = readRuleSets(loaded.ruleSets);
  const organization = read(loaded.organization, readOrganization, { organization: NO_ORGANIZATION, issues: [] });
  const people = read(loaded.people, readPeople, { people: NOBODY, issues: [] });
  const rotas = read(loaded.rotas, readRotas, { rotas: recordOf<Rota>([]), issues: [] });
  const delegations = readDelegations(loaded.delegations);
  const locks = read(loaded.locks, readLocks, { locks: [], issues: [] });
  const tests = readPolicyTests(loaded.tests);
  const known: Known = {
    entries: loaded.broken.has('Catalog') ? null : catalogs.entries,
    people: loaded.people === null ? null : people.people,
    rotas: loaded.broken.has('Rota') ? null : rotas.rotas,
    organization: loaded.organization === null ? null : organization.organization,
  };
  const issues = sortIssues([
    ...loaded.issues,
    ...missingIssues(loaded),
    ...strictProfile(files),
    ...[catalogs, rules, organization, people, rotas, delegations, locks, tests].flatMap((part) => part.issues),
    ...approverIssues(catalogs.entries, teamsNamed(loaded)),
    ...maintainerIssues(catalogs.entries),
    ...principalIssues(loaded, known),
    ...conditionIssues(loaded, known, checkCondition),
    ...entitlementIssues(loaded, known),
    ...coverageIssues(loaded, known),
    ...selectorIssues(loaded, known),
  ]);
  const [codeowners] = loaded.codeowners;
  // `strictProfile` refuses a tree without code owners.
  if (codeowners === undefined || issues.some(({ severity }) => severity === 'error')) return { ok: false, issues };
  const resources = catalogs.entries.map(({ resource }) => [resource.name, resource] as const);
  const value: Governance = {
    resources: recordOf(resources.sort(([a], [b]) => (a < b ? -1 : 1))),
    ruleSets: rules.ruleSets,
    organization: organization.organization,
    people: people.people,
    rotas: rotas.rotas,
    delegations: delegations.delegations,
    locks: locks.locks,
    settings: read(loaded.settings, readSettings, DEFAULT_SETTINGS),
    tests: tests.tests,
    codeowners: { path: codeowners.path, text: codeowners.text },
  };
  return { ok: true, value, issues };
}

function read<Source, Result>(source: Source | null, reader: (source: Source) => Result, absent: Result): Result {
  return source === null ? absent : reader(source);
}

/** Guardrails and people must be there: without them, less would be asked, not more. */
function missingIssues({ organization, people, broken }: Loaded): Issue[] {
  const issues: Issue[] = [];
  if (organization === null && !broken.has('Organization'))
    issues.push(missing('policies/organization.yaml', 'Organization'));
  if (people === null && !broken.has('People')) issues.push(missing('policies/people.yaml', 'People'));
  return issues;
}

function missing(path: string, kind: string): Issue {
  return issueAt(
    { file: path, line: 1, column: 1, length: 1 },
    {
      code: 'governing-missing',
      message: 'this file is missing, and nothing is decided without it',
      found: 'nothing',
      expected: `\`${path}\` with \`kind: ${kind}\``,
      fix: 'add the file; `gatepass init` writes one to begin with',
    },
  );
}
