import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, openBypass } from '../../support/acme.ts';
import { aHub, git, type TestHub } from '../../support/hub.ts';
import { runCli } from '../../support/terminal.ts';

let test: TestHub;
let acme: AcmeWorld;

beforeAll(async () => {
  test = await aHub();
  acme = await acmeWorld(test.hub);
});

afterAll(async () => {
  await test?.stop();
});

async function doctor(login: string, ...args: readonly string[]) {
  const env = { GITHUB_TOKEN: acme.tokens[login] ?? '', GITHUB_API_URL: test.hub.apiUrl };
  const apps = ['--gate-app', String(acme.gate.id), '--applier-app', String(acme.applier.id)];
  return runCli(['doctor', '--repository', 'acme/access', ...apps, ...args], { cwd: test.folder, env });
}

async function findings(login: string): Promise<readonly string[]> {
  const { out } = await doctor(login, '--json');
  const { checks } = JSON.parse(out) as { checks: readonly { code: string; severity: string }[] };
  return checks.filter(({ severity }) => severity !== 'ok').map(({ code, severity }) => `${code} ${severity}`);
}

describe('gatepass doctor', () => {
  it('tells an administrator that the gates hold, and what one repository concedes', async () => {
    const { code, out } = await doctor('heidi');
    expect(out).toContain('acme/access: how GitHub is set up\n');
    expect(out).toContain('  ok      bypass                 nobody may pass over the rules of the default branch\n');
    expect(out).toContain(
      '  weak    layout                 one repository holds requests and sweep: whoever may write a request can cancel or flood a sweep\n',
    );
    expect(out).toMatch(/\d+ ok, 3 weak, 1 unknown, 0 stop: grants go on\n$/);
    expect(code).toBe(0);
    expect(await findings('heidi')).toEqual([
      'layout weak',
      'runs-writers weak',
      'team-pins weak',
      'heartbeat unknown',
    ]);
    // Nobody has begun a ledger here.
    expect(out).toContain('could not be told: the ledger branch `gatepass/ledger` is not in `acme/access`');
  });

  it('says who may ask for an action and start it unasked', async () => {
    const { out } = await doctor('heidi');
    expect(out).toContain('these can start it by "Run workflow": `acme/ops`: erin, heidi');
  });

  it('tells anybody else what they cannot see', async () => {
    const { code } = await doctor('alice');
    expect(code).toBe(0);
    expect(await findings('alice')).toEqual([
      'bypass unknown',
      'ledger-bypass unknown',
      'layout weak',
      'actions-approve unknown',
      'classic-protection unknown',
      'gate-permissions unknown',
      'applier-permissions unknown',
      'runs-writers unknown',
      'witness unknown',
      'heartbeat-branch unknown',
      'team-pins weak',
      'heartbeat unknown',
    ]);
  });

  it('finds this clone’s repository by its remote', async () => {
    const cwd = await acme.clone('heidi', test.folder);
    const env = { GITHUB_TOKEN: acme.tokens['heidi'] ?? '', GITHUB_API_URL: test.hub.apiUrl };
    const { code, out } = await runCli(['doctor'], { cwd, env });
    expect(code).toBe(1);
    expect(out).toContain('could not be told: the id of the gate app was not given');
  });

  it('sees who may pass over the rules, and an environment that is open', async () => {
    await openBypass(acme);
    test.hub.setEnvironment('acme', 'access', 'gatepass', null);
    const { code, out } = await doctor('heidi');
    expect(code).toBe(1);
    expect(out).toContain('RepositoryRole 4 over `pull_request`');
    expect(out).toContain('a workflow on any branch can read the keys of the sweep');
    expect(out).toContain('fix: echo \'{"deployment_branch_policy"');
    expect(out).toMatch(/2 stop: grants stop until this is put right\n$/);
  });

  it('names the merge queue’s setting', async () => {
    test.hub.protect('acme', 'access', {
      name: 'queue',
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      rules: [{ type: 'merge_queue' }],
    });
    const { out } = await doctor('heidi');
    expect(out).toContain('the setting "Require merge queue" is on for `main`');
    expect(out).toContain('in the ruleset `queue`, clear "Require merge queue"');
  });

  it('lets no name from GitHub steer the terminal', async () => {
    const heidi = acme.as('heidi');
    const { data } = await heidi.repos.getRepoRulesets(ACCESS);
    const queue = data.find(({ name }) => name === 'queue');
    await heidi.repos.updateRepoRuleset({ ...ACCESS, ruleset_id: queue?.id ?? 0, name: 'q\u001b[2J' });
    expect((await doctor('heidi')).out).not.toContain('\u001b');
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['a token', ['--repository', 'acme/access'], {}, 'GITHUB_TOKEN is not set'],
    ['a repository', [], { GITHUB_TOKEN: 'x' }, 'no repository given, and no remote `origin` here'],
    ['owner and name', ['--repository', 'access'], { GITHUB_TOKEN: 'x' }, 'expected owner/name, found `access`'],
    ['a number', ['--repository', 'a/b', '--gate-app', 'x'], { GITHUB_TOKEN: 'x' }, '`--gate-app` is `x`'],
  ])('cannot run without %s', async (_, args, env, message) => {
    const folder = await acme.clone('heidi', test.folder);
    await git(folder, 'remote', 'remove', 'origin');
    const { code, err } = await runCli(['doctor', ...args], { cwd: folder, env });
    expect([code, err.includes(message)]).toEqual([2, true]);
  });

  it('cannot run on a repository that the token does not see', async () => {
    const env = { GITHUB_TOKEN: acme.tokens['alice'] ?? '', GITHUB_API_URL: test.hub.apiUrl };
    const { code, err } = await runCli(['doctor', '--repository', 'acme/ops'], { cwd: test.folder, env });
    expect(code).toBe(2);
    expect(err).toContain('GitHub answered 404');
  });
});
