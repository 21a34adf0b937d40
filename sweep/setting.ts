/**
 * The governing files and memberships of now, without any pull request: for the questions that a sweep asks by itself,
 * who owns a resource and whom a lock is for. Decides nothing on requests.
 */
import type { Governance } from '../core/document/documents.ts';
import type { Evidence, GoverningFile } from '../core/policy/evidence.ts';
import { readGovernance } from '../core/policy/governance.ts';
import type { Setting } from '../core/policy/setting.ts';
import type { Instant } from '../core/time.ts';
import { call, GitHubError } from '../github/client.ts';
import { readGoverning } from '../github/governing.ts';
import { readMembers, readTeams, teamsNamedIn } from '../github/memberships.ts';
import { fields, integer, text } from '../github/read.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface SettingAsked {
  readonly accepted: string;
  /** Files that stand in for those of the accepted tree, by path. */
  readonly instead: readonly GoverningFile[];
  /** Whether memberships matter, given the files: reading them takes a call for each team. */
  readonly needsPeople: (governance: Governance) => boolean;
  readonly now: Instant;
}

/** Throws `GitHubError`, also where the files do not parse together. */
export async function readSetting(world: SweepWorld, asked: SettingAsked): Promise<Setting> {
  const [governing, repository] = await Promise.all([
    readGoverning(world.github, world.repository, asked.accepted, world.cache.git),
    readRepository(world),
  ]);
  // As they were read, the files are parsed once for all who ask.
  const files = asked.instead.length === 0 ? governing.files : replaced(governing.files, asked.instead);
  const found = readGovernance(files);
  if (!found.ok) {
    const issue = found.issues[0];
    const where = issue === undefined ? '' : `: ${issue.file}:${issue.line} ${issue.message}`;
    throw new GitHubError('unexpected', `the governing files do not parse${where}`);
  }
  const isNeeded = asked.needsPeople(found.value.governance);
  const [teams, members] = isNeeded ? await readPeople(world, repository, files) : NOBODY;
  const evidence: Evidence = {
    ...NO_PULL_REQUEST,
    now: asked.now,
    repository: { id: repository.id, name: repository.name, defaultBranch: repository.defaultBranch },
    governing: { commit: asked.accepted, files },
    teams,
    members,
  };
  return { evidence, ...found.value };
}

function replaced(files: readonly GoverningFile[], instead: readonly GoverningFile[]): readonly GoverningFile[] {
  const paths = new Set(instead.map((file) => file.path));
  return [...files.filter((file) => !paths.has(file.path)), ...instead].sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface RepositoryFacts {
  readonly id: number;
  readonly name: string;
  readonly defaultBranch: string;
  readonly organization: string | null;
}

export async function readRepository(world: SweepWorld): Promise<RepositoryFacts> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}', repositoryOf(world.repository));
  const repository = fields(data, 'repository');
  const owner = fields(repository['owner'], 'repository owner');
  return {
    id: integer(repository['id'], 'repository id'),
    name: text(repository['full_name'], 'repository name'),
    defaultBranch: text(repository['default_branch'], 'default branch'),
    organization: owner['type'] === 'Organization' ? text(owner['login'], 'owner login') : null,
  };
}

type People = readonly [Evidence['teams'], Evidence['members']];

const NOBODY: People = [{}, null];

async function readPeople(
  world: SweepWorld,
  repository: RepositoryFacts,
  files: readonly GoverningFile[],
): Promise<People> {
  const { organization } = repository;
  if (organization === null) return NOBODY;
  return Promise.all([
    readTeams(world.github, organization, teamsNamedIn(files, organization)),
    readMembers(world.github, organization),
  ]);
}

const EPOCH = '1970-01-01T00:00:00.000Z' as Instant;

const NO_PULL_REQUEST: Omit<Evidence, 'now' | 'repository' | 'governing' | 'teams' | 'members'> = {
  apiVersion: 'gatepass/v1',
  kind: 'Evidence',
  pullRequest: {
    number: 0,
    title: '',
    author: { id: 0, login: '', type: 'Mannequin' },
    state: 'closed',
    draft: false,
    openedAt: EPOCH,
    mergedAt: null,
    base: { ref: '', sha: '', repositoryId: 0 },
    head: { ref: '', sha: '', repositoryId: null },
    changedFiles: 0,
    commits: 0,
    retargetedAt: [],
  },
  changes: [],
  commits: [],
  pushers: null,
  reviews: [],
  grants: [],
  signals: {},
};
