/** Teams: their members (child teams' included), memberships, invitations and repositories. */
import { membersOf, teamRole } from '../access.ts';
import { optionalChoice } from '../body.ts';
import { HttpError, notFound } from '../http-error.ts';
import { accountJson, teamFullJson, teamJson } from '../json/account.ts';
import { permissionsJson, repositoryJson } from '../json/repository.ts';
import type { Repository, Team } from '../model.ts';
import { addToTeam, removeFromTeam } from '../teams.ts';
import type { Call, Route } from '../types.ts';
import { accountNamed, noContent, ok, page } from './answer.ts';

const TEAM = '/orgs/{org}/teams/{team_slug}';

export const teamRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/orgs/{org}/teams',
    needs: 'members:read',
    handle: (call) => page(call, visibleTeams(call), (each) => teamJson(call.hub, each)),
  },
  { method: 'GET', path: TEAM, needs: 'members:read', handle: (call) => ok(teamFullJson(call.hub, teamOf(call))) },
  {
    method: 'GET',
    path: `${TEAM}/teams`,
    needs: 'members:read',
    handle: (call) => {
      const children = visibleTeams(call).filter((each) => each.parent === teamOf(call));
      return page(call, children, (each) => teamJson(call.hub, each));
    },
  },
  { method: 'GET', path: `${TEAM}/members`, needs: 'members:read', handle: members },
  { method: 'GET', path: `${TEAM}/invitations`, needs: 'members:read', handle: invitations },
  { method: 'GET', path: `${TEAM}/memberships/{username}`, needs: 'members:read', handle: membership },
  { method: 'PUT', path: `${TEAM}/memberships/{username}`, needs: 'members:write', handle: setMembership },
  { method: 'DELETE', path: `${TEAM}/memberships/{username}`, needs: 'members:write', handle: removeMembership },
  {
    method: 'GET',
    path: `${TEAM}/repos`,
    needs: 'members:read',
    handle: (call) => {
      const team = teamOf(call);
      const all = [...call.hub.repositories.values()].filter((each) => teamRole(team, each.id) !== null);
      return page(call, all, (each) => teamRepositoryJson(call, team, each));
    },
  },
  { method: 'GET', path: `${TEAM}/repos/{owner}/{repo}`, needs: 'members:read', handle: teamRepository },
];

/** Secret teams are seen by their members, by owners, and by Apps that may read members. */
function visibleTeams(call: Call): Team[] {
  const all = [...call.organization.teams.values()].sort((a, b) => a.id - b.id);
  return all.filter((team) => isVisible(call, team));
}

function isVisible(call: Call, team: Team): boolean {
  if (team.privacy === 'closed' || call.actor.kind !== 'user') return true;
  return call.organization.members.get(call.account.id)?.role === 'admin' || membersOf(team).has(call.account.id);
}

function teamOf(call: Call): Team {
  const team = call.organization.teams.get((call.params['team_slug'] ?? '').toLowerCase());
  if (team === undefined || !isVisible(call, team)) throw notFound();
  return team;
}

function members(call: Call) {
  const team = teamOf(call);
  const role = call.query.get('role') ?? 'all';
  const all = [...membersOf(team).values()].filter((each) => role === 'all' || shownRole(team, each.id) === role);
  return page(call, all, (each) => accountJson(call.hub, each));
}

/** Owners of the organisation always appear as maintainers. */
function shownRole(team: Team, id: number): 'maintainer' | 'member' {
  if (team.organization.members.get(id)?.role === 'admin') return 'maintainer';
  return team.members.get(id)?.role ?? 'member';
}

function invitations(call: Call) {
  const pending = [...teamOf(call).members.values()].filter((each) => each.state === 'pending');
  return page(call, pending, ({ account, role }) => ({
    id: account.id,
    login: account.login,
    email: null,
    role: role === 'maintainer' ? 'admin' : 'direct_member',
    created_at: call.hub.clock.now(),
    inviter: accountJson(call.hub, call.organization.account),
    team_count: 1,
    node_id: '',
    invitation_teams_url: `${call.hub.apiUrl}/organizations/${call.organization.account.id}/invitations/${account.id}/teams`,
    invitation_source: 'member',
  }));
}

/** Of the team itself or of a child team; child members are reported as members of the parent. */
function membership(call: Call) {
  const team = teamOf(call);
  const account = accountNamed(call.hub, call.params['username']);
  const own = team.members.get(account.id);
  if (own === undefined && !membersOf(team).has(account.id)) throw notFound();
  return ok(membershipJson(call, team, account.login, shownRole(team, account.id), own?.state ?? 'active'));
}

function membershipJson(call: Call, team: Team, login: string, role: string, state: string) {
  const url = `${call.hub.apiUrl}/organizations/${call.organization.account.id}/team/${team.id}/memberships/${login}`;
  return { url, role, state };
}

function setMembership(call: Call) {
  const team = teamOf(call);
  const account = accountNamed(call.hub, call.params['username']);
  if (account.type !== 'User') throw new HttpError(422, 'Cannot add an organization as a member.');
  const role = optionalChoice(call.body, 'role', ['member', 'maintainer']) ?? 'member';
  const member = addToTeam(call.hub, team, account, role, call.account);
  return ok(membershipJson(call, team, account.login, shownRole(team, account.id), member.state));
}

function removeMembership(call: Call) {
  const account = accountNamed(call.hub, call.params['username']);
  if (!removeFromTeam(call.hub, teamOf(call), account, call.account)) throw notFound();
  return noContent();
}

function teamRepositoryJson(call: Call, team: Team, repository: Repository) {
  const role = teamRole(team, repository.id);
  return {
    ...repositoryJson(call.hub, repository),
    permissions: permissionsJson(role),
    role_name: role === null ? 'none' : role,
  };
}

function teamRepository(call: Call) {
  const team = teamOf(call);
  const { repository } = call;
  if (teamRole(team, repository.id) === null) throw notFound();
  const isFull = call.query.get('permission') === 'full';
  return isFull ? ok(teamRepositoryJson(call, team, repository)) : noContent();
}
