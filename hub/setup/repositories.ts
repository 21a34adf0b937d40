/** Puts repositories and forks on a hub, with their first commit. Sends no webhook and starts no workflow. */
import { join } from 'node:path';
import { seconds } from '../clock.ts';
import { createStore } from '../git/store.ts';
import { type GitStore, ZERO } from '../git/types.ts';
import { WEB_FLOW } from '../json/commit.ts';
import type { Account, Repository, Role } from '../model.ts';
import type { HubState } from '../types.ts';
import { accountByLogin, organizationByLogin } from './people.ts';

export type File = string | Buffer | { readonly text: string; readonly mode: string };

export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  readonly id?: number;
  /** True unless told. */
  readonly private?: boolean;
  /** By path, committed as the first commit; none: an empty repository. */
  readonly files?: Readonly<Record<string, File>>;
  /** Role by team slug, and by login. */
  readonly teams?: Readonly<Record<string, Role>>;
  readonly users?: Readonly<Record<string, Role>>;
  readonly defaultBranch?: string;
  readonly fork?: Repository;
}

export async function addRepository(hub: HubState, wanted: NewRepository): Promise<Repository> {
  const owner = accountByLogin(hub, wanted.owner);
  const defaultBranch = wanted.defaultBranch ?? 'main';
  const git = await createStore(join(hub.directory, owner.login, `${wanted.name}.git`), defaultBranch);
  const at = hub.clock.now();
  const repository: Repository = {
    id: wanted.id ?? hub.nextId(),
    owner,
    name: wanted.name,
    fullName: `${owner.login}/${wanted.name}`,
    private: wanted.private ?? true,
    defaultBranch,
    createdAt: at,
    pushedAt: at,
    git,
    collaborators: new Map(),
    parent: wanted.fork ?? null,
    pulls: new Map(),
    issues: new Map(),
    comments: [],
    checkRuns: [],
    statuses: [],
    rulesets: [],
    activity: [],
    secrets: new Map(),
    environments: new Map(),
    actionsMayApprove: false,
    nextNumber: 1,
    settings: { mergeCommit: true, squash: true, rebase: true, deleteBranch: false },
  };
  hub.repositories.set(repository.fullName.toLowerCase(), repository);
  for (const [login, role] of Object.entries(wanted.users ?? {})) {
    const found = accountByLogin(hub, login);
    repository.collaborators.set(found.id, { account: found, role });
  }
  for (const [slug, role] of Object.entries(wanted.teams ?? {})) giveTeam(hub, repository, slug, role);
  if (wanted.files !== undefined) await firstCommit(hub, repository, wanted.files);
  return repository;
}

function giveTeam(hub: HubState, repository: Repository, slug: string, role: Role): void {
  const team = organizationByLogin(hub, repository.owner.login).teams.get(slug);
  if (team === undefined) throw new Error(`no team \`${slug}\` in \`${repository.owner.login}\``);
  team.repositories.set(repository.id, role);
}

async function firstCommit(
  hub: HubState,
  repository: Repository,
  files: Readonly<Record<string, File>>,
): Promise<void> {
  const { git } = repository;
  const entries = await Promise.all(Object.entries(files).map(([path, file]) => writeFile(git, path, file)));
  const tree = await git.writeTree(null, entries);
  const date = seconds(hub.clock.now());
  const creator = creatorOf(hub, repository);
  const author = { name: creator.login, email: creator.email, date };
  const sha = await git.writeCommit({
    tree,
    parents: [],
    message: 'Initial commit',
    author,
    committer: { ...WEB_FLOW, date },
  });
  hub.verified.add(sha);
  const ref = `refs/heads/${repository.defaultBranch}`;
  await git.swapRef(ref, sha, ZERO);
  const at = hub.clock.now();
  repository.activity.push({
    id: hub.nextId(),
    ref,
    before: ZERO,
    after: sha,
    actor: creator,
    at,
    type: 'branch_creation',
  });
}

async function writeFile(
  git: GitStore,
  path: string,
  file: File,
): Promise<{ path: string; mode: string; sha: string }> {
  const isPlain = typeof file === 'string' || Buffer.isBuffer(file);
  const sha = await git.writeObject('blob', isPlain ? file : file.text);
  return { path, mode: isPlain ? '100644' : file.mode, sha };
}

function creatorOf(hub: HubState, repository: Repository): Account {
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  const owners = [...(organization?.members.values() ?? [])].filter((member) => member.role === 'admin');
  return owners[0]?.account ?? repository.owner;
}

/** A fork under another account, with all branches. */
export async function addFork(hub: HubState, parent: Repository, owner: string): Promise<Repository> {
  const fork = await addRepository(hub, {
    owner,
    name: parent.name,
    private: parent.private,
    defaultBranch: parent.defaultBranch,
    fork: parent,
  });
  await fork.git.git(['fetch', '--quiet', parent.git.directory, '+refs/heads/*:refs/heads/*']);
  return fork;
}

export function repositoryByName(hub: HubState, owner: string, name: string): Repository {
  const found = hub.repositories.get(`${owner}/${name}`.toLowerCase());
  if (found === undefined) throw new Error(`no repository \`${owner}/${name}\` on this hub`);
  return found;
}

/** Made when it is first named, for the default branch only, as Gatepass asks for it; `null` opens it to every branch. */
export function setEnvironment(
  hub: HubState,
  repository: Repository,
  name: string,
  branches: readonly string[] | null = [repository.defaultBranch],
): void {
  const known = repository.environments.get(name);
  const made = known ?? { id: hub.nextId(), createdAt: hub.clock.now(), branches };
  made.branches = branches;
  repository.environments.set(name, made);
}
