/** What stands around the branches: the environment with the secrets, workflow jobs, Apps, other repositories. */
import { ok, type SetupCheck, type Subject, stop, unread, weak } from './check.ts';
import { ghJson, quoted } from './commands.ts';
import { ACTIONS_APP, CHECK } from './judge-main.ts';
import type { EnvironmentSetup, Fact, MoreSetup, Setup } from './snapshot.ts';
import { jobsNamed } from './workflow-jobs.ts';

/** The environment that holds the sweep's keys. */
export const ENVIRONMENT = 'gatepass';

/** What each App needs, and no more (docs/guides/app.md, docs/guides/action.md). `metadata: read` comes with every App. */
export const GATE_PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  members: 'read',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
} as const;
export const APPLIER_PERMISSIONS = {
  actions: 'write',
  contents: 'write',
  issues: 'read',
  members: 'write',
  metadata: 'read',
  pull_requests: 'read',
} as const;

export function judgeAround(setup: Setup): readonly SetupCheck[] {
  const around = [judgeJobs(setup), judgeEnvironment(setup), judgeLayout(setup)];
  return setup.more === null ? around : [...around, ...judgeMore(setup, setup.more)];
}

function judgeJobs({ tree, gateApp }: Setup): SetupCheck {
  const fix = 'rename the job: its `name`, or its id where it has none';
  const subject: Subject = { code: 'check-name', expected: `no workflow job is called \`${CHECK}\``, fix };
  if (!tree.isRead) return unread(subject, tree.why, true);
  const { same, doubtful } = jobsNamed(CHECK, tree.value.workflows);
  if (same.length > 0) {
    const message = `a job publishes a check of its own name, and a skipped job counts as success: ${same.join(', ')}`;
    return (gateApp === ACTIONS_APP ? stop : weak)(subject, message, same.join(', '));
  }
  if (doubtful.length === 0) return ok(subject, `${tree.value.workflows.size} workflows looked at`);
  return unread(subject, `these names are known only when they run: ${doubtful.join(', ')}`, false);
}

function judgeEnvironment({ environment, ledger, sweepBranch }: Setup): SetupCheck {
  const path = `repos/${ledger}/environments/${ENVIRONMENT}`;
  const policy = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };
  const only = `gh api --method POST ${quoted(`${path}/deployment-branch-policies`)} -f name=${quoted(sweepBranch)}`;
  const fix = `${ghJson('PUT', path, policy)} && ${only}`;
  const expected = `the environment \`${ENVIRONMENT}\` of \`${ledger}\` admits \`${sweepBranch}\` only`;
  const subject: Subject = { code: 'environment', expected, fix };
  if (!environment.isRead) return unread(subject, environment.why, true);
  if (environment.value === null) {
    const message = `there is no environment \`${ENVIRONMENT}\`: where the sweep's keys are, any branch may reach them`;
    return weak(subject, message, 'no environment');
  }
  const found = inWords(environment.value);
  const isOnly = Array.isArray(environment.value.branches) && found === sweepBranch;
  if (isOnly) return ok(subject, found);
  return stop(
    subject,
    `a workflow on ${found} can read the keys of the sweep (expected \`${sweepBranch}\` only)`,
    found,
  );
}

function inWords({ branches }: EnvironmentSetup): string {
  if (branches === 'all') return 'any branch';
  if (branches === 'protected') return 'any protected branch';
  return branches.length === 0 ? 'no branch' : branches.join(', ');
}

function judgeLayout({ access, ledger }: Setup): SetupCheck {
  const expected = 'the sweep and the ledger are in a repository where requesters cannot write';
  const fix = 'use an operations repository: docs/guides/workflow/gatepass-operations.yml';
  const subject: Subject = { code: 'layout', expected, fix };
  if (access.toLowerCase() !== ledger.toLowerCase()) return ok(subject, ledger);
  const message = 'one repository holds requests and sweep: whoever may write a request can cancel or flood a sweep';
  return weak(subject, message, ledger);
}

function judgeMore(setup: Setup, more: MoreSetup): readonly SetupCheck[] {
  const app = (code: Subject['code'], who: string, guide: string): Subject => ({
    code,
    expected: `the ${who} has the permissions that its guide lists, and no more`,
    fix: `the App's settings page, "Permissions & events"; ${guide} lists what it needs`,
  });
  const gate = app('gate-permissions', 'gate app', 'docs/guides/app.md');
  const applier = app('applier-permissions', 'applier app', 'docs/guides/action.md');
  return [
    judgeActionsApprove(setup, more.actionsMayApprove),
    judgeClassic(setup, more.classic),
    judgePermissions(gate, more.gatePermissions, GATE_PERMISSIONS),
    judgePermissions(applier, more.applierPermissions, APPLIER_PERMISSIONS),
    judgeRuns(more.runs),
  ];
}

function judgeActionsApprove({ access }: Setup, may: Fact<boolean>): SetupCheck {
  const path = `repos/${access}/actions/permissions/workflow`;
  const fix = ghJson('PUT', path, { can_approve_pull_request_reviews: false });
  const subject: Subject = { code: 'actions-approve', expected: 'Actions may not approve pull requests', fix };
  if (!may.isRead) return unread(subject, may.why, false);
  if (!may.value) return ok(subject, 'off');
  return weak(subject, 'a workflow may approve pull requests, which native reviews would count', 'on');
}

function judgeClassic({ access }: Setup, classic: MoreSetup['classic']): SetupCheck {
  const fix = `https://github.com/${access}/settings/branches: clear "Require branches to be up to date before merging"`;
  const expected = 'classic branch protection, if there is any, does not demand up-to-date branches';
  const subject: Subject = { code: 'classic-protection', expected, fix };
  if (!classic.isRead) return unread(subject, classic.why, false);
  if (classic.value?.strict !== true) return ok(subject, classic.value === null ? 'none' : 'not strict');
  return weak(subject, 'classic protection demands up-to-date branches: each merge holds all requests up', 'strict');
}

const RANK: Readonly<Record<string, number>> = { read: 1, write: 2, admin: 3 };

function judgePermissions(
  subject: Subject,
  fact: Fact<Readonly<Record<string, string>>>,
  needed: Readonly<Record<string, string>>,
): SetupCheck {
  if (!fact.isRead) return unread(subject, fact.why, false);
  const rank = (level: string | undefined): number => RANK[level ?? ''] ?? 0;
  const over = Object.entries(fact.value).filter(([name, level]) => rank(level) > rank(needed[name]));
  const found = Object.entries(fact.value).map(([name, level]) => `${name}: ${level}`);
  if (over.length === 0) return ok(subject, found.sort().join(', '));
  const names = over.map(([name, level]) => `\`${name}: ${level}\``).sort();
  return weak(subject, `more than it needs: ${names.join(', ')}`, names.join(', '));
}

function judgeRuns(runs: MoreSetup['runs']): SetupCheck {
  const expected = 'who may ask for an action cannot start its workflow unasked';
  const fix = 'move the workflow to a repository where requesters cannot write, and name it in `runs:` of the catalog';
  const subject: Subject = { code: 'runs-writers', expected, fix };
  if (!runs.isRead) return unread(subject, runs.why, false);
  const doubts = runs.value.flatMap(({ repository, writers }) =>
    writers.isRead ? [] : [`who writes in \`${repository}\`: ${writers.why}`],
  );
  const open = runs.value.flatMap(({ repository, writers }) =>
    writers.isRead && writers.value.length > 0 ? [`\`${repository}\`: ${someOf(writers.value)}`] : [],
  );
  if (open.length > 0)
    return weak(subject, `these can start it by "Run workflow": ${open.join('; ')}`, open.join('; '));
  const [doubt] = doubts;
  if (doubt !== undefined) return unread(subject, doubt, false);
  return ok(
    subject,
    runs.value.length === 0 ? 'no actions' : runs.value.map(({ repository }) => repository).join(', '),
  );
}

function someOf(logins: readonly string[]): string {
  const shown = logins.slice(0, 5).join(', ');
  return logins.length > 5 ? `${shown} and ${logins.length - 5} more` : shown;
}
