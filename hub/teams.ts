/** Changes of a team's members, with the `membership` event that follows. */
import { accountJson, organizationJson, teamJson } from './json/account.ts';
import type { Account, Team, TeamMember } from './model.ts';
import type { HubState } from './types.ts';

/** Adds or changes a member; who is not in the organisation yet stays `pending` until they accept. */
export function addToTeam(
  hub: HubState,
  team: Team,
  account: Account,
  role: TeamMember['role'],
  sender: Account,
): TeamMember {
  const { organization } = team;
  const old = team.members.get(account.id);
  if (old !== undefined) {
    old.role = role;
    return old;
  }
  const isMember = organization.members.get(account.id)?.state === 'active';
  if (!organization.members.has(account.id))
    organization.members.set(account.id, { account, role: 'member', state: 'pending' });
  const member: TeamMember = { account, role, state: isMember ? 'active' : 'pending' };
  team.members.set(account.id, member);
  if (isMember) emitMembership(hub, team, account, 'added', sender);
  return member;
}

/** `false`: they were not a direct member. */
export function removeFromTeam(hub: HubState, team: Team, account: Account, sender: Account): boolean {
  const old = team.members.get(account.id);
  if (old === undefined) return false;
  team.members.delete(account.id);
  if (old.state === 'active') emitMembership(hub, team, account, 'removed', sender);
  return true;
}

/** A pending member accepts the invitation to the organisation. */
export function acceptInvitation(hub: HubState, organization: Team['organization'], account: Account): void {
  const member = organization.members.get(account.id);
  if (member !== undefined) member.state = 'active';
  for (const team of organization.teams.values()) {
    const pending = team.members.get(account.id);
    if (pending?.state !== 'pending') continue;
    pending.state = 'active';
    emitMembership(hub, team, account, 'added', account);
  }
}

function emitMembership(
  hub: HubState,
  team: Team,
  account: Account,
  action: 'added' | 'removed',
  sender: Account,
): void {
  const payload = {
    action,
    scope: 'team',
    member: accountJson(hub, account),
    team: teamJson(hub, team),
    organization: organizationJson(hub, team.organization),
  };
  hub.emit('membership', payload, { organization: team.organization, sender });
}
