/** What stands around the branches: the environment with the secrets, workflow jobs, the layout. */
import { ok, type SetupCheck, type Subject, stop, unread, weak } from './check.ts';
import { ghJson, quoted } from './commands.ts';
import { ACTIONS_APP, CHECK } from './judge-main.ts';
import { judgeMore } from './judge-more.ts';
import type { EnvironmentSetup, Setup } from './snapshot.ts';
import { jobsNamed } from './workflow-jobs.ts';

/** The environment that holds the sweep's keys. */
export const ENVIRONMENT = 'gatepass';

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
