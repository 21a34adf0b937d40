/** What only `gatepass doctor` reads, with a person's token: settings and permissions that no App of ours may see. */
import type { Fact, MoreSetup, OidcSetup, SweepsSetup } from '../core/attest/snapshot.ts';
import { known, unknown } from '../core/attest/snapshot.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import { MAIN_ZONE } from '../core/ledger/live.ts';
import { heardIn, silenceIn, zonesIn } from '../core/ledger/owed.ts';
import { attempt, readBranchSetup } from './attest.ts';
import { call, callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { readGoverning } from './governing.ts';
import { HEARTBEAT_BRANCH } from './heartbeat-store.ts';
import { inBatches } from './in-batches.ts';
import type { LedgerCache } from './ledger-store.ts';
import { teamsNamedIn } from './memberships.ts';
import { readProvenEntries } from './proven-entries.ts';
import { readSweepPulse } from './pulse.ts';
import { fields, fieldsOrNull, list, text } from './read.ts';
import { type GitCache, gitCache } from './tree.ts';
import { WITNESS_BRANCH } from './witness-store.ts';

export interface MoreAsked {
  readonly access: RepositoryName;
  /** Where the sweep runs. */
  readonly ledger: RepositoryName;
  readonly defaultBranch: string;
  readonly gateApp: number | null;
  readonly applierApp: number | null;
  readonly cache?: GitCache;
}

export async function readMoreSetup(github: GitHub, asked: MoreAsked): Promise<MoreSetup> {
  const name = { owner: asked.access.owner, repo: asked.access.name };
  const [actionsMayApprove, classic, installations, runs, witness, heartbeats, unpinnedTeams, oidc, sweeps] =
    await Promise.all([
      attempt(async () => {
        const { data } = await call(github, 'GET /repos/{owner}/{repo}/actions/permissions/workflow', name);
        return fields(data, 'workflow permissions')['can_approve_pull_request_reviews'] === true;
      }),
      attempt(() => readClassic(github, asked)),
      attempt(() => callAll(github, 'GET /orgs/{org}/installations', { org: name.owner }, { under: 'installations' })),
      attempt(() => readRuns(github, asked)),
      attempt(() => readBranchSetup(github, asked.access, WITNESS_BRANCH)),
      attempt(() => readBranchSetup(github, asked.ledger, HEARTBEAT_BRANCH)),
      attempt(() => readUnpinned(github, asked)),
      attempt(() => readOidc(github, asked.ledger)),
      readSweeps(github, asked),
    ]);
  return {
    actionsMayApprove,
    classic,
    gatePermissions: permissionsOf(installations, asked.gateApp, 'gate'),
    applierPermissions: permissionsOf(installations, asked.applierApp, 'applier'),
    runs,
    witness,
    heartbeats,
    unpinnedTeams,
    oidc,
    sweeps,
  };
}

/** The workflow file that `gatepass init` writes. */
const WORKFLOW = 'gatepass.yml';

async function readSweeps(github: GitHub, { access, ledger }: MoreAsked): Promise<Fact<SweepsSetup>> {
  const cache: LedgerCache = new Map();
  const [read, workflow] = await Promise.all([
    attempt(() =>
      readSweepPulse({
        access: { github, repository: access },
        ledger: { github, repository: ledger },
        entries: () => readProvenEntries(async () => github, ledger, cache),
        cache,
      }),
    ),
    attempt(async () => {
      const parameters = { owner: ledger.owner, repo: ledger.name, workflow_id: WORKFLOW };
      const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}';
      return text(fields((await call(github, route, parameters)).data, 'workflow')['state'], 'workflow state');
    }),
  ]);
  if (!read.isRead) return read;
  if (typeof read.value === 'string') return unknown(read.value);
  const { pulse, now } = read.value;
  const silence = silenceIn(pulse, zonesIn(pulse.state), now);
  return known({ heardAt: heardIn(pulse)(MAIN_ZONE), silence, workflow });
}

/** Without protection GitHub answers 404; to who may not see it, too, so that only administrators know. */
async function readClassic(github: GitHub, asked: MoreAsked): Promise<{ readonly strict: boolean } | null> {
  const { owner, name: repo } = asked.access;
  try {
    const parameters = { owner, repo, branch: asked.defaultBranch };
    const { data } = await call(github, 'GET /repos/{owner}/{repo}/branches/{branch}/protection', parameters);
    const checks = fieldsOrNull(fields(data, 'protection')['required_status_checks'], 'required_status_checks');
    return { strict: checks?.['strict'] === true };
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found' && /not protected/i.test(error.message)) return null;
    throw error;
  }
}

function permissionsOf(
  installations: Fact<readonly unknown[]>,
  app: number | null,
  who: string,
): Fact<Readonly<Record<string, string>>> {
  if (app === null) return unknown(`the id of the ${who} app was not given`);
  if (!installations.isRead) return installations;
  const ours = installations.value
    .map((item) => fields(item, 'installation'))
    .find((installation) => installation['app_id'] === app);
  if (ours === undefined) return unknown(`App ${app} is not installed in this organisation`);
  const permissions = Object.entries(fields(ours['permissions'], 'permissions'));
  return known(Object.fromEntries(permissions.map(([name, level]) => [name, text(level, name)])));
}

/** Who may write in a repository that actions run in, and in the access repository, so that they could ask as well. */
async function readRuns(
  github: GitHub,
  asked: MoreAsked,
): Promise<readonly { readonly repository: string; readonly writers: Fact<readonly string[]> }[]> {
  const { governance } = await readPolicies(github, asked);
  const actions = Object.values(governance.resources).flatMap((resource) => Object.values(resource.actions));
  const repositories = [...new Set(actions.map(({ runs }) => runs.repository.toLowerCase()))].sort();
  if (repositories.length === 0) return [];
  const requesters = new Set(await readWriters(github, asked.access));
  return inBatches(repositories, async (repository) => {
    const [runsOwner = '', name = ''] = repository.split('/');
    const writers = await attempt(() => readWriters(github, { owner: runsOwner, name }));
    return {
      repository,
      writers: writers.isRead ? known(writers.value.filter((login) => requesters.has(login))) : writers,
    };
  });
}

/** Those that the policies of the default branch name, and CODEOWNERS. */
async function readUnpinned(github: GitHub, asked: MoreAsked): Promise<readonly string[]> {
  const { files, governance } = await readPolicies(github, asked);
  const pinned = governance.people.teams;
  return teamsNamedIn(files, asked.access.owner).filter((slug) => !Object.hasOwn(pinned, slug));
}

async function readPolicies(github: GitHub, asked: MoreAsked) {
  const { owner, name: repo } = asked.access;
  const parameters = { owner, repo, ref: `heads/${asked.defaultBranch}` };
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', parameters);
  const tip = text(fields(fields(data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
  const { files } = await readGoverning(github, asked.access, tip, asked.cache ?? gitCache());
  const governance = parseGovernance(files);
  if (!governance.ok) throw new GitHubError('unexpected', 'the governing files do not parse; run `gatepass check`');
  return { files, governance: governance.value };
}

/** The numbers are in the prefix also where a repository never chose: new and renamed ones have them by themselves. */
async function readOidc(github: GitHub, { owner, name: repo }: RepositoryName): Promise<OidcSetup> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/actions/oidc/customization/sub', { owner, repo });
  const answer = fields(data, 'OIDC subject');
  const prefix = typeof answer['sub_claim_prefix'] === 'string' ? answer['sub_claim_prefix'] : null;
  return {
    isDefault: answer['use_default'] === true,
    keys: list(answer['include_claim_keys'] ?? [], 'include_claim_keys').map((key) => text(key, 'claim key')),
    isImmutable: answer['use_immutable_subject'] === true || (prefix ?? '').includes('@'),
    prefix,
  };
}

/** Logins, sorted. */
async function readWriters(github: GitHub, repository: RepositoryName): Promise<readonly string[]> {
  const people = await callAll(github, 'GET /repos/{owner}/{repo}/collaborators', {
    owner: repository.owner,
    repo: repository.name,
    permission: 'push',
  });
  return people
    .map((item) => fields(item, 'collaborator'))
    .filter((person) => fieldsOrNull(person['permissions'], 'permissions')?.['push'] === true)
    .map((person) => text(person['login'], 'login'))
    .sort();
}
