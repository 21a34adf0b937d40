import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld } from '../../support/acme.ts';
import { aHub, asInstallation, refusal, type TestHub } from '../../support/hub.ts';

describe('teams and members', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub);
    test.hub.addTeam('acme', { slug: 'sre-leads', parent: 'sre', members: ['carol'] });
    test.hub.addTeam('acme', { slug: 'red-team', members: ['grace'], privacy: 'secret' });
    test.hub.addUser({ login: 'newcomer', id: 1010 });
  });
  afterAll(() => test.stop());

  const applier = () => asInstallation(test.hub, world.applier);
  const team = (team_slug: string) => ({ org: 'acme', team_slug });

  it('counts members of child teams as members of the parent', async () => {
    const { data } = await applier().teams.listMembersInOrg(team('sre'));
    expect(data.map((member) => member.login)).toEqual(['carol', 'dan', 'erin']);
    const membership = await applier().teams.getMembershipForUserInOrg({ ...team('sre'), username: 'carol' });
    expect(membership.data).toMatchObject({ state: 'active', role: 'member' });
    const children = await applier().teams.listChildInOrg(team('sre'));
    expect(children.data.map((child) => [child.slug, child.parent?.slug])).toEqual([['sre-leads', 'sre']]);
  });

  it('fills and empties a team, the same each time', async () => {
    const at = { ...team('payments-production'), username: 'alice' };
    for (let round = 0; round < 2; round += 1) {
      expect(
        (await applier().teams.addOrUpdateMembershipForUserInOrg({ ...at, role: 'maintainer' })).data,
      ).toMatchObject({ state: 'active', role: 'maintainer' });
    }
    expect((await applier().teams.listMembersInOrg(team('payments-production'))).data).toHaveLength(1);
    await applier().teams.removeMembershipForUserInOrg(at);
    expect((await refusal(applier().teams.removeMembershipForUserInOrg(at))).status).toBe(404);
    expect((await refusal(applier().teams.getMembershipForUserInOrg(at))).status).toBe(404);
  });

  it('invites somebody from outside: pending until they accept, and no member before', async () => {
    const at = { ...team('payments-production'), username: 'newcomer' };
    expect((await applier().teams.addOrUpdateMembershipForUserInOrg(at)).data.state).toBe('pending');
    expect((await applier().teams.listMembersInOrg(team('payments-production'))).data).toEqual([]);
    const invitations = await applier().request(
      'GET /orgs/{org}/teams/{team_slug}/invitations',
      team('payments-production'),
    );
    expect(invitations.data.map((each) => each.login)).toEqual(['newcomer']);
    test.hub.acceptInvitation('acme', 'newcomer');
    expect((await applier().teams.getMembershipForUserInOrg(at)).data.state).toBe('active');
  });

  it('hides a secret team from those outside it', async () => {
    expect((await refusal(world.as('alice').teams.getByName(team('red-team')))).status).toBe(404);
    expect((await world.as('grace').teams.getByName(team('red-team'))).data.privacy).toBe('secret');
    expect((await applier().teams.getByName(team('red-team'))).data.members_count).toBe(1);
  });

  it('lists active members of the organisation, owners by role', async () => {
    const { data } = await applier().orgs.listMembers({ org: 'acme', per_page: 100 });
    expect(data.map((member) => member.id)).toEqual([1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010]);
    expect(
      (await applier().orgs.listMembers({ org: 'acme', role: 'admin' })).data.map((member) => member.login),
    ).toEqual(['heidi']);
    expect((await applier().orgs.checkMembershipForUser({ org: 'acme', username: 'alice' })).status).toBe(204);
  });

  it('changes a role in the organisation, and never removes its last owner', async () => {
    const at = { org: 'acme', username: 'dan' };
    expect((await world.as('heidi').orgs.setMembershipForUser({ ...at, role: 'admin' })).data.role).toBe('admin');
    expect((await world.as('heidi').orgs.setMembershipForUser({ ...at, role: 'member' })).data.role).toBe('member');
    expect(
      (await refusal(world.as('heidi').orgs.removeMembershipForUser({ org: 'acme', username: 'heidi' }))).status,
    ).toBe(403);
  });

  it.each([
    ['heidi', 'admin', 'admin'],
    ['erin', 'write', 'maintain'],
    ['alice', 'write', 'write'],
  ])('says what %s may in a repository', async (username, permission, role_name) => {
    const { data } = await applier().repos.getCollaboratorPermissionLevel({ ...ACCESS, username });
    expect([data.permission, data.role_name]).toEqual([permission, role_name]);
  });

  it('gives and takes a person’s own role', async () => {
    const repository = { owner: 'acme', repo: 'ops' };
    const ops = { ...repository, username: 'alice' };
    const heidi = world.as('heidi');
    await heidi.repos.addCollaborator({ ...ops, permission: 'pull' });
    expect(
      (await heidi.repos.listCollaborators({ ...repository, affiliation: 'direct' })).data.map((each) => [
        each.login,
        each.role_name,
      ]),
    ).toEqual([['alice', 'read']]);
    await heidi.repos.removeCollaborator(ops);
    expect((await refusal(world.as('alice').repos.get(repository))).status).toBe(404);
    expect((await refusal(world.as('erin').repos.addCollaborator(ops))).status).toBe(403);
  });

  it('names the faults of a CODEOWNERS file', async () => {
    const { data } = await world.as('alice').repos.codeownersErrors({ ...ACCESS });
    expect(data.errors).toEqual([]);
    await test.hub.addRepository({
      owner: 'acme',
      name: 'bad',
      files: { CODEOWNERS: '* @acme/nobody\n!x @alice\n/a bob\n' },
      teams: { engineering: 'read' },
    });
    const bad = await world.as('alice').repos.codeownersErrors({ owner: 'acme', repo: 'bad' });
    expect(bad.data.errors.map((error) => [error.line, error.column, error.kind])).toEqual([
      [1, 3, 'Unknown owner'],
      [2, 1, 'Invalid pattern'],
      [3, 4, 'Invalid owner'],
    ]);
  });

  it('speaks as GitHub describes', async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
  });
});
