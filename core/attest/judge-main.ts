/**
 * The default branch of the access repository: every change is a pull request that our check allows, pinned to our App;
 * every path outside `requests/` also has native reviews. Judges rules, not people.
 */

import { ownersOf } from '../codeowners/owners.ts';
import { parseCodeowners } from '../codeowners/parse.ts';
import { heldBy, namesOf } from './bypass.ts';
import { ok, type SetupCheck, type Subject, stop, unread, weak } from './check.ts';
import { addRuleset, ghJson, rulesPage } from './commands.ts';
import { covers } from './path-patterns.ts';
import type { BranchSetup, Rule, Setup, TreeSetup } from './snapshot.ts';

/** The name that the gate publishes under. */
export const CHECK = 'gatepass';
/** GitHub's own App, whose check every workflow may publish. The same number everywhere on github.com. */
export const ACTIONS_APP = 15368;

const MAIN = '~DEFAULT_BRANCH';
const PULL_REQUEST = {
  type: 'pull_request',
  parameters: {
    required_approving_review_count: 0,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
    allowed_merge_methods: ['merge', 'squash'],
  },
};

type PullRule = Extract<Rule, { type: 'pull_request' }>;
type ChecksRule = Extract<Rule, { type: 'required_status_checks' }>;

export function judgeMain(setup: Setup): readonly SetupCheck[] {
  const { main } = setup;
  if (!main.isRead) return [unread(required(setup), main.why, true)];
  const branch = main.value;
  return [
    judgePresence(branch, 'pull_request', required(setup)),
    ...judgeCheck(setup, branch),
    judgePresence(branch, 'non_fast_forward', plain(setup, 'force-push-refused', 'non_fast_forward', 'force pushes')),
    judgePresence(branch, 'deletion', plain(setup, 'deletion-refused', 'deletion', 'deletion')),
    judgeBypass(setup, branch),
    judgeMethods(setup, branch),
    judgeQueue(setup, branch),
    judgeReviews(setup, branch),
    judgeReviewsOfRequests(setup, branch),
    judgeStrict(setup, branch),
  ];
}

function required({ access }: Setup): Subject {
  const fix = addRuleset(access, 'gatepass: pull requests', MAIN, [PULL_REQUEST]);
  return { code: 'pull-request-required', expected: 'every change of the default branch is a pull request', fix };
}

function plain({ access }: Setup, code: Subject['code'], type: string, what: string): Subject {
  const fix = addRuleset(access, `gatepass: no ${what}`, MAIN, [{ type }]);
  return { code, expected: `the default branch refuses ${what}`, fix };
}

function judgePresence(branch: BranchSetup, type: Rule['type'], subject: Subject): SetupCheck {
  const isThere = branch.rules.some((rule) => rule.type === type);
  if (isThere) return ok(subject, `rule \`${type}\``);
  return stop(subject, `no rule of \`${branch.branch}\` says so: ${subject.expected}`, `no rule \`${type}\``);
}

function judgeCheck(setup: Setup, branch: BranchSetup): readonly SetupCheck[] {
  const app = setup.gateApp;
  const checks = [{ context: CHECK, ...(app === null ? {} : { integration_id: app }) }];
  const parameters = { strict_required_status_checks_policy: false, required_status_checks: checks };
  const rule = { type: 'required_status_checks', parameters };
  const fix = addRuleset(setup.access, 'gatepass: the check', MAIN, [rule]);
  const there: Subject = { code: 'check-required', expected: `the check \`${CHECK}\` is required`, fix };
  const pinned: Subject = {
    code: 'check-pinned',
    expected: `the check \`${CHECK}\` counts only from the gate app`,
    fix,
  };
  const sources = checksIn(branch).flatMap((each) => each.checks.filter(({ name }) => name === CHECK));
  if (sources.length === 0) {
    const names = checksIn(branch).flatMap((each) => each.checks.map(({ name }) => name));
    const found = names.length === 0 ? 'no required check' : names.sort().join(', ');
    return [stop(there, `\`${CHECK}\` is not required on \`${branch.branch}\`: anything can be merged`, found)];
  }
  return [ok(there, 'required'), judgePin(app, sources, pinned)];
}

function judgePin(app: number | null, sources: ChecksRule['checks'], subject: Subject): SetupCheck {
  const apps = sources.map((source) => source.app);
  const found = apps.map((each) => (each === null ? 'any source' : `App ${each}`)).join(', ');
  if (app === null) return unread(subject, 'the id of the gate app was not given', true);
  if (!apps.includes(app)) return stop(subject, `\`${CHECK}\` counts from ${found}, not only from App ${app}`, found);
  if (app !== ACTIONS_APP) return ok(subject, found);
  const message = `\`${CHECK}\` comes from GitHub Actions, so every workflow may publish it: gate 2 alone is the authority`;
  return weak(
    { ...subject, fix: 'host the app (docs/guides/app.md) to have the check from an App of your own' },
    message,
    found,
  );
}

/** The rules that all else rests on, each of which somebody might pass over. */
const PILLARS: readonly Rule['type'][] = ['pull_request', 'required_status_checks', 'non_fast_forward', 'deletion'];

function judgeBypass(setup: Setup, branch: BranchSetup): SetupCheck {
  const fix = `${rulesPage(setup.access)}: empty the bypass list of each ruleset of the default branch`;
  const subject: Subject = { code: 'bypass', expected: 'nobody may pass over the rules of the default branch', fix };
  const doubts: string[] = [];
  const passed: string[] = [];
  for (const pillar of PILLARS) {
    const rules = branch.rules.filter((rule) => rule.type === pillar && isOurs(rule));
    const held = rules.length === 0 ? null : heldBy(branch, rules);
    if (held?.is === 'unknown') doubts.push(held.why);
    if (held?.is === 'passed') passed.push(`${namesOf(held.actors)} over \`${pillar}\``);
  }
  if (passed.length > 0) return stop(subject, `some may pass over the rules: ${passed.join('; ')}`, passed.join('; '));
  const [doubt] = doubts;
  // Only an administrator sees these lists, which the applier must not be: gate 2 does not rest on them.
  return doubt === undefined ? ok(subject, 'no bypass') : unread(subject, doubt, false);
}

/** Rules that require other checks than ours may have any bypass list. */
function isOurs(rule: Rule): boolean {
  return rule.type !== 'required_status_checks' || rule.checks.some(({ name }) => name === CHECK);
}

function judgeMethods({ access, allowsRebase }: Setup, branch: BranchSetup): SetupCheck {
  const fix = ghJson('PATCH', `repos/${access}`, { allow_rebase_merge: false });
  const subject: Subject = { code: 'merge-methods', expected: 'merges are merge commits or squashes, no rebase', fix };
  const refuses = pullsIn(branch).some(
    ({ mergeMethods }) => mergeMethods.length > 0 && !mergeMethods.includes('rebase'),
  );
  if (refuses) return ok(subject, 'a rule refuses rebase');
  if (!allowsRebase.isRead) return unread(subject, allowsRebase.why, true);
  if (!allowsRebase.value) return ok(subject, 'the repository refuses rebase');
  return stop(subject, 'rebase merges are allowed, and what they bring cannot be derived from one commit', 'rebase');
}

function judgeQueue({ access }: Setup, branch: BranchSetup): SetupCheck {
  const queues = branch.rules.filter(({ type }) => type === 'merge_queue');
  const names = queues.map(({ ruleset }) => branch.names.get(ruleset) ?? String(ruleset)).join(', ');
  const fix = `${rulesPage(access)}: in the ruleset \`${names}\`, clear "Require merge queue"`;
  const subject: Subject = {
    code: 'merge-queue',
    expected: 'no merge queue: it merges what no one decided as a whole',
    fix,
  };
  if (queues.length === 0) return ok(subject, 'none');
  return stop(subject, `the setting "Require merge queue" is on for \`${branch.branch}\``, names);
}

/** Paths that must have native reviews even when the tree does not hold them yet. */
const ALWAYS = [
  'policies/organization.yaml',
  'policies/catalog/gatepass-sample.yaml',
  'policies/rules/gatepass-sample.yaml',
  'CODEOWNERS',
  '.github/CODEOWNERS',
  'docs/CODEOWNERS',
  '.github/workflows/gatepass-sample.yml',
  '.github/actions/gatepass-sample/action.yml',
  'gatepass-sample',
  'gatepass-sample/gatepass-sample',
] as const;

function judgeReviews(setup: Setup, branch: BranchSetup): SetupCheck {
  const reviewers = [
    { file_patterns: ['**', '!/requests/**'], minimum_approvals: 1, reviewer: { id: 'TEAM_ID', type: 'Team' } },
  ];
  const rule = { type: 'pull_request', parameters: { ...PULL_REQUEST.parameters, required_reviewers: reviewers } };
  const fix = `${addRuleset(setup.access, 'gatepass: owners of all else', MAIN, [rule])} # TEAM_ID: \`gh api orgs/ORG/teams/SLUG -q .id\``;
  const expected = 'every path outside `requests/` needs a native review, by a path rule or by code owners';
  const subject: Subject = { code: 'reviews-elsewhere', expected, fix };
  const { tree } = setup;
  if (!tree.isRead) return unread(subject, tree.why, true);
  const paths = [...new Set([...ALWAYS, ...tree.value.paths.filter((path) => !path.startsWith('requests/'))])].sort();
  const bare = paths.filter((path) => !isReviewed(branch, tree.value, path));
  if (bare.length === 0) return ok(subject, `${paths.length} paths looked at`);
  const some = bare
    .slice(0, 5)
    .map((path) => `\`${path}\``)
    .join(', ');
  const more = bare.length > 5 ? ` and ${bare.length - 5} more` : '';
  return stop(
    subject,
    `a pull request may change these without a native review: ${some}${more}`,
    `${bare.length} paths`,
  );
}

function isReviewed(branch: BranchSetup, tree: TreeSetup, path: string): boolean {
  return pullsIn(branch).some((rule) => hasReviewer(rule, path) || (rule.codeOwners && isOwned(tree.codeowners, path)));
}

function hasReviewer(rule: PullRule, path: string): boolean {
  return rule.reviewers.some(({ approvals, patterns }) => approvals > 0 && covers(patterns, path));
}

function isOwned(codeowners: string | null, path: string): boolean {
  return codeowners !== null && ownersOf(parseCodeowners(codeowners), path).owners.length > 0;
}

function judgeReviewsOfRequests({ access }: Setup, branch: BranchSetup): SetupCheck {
  const fix = `${rulesPage(access)}: exclude \`/requests/**\` from required reviewers, and require 0 approvals`;
  const expected = 'requests need no native review: who approves is for policy to say';
  const subject: Subject = { code: 'reviews-of-requests', expected, fix };
  const needing = pullsIn(branch).filter(
    (rule) => rule.approvals > 0 || rule.codeOwners || hasReviewer(rule, 'requests/sample/role/sample.yaml'),
  );
  if (needing.length === 0) return ok(subject, 'none');
  return weak(subject, 'GitHub demands a review of every request, so none can be automatic', 'native reviews');
}

function judgeStrict({ access }: Setup, branch: BranchSetup): SetupCheck {
  const fix = `${rulesPage(access)}: clear "Require branches to be up to date before merging"`;
  const subject: Subject = { code: 'up-to-date', expected: 'branches need not be up to date', fix };
  const isStrict = checksIn(branch).some(({ strict }) => strict);
  if (!isStrict) return ok(subject, 'not required');
  return weak(subject, 'branches must be up to date, so each merge holds all other requests up', 'required');
}

function pullsIn(branch: BranchSetup): readonly PullRule[] {
  return branch.rules.filter((rule) => rule.type === 'pull_request');
}

function checksIn(branch: BranchSetup): readonly ChecksRule[] {
  return branch.rules.filter((rule) => rule.type === 'required_status_checks');
}
