/** Puts people, organisations and teams on a hub before anything happens. Sends no webhook. */
import type { Account, Organization, Team } from '../model.ts';
import { account } from '../state.ts';
import { newToken } from '../token.ts';
import type { HubState } from '../types.ts';

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
