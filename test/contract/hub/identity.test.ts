import { createPrivateKey, createSign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, asApp, asInstallation, refusal, type TestHub, withToken } from '../../support/hub.ts';

describe('identity', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub);
  });
  afterAll(() => test.stop());

  it('says who a token is', async () => {
    expect((await world.as('alice').users.getAuthenticated()).data).toMatchObject({ login: 'alice', id: 1001 });
    expect((await refusal(withToken(test.hub, 'ghp_nobody').users.getAuthenticated())).status).toBe(401);
  });

  it('finds people by login and by id', async () => {
    const bob = world.as('bob');
    expect((await bob.users.getByUsername({ username: 'CAROL' })).data.id).toBe(1003);
    expect((await bob.request('GET /user/{account_id}', { account_id: 1003 })).data.login).toBe('carol');
    expect((await refusal(bob.users.getByUsername({ username: 'nobody' }))).status).toBe(404);
  });

  it('keeps the id of somebody renamed, and frees the old login', async () => {
    test.hub.renameUser('frank', 'francis');
    const bob = world.as('bob');
    expect((await bob.request('GET /user/{account_id}', { account_id: 1006 })).data.login).toBe('francis');
    expect((await refusal(bob.users.getByUsername({ username: 'frank' }))).status).toBe(404);
    const { data } = await bob.teams.listMembersInOrg({ org: 'acme', team_slug: 'contractors' });
    expect(data).toMatchObject([{ id: 1006, login: 'francis' }]);
  });

  it('hides private repositories from those without a role, and from strangers', async () => {
    expect((await refusal(world.as('mallory').repos.get({ owner: 'acme', repo: 'ops' }))).status).toBe(404);
    expect((await fetch(`${test.hub.apiUrl}/repos/acme/access`)).status).toBe(404);
    expect((await world.as('erin').repos.get({ owner: 'acme', repo: 'ops' })).data.permissions).toMatchObject({
      push: true,
      admin: false,
    });
  });

  it('lets an App ask about itself with its JWT, and about nothing else', async () => {
    const app = asApp(test.hub, world.gate);
    expect((await app.apps.getAuthenticated()).data).toMatchObject({ slug: 'gatepass-gate', id: world.gate.id });
    expect((await app.apps.getRepoInstallation(ACCESS)).data.id).toBe(world.gate.installationId);
    expect((await app.apps.listInstallations()).data.map((each) => each.account)).toMatchObject([{ login: 'acme' }]);
    expect((await app.apps.getOrgInstallation({ org: 'acme' })).data.permissions).toMatchObject({ checks: 'write' });
  });

  it.each([
    ['signed by another key', (now: number) => ({ iss: 7001, iat: now, exp: now + 60 }), 'applier'],
    ['that has expired', (now: number) => ({ iss: 7001, iat: now - 700, exp: now - 100 }), 'gate'],
    ['that would live too long', (now: number) => ({ iss: 7001, iat: now, exp: now + 1200 }), 'gate'],
  ] as const)('refuses a JWT %s', async (_name, claims, signer) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims(Math.floor(Date.now() / 1000)))}`;
    const signature = createSign('RSA-SHA256')
      .update(unsigned)
      .sign(createPrivateKey(world[signer].privateKey), 'base64url');
    const response = await fetch(`${test.hub.apiUrl}/app`, {
      headers: { authorization: `Bearer ${unsigned}.${signature}` },
    });
    expect(response.status).toBe(401);
  });

  it('refuses an unsigned JWT', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ iss: 7001, exp: Date.now() / 1000 + 60, iat: 0 })}.x`;
    const response = await fetch(`${test.hub.apiUrl}/app`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
  });

  describe('what an installation may', () => {
    const notAccessible = [403, expect.stringContaining('Resource not accessible by integration')];
    const given = async (permissions: Record<string, 'read' | 'write'>) => {
      const app = await test.hub.addApp({ slug: `only-${Object.entries(permissions).join('-')}`, permissions });
      return asInstallation(test.hub, app);
    };
    const denied = async (call: Promise<unknown>) => {
      const { status, message } = await refusal(call);
      return [status, message];
    };

    it('cannot read files with metadata alone', async () => {
      const app = await given({ checks: 'read' });
      expect((await app.repos.get(ACCESS)).status).toBe(200);
      expect(await denied(app.git.getTree({ ...ACCESS, tree_sha: 'main' }))).toEqual(notAccessible);
    });

    it('cannot write files with contents: read', async () => {
      const app = await given({ contents: 'read' });
      expect((await app.git.getTree({ ...ACCESS, tree_sha: 'main' })).status).toBe(200);
      expect(await denied(app.git.createBlob({ ...ACCESS, content: 'x' }))).toEqual(notAccessible);
    });

    it('cannot merge without contents: write, whatever its other rights', async () => {
      const { number } = await world.ask('alice', test.folder, REQUEST);
      const app = await given({ pull_requests: 'write', contents: 'read' });
      expect(await denied(app.pulls.merge({ ...ACCESS, pull_number: number }))).toEqual(notAccessible);
    });

    it('cannot read or fill teams without members', async () => {
      const app = await given({ contents: 'write' });
      expect(await denied(app.teams.listMembersInOrg({ org: 'acme', team_slug: 'orders' }))).toEqual(notAccessible);
      const reader = await given({ members: 'read' });
      const fill = { org: 'acme', team_slug: 'payments-production', username: 'alice' };
      expect(await denied(reader.teams.addOrUpdateMembershipForUserInOrg(fill))).toEqual(notAccessible);
    });

    it('can narrow its token to fewer rights and repositories, never widen it', async () => {
      const app = asApp(test.hub, world.gate);
      const at = { installation_id: world.gate.installationId };
      const { data } = await app.apps.createInstallationAccessToken({
        ...at,
        repositories: ['ops'],
        permissions: { contents: 'read' },
      });
      const narrow = withToken(test.hub, data.token);
      expect(
        (await narrow.apps.listReposAccessibleToInstallation()).data.repositories.map((each) => each.name),
      ).toEqual(['ops']);
      expect((await refusal(narrow.repos.get(ACCESS))).status).toBe(404);
      const more = app.apps.createInstallationAccessToken({ ...at, permissions: { members: 'write' } });
      expect((await refusal(more)).status).toBe(422);
    });

    it('loses its token when it expires, and gets another', async () => {
      const client = asInstallation(test.hub, world.gate);
      const { token } = (await client.auth({ type: 'installation' })) as { token: string };
      test.hub.faults.expireTokens();
      expect((await refusal(withToken(test.hub, token).repos.get(ACCESS))).status).toBe(401);
      const { token: fresh } = (await client.auth({ type: 'installation', refresh: true })) as { token: string };
      expect((await withToken(test.hub, fresh).repos.get(ACCESS)).status).toBe(200);
    });
  });

  it('gives workflows a token of one repository and of the rights named', async () => {
    const repository = test.hub.state.repositories.get('acme/ops');
    if (repository === undefined) throw new Error('acme/ops is missing');
    const client = withToken(test.hub, test.hub.state.workflowToken(repository, { contents: 'read' }));
    expect((await client.repos.getContent({ owner: 'acme', repo: 'ops', path: 'README.md' })).status).toBe(200);
    expect((await refusal(client.repos.get(ACCESS))).status).toBe(404);
  });

  it('speaks as GitHub describes', async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
  });
});
