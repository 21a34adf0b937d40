/**
 * A change outside `requests/`. The changed governing files are validated as data and never obeyed: who must agree is said
 * by the governance before the change. The code owners of every changed path approve, of both ends of a rename.
 */
import { type Issue, inProposal } from '../document/issue.ts';
import { isGoverningPath } from '../document/paths.ts';
import { countApprovals } from './approvals.ts';
import type { Decision } from './decision.ts';
import type { Change, Evidence, GoverningFile } from './evidence.ts';
import { exclusionsOf } from './exclusions.ts';
import { readGovernance } from './governance.ts';
import { written } from './labels.ts';
import { runPolicyTests } from './policy-tests.ts';
import { codeOwners } from './principals.ts';
import { pathsOf } from './pull-kind.ts';
import { fails, holds, issueAt, refusal, topOf } from './reason.ts';
import type { Setting } from './setting.ts';
import { type Common, conclude, refuse } from './verdicts.ts';
import type { Demand } from './voices.ts';

export function decidePolicy(setting: Setting, common: Common): Decision {
  const { evidence } = setting;
  const governing = evidence.changes.filter((change) => pathsOf(change).some(isGoverningPath));
  const wrong = governing.flatMap(changeIssues);
  if (wrong.length > 0) return refuse(common, refusal('invalid', wrong));
  const found = governing.length === 0 ? { issues: [], warnings: [] } : validate(evidence);
  if (found.issues.length > 0) {
    const reasons = [fails('policy-invalid', 'the changed policies are not valid')];
    return refuse(common, { is: 'invalid', reasons, issues: found.issues });
  }
  const demands = demandsFor(setting, [...new Set(evidence.changes.flatMap(pathsOf))].sort());
  if ('is' in demands) return refuse(common, demands);
  const approvals = countApprovals(demands, setting, exclusionsOf(evidence, null, []), false);
  return conclude(
    {
      ...common,
      warnings: [...common.warnings, ...found.warnings],
      rule: null,
      requirements: approvals.statuses,
      window: null,
      bindings: [],
      run: null,
      reviewWithin: null,
      returns: [],
      reviews: approvals.reviews,
      reasons: [
        ...(governing.length === 0 ? [] : [holds('policy-valid', 'the changed policies are valid')]),
        ...approvals.reasons,
      ],
    },
    approvals.is,
    evidence.pullRequest.draft,
  );
}

function changeIssues(change: Change): readonly Issue[] {
  const at = topOf(change.path);
  if (change.status !== 'removed' && change.mode !== '100644') {
    const text = { found: change.mode, expected: '100644', fix: 'remove the executable bit' };
    return [issueAt(at, 'file-mode', 'a governing file is a plain file', text)];
  }
  if (change.status === 'removed' || change.text !== null || !isGoverningPath(change.path)) return [];
  return [issueAt(at, 'file-unreadable', 'the file is not UTF-8 text, or too large', { fix: 'save it as UTF-8' })];
}

/** The governing files as they would be after the merge, with their own tests run. Warnings count where no issue refuses. */
function validate(evidence: Evidence): { readonly issues: readonly Issue[]; readonly warnings: readonly Issue[] } {
  const parsed = readGovernance(filesAfter(evidence));
  if (!parsed.ok) return { issues: parsed.issues, warnings: [] };
  const failed = runPolicyTests(parsed.value.governance).filter((result) => !result.passed);
  const failures = failed.map((result) =>
    issueAt(result.at, 'policy-test-failed', `the policy test “${result.name}” fails`, {
      found: result.found,
      expected: result.expected,
      fix: 'change the policy, or the test if the new answer is meant',
    }),
  );
  const found = inProposal(parsed.issues);
  return { issues: [...found.filter(({ severity }) => severity === 'error'), ...failures], warnings: found };
}

function filesAfter(evidence: Evidence): readonly GoverningFile[] {
  const files = new Map(evidence.governing.files.map((file) => [file.path, file]));
  for (const change of evidence.changes) {
    if (change.status === 'renamed') files.delete(change.previousPath as string);
    if (change.status === 'removed') files.delete(change.path);
    else if (isGoverningPath(change.path)) {
      const { path, mode, blob } = change;
      files.set(path, { path, mode, blob, text: change.text as string });
    }
  }
  return [...files.values()];
}

/** One demand for each set of owners; a path that nobody owns is a no. */
export function demandsFor(setting: Setting, paths: readonly string[]): readonly Demand[] | ReturnType<typeof refusal> {
  const unowned = paths.filter((path) => codeOwners(setting, path).length === 0);
  if (unowned.length > 0) {
    const fix = 'give it an owner in CODEOWNERS first';
    return refusal(
      'deny',
      unowned.map((path) => issueAt(topOf(path), 'no-code-owner', `nobody owns \`${path}\``, { fix })),
    );
  }
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = codeOwners(setting, path).map(written).sort().join(' ');
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return [...groups.values()].map((group) => ({
    source: listPaths(group),
    place: null,
    from: [{ kind: 'codeowners' }],
    count: 1,
    widen: null,
    namesDigest: false,
    digest: null,
    scope: { setting, resource: null, path: group[0] as string, at: setting.evidence.now },
  }));
}

function listPaths(paths: readonly string[]): string {
  const shown = paths
    .slice(0, 3)
    .map((path) => `\`${path}\``)
    .join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
