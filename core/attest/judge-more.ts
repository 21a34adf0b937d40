/** What only `doctor` looks at: Apps, other repositories, the witness, teams by name, what the sweep signs in to targets as. */
import { ok, type SetupCheck, type Subject, unread, weak } from './check.ts';
import { ghJson } from './commands.ts';
import { judgeHeartbeats, judgeWitness } from './judge-growing.ts';
import { judgeSweeps } from './judge-sweeps.ts';
import type { Fact, MoreSetup, OidcSetup, Setup } from './snapshot.ts';

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
  members: 'write',
  metadata: 'read',
  pull_requests: 'read',
} as const;

export function judgeMore(setup: Setup, more: MoreSetup): readonly SetupCheck[] {
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
    judgeWitness(setup, more.witness),
    judgeHeartbeats(setup, more.heartbeats),
    judgeTeams(more.unpinnedTeams),
    judgeSubject(setup, more.oidc),
    judgeSweeps(setup, more.sweeps),
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

/** A team is made again under its old name by whoever may make teams; its number never comes back (threat 27). */
function judgeTeams(teams: Fact<readonly string[]>): SetupCheck {
  const fix = 'pin them in `policies/people.yaml`, such as `teams: { dba: 77 }`: gh api orgs/ORG/teams/SLUG --jq .id';
  const about: Subject = { code: 'team-pins', expected: 'each team that has a say is pinned by its number', fix };
  if (!teams.isRead) return unread(about, teams.why, false);
  if (teams.value.length === 0) return ok(about, 'all pinned');
  return weak(about, `these are known by their names alone: ${someOf(teams.value)}`, teams.value.join(', '));
}

const SUBJECT_JOB = 'environment:gatepass';

/**
 * What a target that trusts the sweep's OIDC token has to expect as its `sub`. Since July 2026 new and renamed repositories
 * carry the numbers of owner and repository there, and trust in the names alone fails.
 * Source: docs.github.com, "OpenID Connect reference", immutable subject claims.
 */
function judgeSubject({ ledger }: Setup, oidc: Fact<OidcSetup>): SetupCheck {
  const path = `repos/${ledger}/actions/oidc/customization/sub`;
  const change = ghJson('PUT', path, { use_default: true, use_immutable_subject: true });
  const about: Subject = {
    code: 'oidc-subject',
    expected: 'the `sub` of the sweep’s OIDC token names owner and repository by number, and its environment',
    fix: `only where a target trusts that token: have it trust the new \`sub\` as well, then ${change}`,
  };
  if (!oidc.isRead) return unread(about, oidc.why, false);
  const { isDefault, isImmutable, keys, prefix } = oidc.value;
  const found = `\`${prefix ?? `repo:${ledger}`}:${SUBJECT_JOB}\``;
  if (!isDefault && !keys.some((key) => key === 'context' || key === 'environment')) {
    const names = keys.join(', ');
    return weak(about, `\`sub\` is made of ${names}: a job outside of the environment has the same`, names);
  }
  if (isImmutable) return ok(about, `targets have to trust ${found}`);
  return weak(
    about,
    `\`sub\` is ${found}: whoever gets that name later has it, and after a rename it is another`,
    found,
  );
}
