/** People, organisations and their members. */
import { optionalChoice } from '../body.ts';
import { seconds } from '../clock.ts';
import { forbidden, notFound } from '../http-error.ts';
import { accountJson, nodeId, organizationFullJson, organizationJson, profileJson } from '../json/account.ts';
import type { Account, Member } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { accountNamed, noContent, ok, page } from './answer.ts';

export const peopleRoutes: readonly Route[] = [
  { method: 'GET', path: '/user', needs: 'user', handle: (call) => ok(profileJson(call.hub, call.account)) },
  {
    method: 'GET',
    path: '/user/{account_id}',
    needs: 'public',
    handle: (call) => {
      const found = call.hub.accounts.get(Number(call.params['account_id']));
      if (found === undefined) throw notFound();
      return ok(profileJson(call.hub, found));
    },
  },
  {
    method: 'GET',
    path: '/users/{username}',
    needs: 'public',
    handle: (call) => ok(profileJson(call.hub, accountNamed(call.hub, call.params['username']))),
  },
  {
    method: 'GET',
    path: '/orgs/{org}',
    needs: 'public',
    handle: (call) => ok(organizationFullJson(call.hub, call.organization)),
  },
  {
    method: 'GET',
    path: '/orgs/{org}/members',
    needs: 'members:read',
    handle: (call) => {
      const role = call.query.get('role') ?? 'all';
      const members = [...call.organization.members.values()]
        .filter((member) => member.state === 'active' && (role === 'all' || member.role === role))
        .map((member) => member.account)
        .sort((a, b) => a.id - b.id);
      return page(call, members, (each) => accountJson(call.hub, each));
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/members/{username}',
    needs: 'members:read',
    handle: (call) => {
      if (memberOf(call)?.state !== 'active') throw notFound();
      return noContent();
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/memberships/{username}',
    needs: 'members:read',
    handle: (call) => ok(membershipJson(call, memberOf(call) ?? missing())),
  },
  { method: 'PUT', path: '/orgs/{org}/memberships/{username}', needs: 'members:write', handle: setMembership },
  { method: 'DELETE', path: '/orgs/{org}/memberships/{username}', needs: 'members:write', handle: removeMembership },
];

function memberOf(call: Call): Member | undefined {
  const account = accountNamed(call.hub, call.params['username']);
  return call.organization.members.get(account.id);
}

function missing(): never {
  throw notFound();
}

function membershipJson(call: Call, member: Member) {
  const { hub, organization } = call;
  const url = `${hub.apiUrl}/orgs/${organization.account.login}`;
  return {
    url: `${url}/memberships/${member.account.login}`,
    state: member.state,
    role: member.role,
    organization_url: url,
    organization: organizationJson(hub, organization),
    user: accountJson(hub, member.account),
  };
}

/** Somebody new is invited (`pending`) until they accept; a member's role changes at once. */
function setMembership(call: Call) {
  const { hub, organization } = call;
  const account = accountNamed(hub, call.params['username']);
  const role = optionalChoice(call.body, 'role', ['admin', 'member']) ?? 'member';
  const member = organization.members.get(account.id) ?? { account, role, state: 'pending' as const };
  member.role = role;
  const isNew = !organization.members.has(account.id);
  organization.members.set(account.id, member);
  if (isNew) emitInvited(call, member);
  return ok(membershipJson(call, member));
}

function removeMembership(call: Call) {
  const { organization } = call;
  const member = memberOf(call) ?? missing();
  const admins = [...organization.members.values()].filter((each) => each.role === 'admin' && each.state === 'active');
  if (admins.length === 1 && admins[0] === member)
    throw forbidden('You cannot remove the last owner of the organization.');
  dropMember(call, member.account);
  emitRemoved(call, member);
  return noContent();
}

function dropMember(call: Call, account: Account): void {
  call.organization.members.delete(account.id);
  for (const team of call.organization.teams.values()) team.members.delete(account.id);
}

function emitInvited(call: Call, member: Member): void {
  const { hub, organization } = call;
  const id = hub.nextId();
  const invitation = {
    id,
    node_id: nodeId('OrganizationInvitation', id),
    login: member.account.login,
    email: null,
    role: member.role === 'admin' ? 'admin' : 'direct_member',
    created_at: seconds(hub.clock.now()),
    failed_at: null,
    failed_reason: null,
    inviter: accountJson(hub, call.account),
    team_count: 0,
    invitation_teams_url: `${hub.apiUrl}/orgs/${organization.account.login}/invitations/${id}/teams`,
  };
  const payload = { action: 'member_invited', invitation, user: accountJson(hub, member.account) };
  hub.emit('organization', payload, { organization, sender: call.account });
}

function emitRemoved(call: Call, member: Member): void {
  const { organization: _, ...membership } = membershipJson(call, member);
  const about = { organization: call.organization, sender: call.account };
  call.hub.emit('organization', { action: 'member_removed', membership }, about);
}
