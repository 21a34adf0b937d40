import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld } from '../../support/acme.ts';
import { aHub, asInstallation, git, gitUrl, type TestHub } from '../../support/hub.ts';

describe('git over HTTP', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub);
  });
  afterAll(() => test.stop());

  const url = (login: string, repository = 'acme/access') =>
    gitUrl(test.hub, repository, login, world.tokens[login] ?? '');
  const failure = async (work: Promise<unknown>) =>
    String(((await work.catch((error: unknown) => error)) as { stderr?: string }).stderr);

  async function commitOn(login: string, branch: string, file: string, text: string): Promise<string> {
    const clone = await world.clone(login, test.folder);
    await git(clone, 'checkout', '--quiet', '-B', branch, ...(branch === 'main' ? [] : ['origin/main']));
    await writeFile(join(clone, file), text);
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', `Write ${file}`);
    return clone;
  }

  it('clones what was committed, byte for byte', async () => {
    const clone = await world.clone('alice', test.folder);
    expect(await git(clone, 'ls-files')).toContain('policies/organization.yaml');
    expect(await git(clone, 'fsck', '--strict')).toBe('');
    expect(await git(clone, 'log', '--format=%an %s')).toBe('heidi Initial commit');
  });

  it('takes a push, and remembers who moved the branch', async () => {
    const clone = await commitOn('alice', 'alice/one', 'notes.txt', 'one\n');
    await git(clone, 'push', '--quiet', 'origin', 'alice/one');
    const { data } = await world.as('bob').repos.listActivities({ ...ACCESS, ref: 'refs/heads/alice/one' });
    expect(data.map((each) => [each.activity_type, each.actor?.login, each.after])).toEqual([
      ['branch_creation', 'alice', await git(clone, 'rev-parse', 'HEAD')],
    ]);
  });

  it('tells a forced push from a plain one', async () => {
    const clone = await commitOn('bob', 'bob/forced', 'a.txt', 'a\n');
    await git(clone, 'push', '--quiet', 'origin', 'bob/forced');
    await git(clone, 'commit', '--quiet', '--amend', '-m', 'Another');
    await git(clone, 'push', '--quiet', '--force', 'origin', 'bob/forced');
    const { data } = await world.as('bob').repos.listActivities({ ...ACCESS, ref: 'bob/forced' });
    expect(data.map((each) => each.activity_type)).toEqual(['force_push', 'branch_creation']);
  });

  it('refuses a push to the default branch, with the rules that say no', async () => {
    const clone = await commitOn('mallory', 'main', 'requests.yaml', 'x\n');
    const said = await failure(git(clone, 'push', 'origin', 'main'));
    expect(said).toContain('Changes must be made through a pull request.');
    expect(said).toContain('Required status check "gatepass" is expected.');
    expect(said).toContain('[remote rejected] main -> main');
    const { data } = await world.as('bob').repos.getBranch({ ...ACCESS, branch: 'main' });
    expect(data.commit.commit.message).toBe('Initial commit');
  });

  it('refuses a push of several refs when one of them may not move', async () => {
    const clone = await commitOn('mallory', 'main', 'b.txt', 'b\n');
    await failure(git(clone, 'push', 'origin', 'main', 'main:refs/heads/mallory/side'));
    await expect(world.as('bob').repos.getBranch({ ...ACCESS, branch: 'mallory/side' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it.each([
    [
      'a token that nobody holds',
      () => gitUrl(test.hub, 'acme/access', 'alice', 'ghp_nobody'),
      'Authentication failed',
    ],
    ['a repository that is not there', () => url('alice', 'acme/nothing'), 'not found'],
    ['a private repository of others', () => url('mallory', 'acme/ops'), 'not found'],
  ])('refuses to clone with %s', async (_name, from, expected) => {
    expect(await failure(git(test.folder, 'clone', '--quiet', from(), join(test.folder, 'never')))).toContain(expected);
  });

  it('asks a stranger to sign in before it says anything', async () => {
    const response = await fetch(`${test.hub.url}/acme/access.git/info/refs?service=git-upload-pack`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Basic');
  });

  it('lets an installation clone with its token, and push only with contents: write', async () => {
    const { data } = await asInstallation(test.hub, world.gate).apps.listReposAccessibleToInstallation();
    expect(data.repositories.map((each) => each.full_name).sort()).toEqual(['acme/access', 'acme/ops']);
    const reader = await test.hub.addApp({ slug: 'reader', permissions: { contents: 'read' } });
    const auth = (await asInstallation(test.hub, reader).auth({ type: 'installation' })) as { token: string };
    const clone = join(test.folder, 'reader');
    await git(test.folder, 'clone', '--quiet', gitUrl(test.hub, 'acme/access', 'x-access-token', auth.token), clone);
    const said = await failure(git(clone, 'push', 'origin', 'main:refs/heads/reader'));
    expect(said).toContain('403');
  });

  it('keeps the ledger for the applier: an owner may begin it, nobody may rewrite it', async () => {
    const heidi = await commitOn('heidi', 'start', 'genesis', 'x\n');
    await git(heidi, 'push', '--quiet', 'origin', 'start:gatepass/ledger');
    await git(heidi, 'commit', '--quiet', '--allow-empty', '-m', 'More');
    expect(await failure(git(heidi, 'push', 'origin', 'start:gatepass/ledger'))).toContain(
      'Cannot update this protected ref.',
    );
    const applier = asInstallation(test.hub, world.applier);
    const ref = 'heads/gatepass/ledger';
    const before = (await applier.git.getRef({ ...ACCESS, ref })).data.object.sha;
    const commit = await applier.git.getCommit({ ...ACCESS, commit_sha: before });
    const entry = { path: 'ledger/a.jsonl', mode: '100644', type: 'blob', content: '{}\n' } as const;
    const tree = await applier.git.createTree({ ...ACCESS, base_tree: commit.data.tree.sha, tree: [entry] });
    const next = await applier.git.createCommit({
      ...ACCESS,
      message: 'Sweep',
      tree: tree.data.sha,
      parents: [before],
    });
    expect(next.data.verification.verified).toBe(true);
    await applier.git.updateRef({ ...ACCESS, ref, sha: next.data.sha });
    const rewrite = applier.git.updateRef({ ...ACCESS, ref, sha: before, force: true });
    await expect(rewrite).rejects.toMatchObject({ status: 422 });
  });

  it('speaks as GitHub describes', () => {
    expect(test.problems()).toEqual([]);
  });
});
