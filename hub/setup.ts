/** Builds what a hub begins with: people, organisations, teams, repositories and Apps. Nothing here sends a webhook. */
import { generateKeyPair } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seconds } from './clock.ts';
import { createStore } from './git/store.ts';
import { type GitStore, ZERO } from './git/types.ts';
import { WEB_FLOW } from './json/commit.ts';
import type { Account, App, Organization, Permissions, Repository, Role, Team } from './model.ts';
import { account } from './state.ts';
import { newToken } from './token.ts';
import type { HubState } from './types.ts';

export interface NewUser {
  readonly login: string;
  readonly id: number;
  readonly email?: string;
}

/** The token is a person's own, with all their rights. */
export function addUser(hub: HubState, user: NewUser): { id: number; login: string; token: string } {
  const made = account(user.id, user.login, 'User', user.email);
  hub.accounts.set(made.id, made);
  const token = newToken(hub, 'ghp', { kind: 'user', account: made }, null);
  return { id: made.id, login: made.login, token };
}

export interface NewOrganization {
  readonly login: string;
  readonly id: number;
  readonly owners: readonly string[];
  readonly members?: readonly string[];
}

export function addOrganization(hub: HubState, wanted: NewOrganization): void {
  const own = account(wanted.id, wanted.login, 'Organization');
  hub.accounts.set(own.id, own);
  const organization: Organization = { account: own, members: new Map(), teams: new Map() };
  hub.organizations.set(wanted.login.toLowerCase(), organization);
  for (const login of wanted.members ?? []) enrol(hub, organization, login, 'member');
  for (const login of wanted.owners) enrol(hub, organization, login, 'admin');
}

function enrol(hub: HubState, organization: Organization, login: string, role: 'admin' | 'member'): Account {
  const found = accountByLogin(hub, login);
  const old = organization.members.get(found.id);
  if (old === undefined) organization.members.set(found.id, { account: found, role, state: 'active' });
  else if (role === 'admin') old.role = role;
  return found;
}

export function accountByLogin(hub: HubState, login: string): Account {
  for (const each of hub.accounts.values()) if (each.login.toLowerCase() === login.toLowerCase()) return each;
  throw new Error(`no account \`${login}\` on this hub`);
}

export function organizationByLogin(hub: HubState, login: string): Organization {
  const found = hub.organizations.get(login.toLowerCase());
  if (found === undefined) throw new Error(`no organisation \`${login}\` on this hub`);
  return found;
}

export function repositoryByName(hub: HubState, owner: string, name: string): Repository {
  const found = hub.repositories.get(`${owner}/${name}`.toLowerCase());
  if (found === undefined) throw new Error(`no repository \`${owner}/${name}\` on this hub`);
  return found;
}

export interface NewTeam {
  readonly slug: string;
  readonly id?: number;
  readonly parent?: string;
  /** Logins; they become members of the organisation too. */
  readonly members: readonly string[];
  readonly maintainers?: readonly string[];
  readonly privacy?: Team['privacy'];
}

export function addTeam(hub: HubState, login: string, wanted: NewTeam): Team {
  const organization = organizationByLogin(hub, login);
  const parent = wanted.parent === undefined ? null : organization.teams.get(wanted.parent);
  if (parent === undefined) throw new Error(`no team \`${wanted.parent}\` in \`${login}\``);
  const team: Team = {
    id: wanted.id ?? hub.nextId(),
    slug: wanted.slug,
    name: wanted.slug,
    description: null,
    privacy: wanted.privacy ?? 'closed',
    organization,
    parent,
    members: new Map(),
    repositories: new Map(),
  };
  organization.teams.set(team.slug, team);
  for (const member of wanted.members) putMember(hub, team, member, 'member');
  for (const member of wanted.maintainers ?? []) putMember(hub, team, member, 'maintainer');
  return team;
}

function putMember(hub: HubState, team: Team, login: string, role: 'member' | 'maintainer'): void {
  const found = enrol(hub, team.organization, login, 'member');
  team.members.set(found.id, { account: found, role, state: 'active' });
}

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
    comments: [],
    checkRuns: [],
    statuses: [],
    rulesets: [],
    activity: [],
    secrets: new Map(),
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

export interface NewApp {
  readonly slug: string;
  readonly permissions: Permissions;
  readonly events?: readonly string[];
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** Where it is installed; the only organisation unless told. */
  readonly owner?: string;
  /** Names of the repositories it is installed on; all unless told. */
  readonly repositories?: readonly string[];
  readonly id?: number;
}

export interface AddedApp {
  readonly id: number;
  readonly slug: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  readonly installationId: number;
  readonly webhookSecret: string;
}

const makeKeys = promisify(generateKeyPair);

export async function addApp(hub: HubState, wanted: NewApp): Promise<AddedApp> {
  const keys = await makeKeys('rsa', { modulusLength: 2048 });
  const login = wanted.owner ?? hub.organizations.values().next().value?.account.login;
  if (login === undefined) throw new Error(`no organisation to install \`${wanted.slug}\` on`);
  const owner = accountByLogin(hub, login);
  const id = wanted.id ?? hub.nextId();
  const bot = account(hub.nextId(), `${wanted.slug}[bot]`, 'Bot');
  const createdAt = hub.clock.now();
  const app: App = {
    id,
    slug: wanted.slug,
    name: wanted.slug,
    owner,
    bot,
    permissions: { metadata: 'read', ...wanted.permissions },
    events: wanted.events ?? [],
    publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    webhookUrl: wanted.webhookUrl ?? null,
    webhookSecret: wanted.webhookSecret ?? `secret-of-${wanted.slug}`,
    createdAt,
  };
  hub.accounts.set(bot.id, bot);
  hub.apps.set(id, app);
  const ids = wanted.repositories?.map((name) => repositoryByName(hub, login, name).id);
  const installation = {
    id: hub.nextId(),
    app,
    account: owner,
    createdAt,
    repositories: ids === undefined ? null : new Set(ids),
  };
  hub.installations.set(installation.id, installation);
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { id, slug: app.slug, privateKey, installationId: installation.id, webhookSecret: app.webhookSecret };
}
