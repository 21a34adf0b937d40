/**
 * Who may do what: the role of a person in a repository, and whether a caller satisfies the need of a route. Knows
 * nothing of rulesets, which judge changes of refs (`hub/rules/`).
 */
import { forbidden, HttpError, notFound } from './http-error.ts';
import type { Account, Actor, Level, Organization, Permissions, Repository, Role, Team } from './model.ts';
import type { HubState, Need } from './types.ts';

const RANK: Readonly<Record<Role, number>> = { read: 1, triage: 2, write: 3, maintain: 4, admin: 5 };
const LEVEL: Readonly<Record<Level, number>> = { read: 1, write: 2, admin: 3 };

/** The role a person needs where an App needs a permission; `write` of these is open to every reader. */
const OPEN_TO_READERS = new Set(['issues:write', 'pull_requests:write']);
const ORGANIZATION = new Set(['members', 'organization_administration']);

export function atLeast(role: Role | null, needed: Role): boolean {
  return role !== null && RANK[role] >= RANK[needed];
}

/** The highest role by ownership, collaboration or team; `null`: none, so a private repository is invisible. */
export function roleOf(hub: HubState, repository: Repository, account: Account): Role | null {
  if (repository.owner.id === account.id) return 'admin';
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  if (organization?.members.get(account.id)?.role === 'admin') return 'admin';
  const roles: Role[] = repository.private ? [] : ['read'];
  const own = repository.collaborators.get(account.id)?.role;
  if (own !== undefined) roles.push(own);
  for (const team of organization?.teams.values() ?? []) {
    if (team.members.get(account.id)?.state !== 'active') continue;
    const role = teamRole(team, repository.id);
    if (role !== null) roles.push(role);
  }
  return roles.sort((a, b) => RANK[b] - RANK[a])[0] ?? null;
}

/** A team's role, its ancestors' included. */
export function teamRole(team: Team, repository: number): Role | null {
  const above = team.parent === null ? null : teamRole(team.parent, repository);
  const own = team.repositories.get(repository) ?? null;
  return own !== null && atLeast(own, above ?? 'read') ? own : above;
}

/** Active members of a team and of its child teams, by id. */
export function membersOf(team: Team): Map<number, Account> {
  const found = new Map<number, Account>();
  for (const other of team.organization.teams.values()) {
    if (!isWithin(other, team)) continue;
    for (const member of other.members.values()) {
      if (member.state === 'active') found.set(member.account.id, member.account);
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

export function isWithin(team: Team, ancestor: Team): boolean {
  return team === ancestor || (team.parent !== null && isWithin(team.parent, ancestor));
}

export function canRead(hub: HubState, actor: Actor, repository: Repository): boolean {
  if (!repository.private) return true;
  if (actor.kind === 'user') return roleOf(hub, repository, actor.account) !== null;
  if (actor.kind === 'deploy-key') return actor.repository === repository.id;
  return actor.kind === 'installation' && covers(actor, repository);
}

function covers(actor: Extract<Actor, { kind: 'installation' }>, repository: Repository): boolean {
  const chosen = actor.repositories === null || actor.repositories.has(repository.id);
  return actor.owner.id === repository.owner.id && chosen;
}

/** Throws 401, 403 or 404 unless the caller satisfies one of the needs. */
export function demand(hub: HubState, actor: Actor, need: Need, about: Repository | Organization | null): void {
  const needs: readonly string[] = typeof need === 'string' ? [need] : need;
  if (needs.some((each) => satisfies(hub, actor, each, about))) return;
  if (actor.kind === 'anonymous') throw new HttpError(401, 'Requires authentication');
  if (needs.includes('jwt')) throw new HttpError(401, 'A JSON web token could not be decoded');
  if (actor.kind === 'app' || actor.kind === 'deploy-key') throw new HttpError(401, 'Bad credentials');
  if (actor.kind === 'installation') throw forbidden();
  if (needs.some((each) => each.startsWith('checks:write'))) throw forbidden('You must authenticate via a GitHub App.');
  if (about !== null && 'git' in about && roleOf(hub, about, actor.account) === 'read') throw notFound();
  throw forbidden('Must have admin rights to Repository.');
}

function satisfies(hub: HubState, actor: Actor, need: string, about: Repository | Organization | null): boolean {
  if (need === 'public') return true;
  // It is git's alone, and no key to the API.
  if (actor.kind === 'deploy-key') return false;
  if (need === 'jwt') return actor.kind === 'app';
  if (actor.kind === 'anonymous') return isPublic(about) && need.endsWith(':read') && need !== 'administration:read';
  if (need === 'any') return actor.kind !== 'app';
  if (need === 'user') return actor.kind === 'user';
  if (need === 'installation') return actor.kind === 'installation';
  if (actor.kind === 'app') return false;
  const [name = '', level = 'read'] = need.split(':');
  if (actor.kind === 'installation') return installationMay(actor, name, level as Level, about);
  return personMay(hub, actor.account, name, level as Level, about);
}

function isPublic(about: Repository | Organization | null): boolean {
  return about !== null && 'git' in about && !about.private;
}

function installationMay(
  actor: Extract<Actor, { kind: 'installation' }>,
  name: string,
  level: Level,
  about: Repository | Organization | null,
): boolean {
  if (about !== null && 'git' in about && !covers(actor, about)) return level === 'read' && !about.private;
  if (about !== null && !('git' in about) && about.account.id !== actor.owner.id) return false;
  return grants(actor.permissions, name, level);
}

/** Whether permissions include one at a level; `metadata:read` comes with every App. */
export function grants(permissions: Permissions, name: string, level: Level): boolean {
  const held = permissions[name];
  if (name === 'metadata' && level === 'read') return true;
  return held !== undefined && LEVEL[held] >= LEVEL[level];
}

function personMay(
  hub: HubState,
  account: Account,
  name: string,
  level: Level,
  about: Repository | Organization | null,
): boolean {
  if (about === null) return true;
  if ('git' in about) {
    const role = roleOf(hub, about, account);
    if (name === 'administration') return atLeast(role, 'admin');
    if (name === 'checks' && level === 'write') return false;
    if (level === 'read' || OPEN_TO_READERS.has(`${name}:${level}`)) return role !== null;
    return atLeast(role, 'write');
  }
  const member = about.members.get(account.id);
  if (member?.state !== 'active') return false;
  if (name === 'organization_administration') return member.role === 'admin';
  return level === 'read' || member.role === 'admin' || !ORGANIZATION.has(name);
}
