import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { httpError } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, erin, grace, heidi, mallory } = people;
const RULES = 'policies/rules/databases.yaml';
const LOCKS = 'policies/locks.yaml';

function textOf(world: TestWorld, path: string): string {
  const text = world.github.git.tip('main').files.get(path)?.text;
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
}

/** Reading needs no approval any more. */
const loosened = (world: TestWorld) =>
  textOf(world, RULES)
    .replace('- { from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }', '[]')
    .replace('approvals:\n      []', 'approvals: []');

/** As it was, but for an hour less. The policy tests beside it still pass. */
const shortened = (world: TestWorld) => textOf(world, RULES).replaceAll('max: 4h', 'max: 3h');

describe('a looser policy pushed straight to the branch', () => {
  it('governs nothing: who asks under it gets nothing, and grants stop', async () => {
    const world = aWorld();
    world.github.push({ [RULES]: loosened(world) });
    merged(world, { by: mallory, approvedBy: [], files: { 'requests/orders-db/read-only/mine.yaml': aRequest() } });
    const report = await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(report.stops.map(({ key }) => key)).toEqual(['governing-refused']);
    expect((await entriesOf(world, 'refused')).map(({ code }) => code)).toHaveLength(1);
    expect(await alertKeys(world)).toEqual(['governing-refused']);
  });

  it('stops new grants until the accepted files are back, and no removals', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const kept = textOf(world, RULES);
    world.github.push({ [RULES]: loosened(world) });
    const path = 'requests/payments/operator/payouts.yaml';
    merged(world, { by: alice, approvedBy: [bob], files: { [path]: aRequest() } });
    world.advance(30 * MINUTE);
    await world.sweep();
    expect(world.target.held.has('github-team:payments-production/1001')).toBe(false);
    world.advance(20 * MINUTE);
    world.github.push({ [RULES]: kept });
    await world.sweep();
    expect(world.target.held.has('github-team:payments-production/1001')).toBe(true);
    expect(await alertKeys(world)).toEqual([]);
    expect(await entriesOf(world, 'governing-restored')).toHaveLength(1);
  });

  it('lets requests wait for an hour, not longer', async () => {
    const world = aWorld();
    const kept = textOf(world, RULES);
    world.github.push({ [RULES]: loosened(world) });
    grantRead(world);
    await world.sweep();
    expect((await entriesOf(world, 'deferred')).map(({ until }) => until)).toEqual(['2026-11-23T11:00:00.000Z']);
    world.advance(HOUR);
    await world.sweep();
    world.github.push({ [RULES]: kept });
    await world.sweep();
    expect(await entriesOf(world, 'lapsed')).toHaveLength(1);
    expect(world.target.sent).toEqual([]);
  });

  it('still lets expired grants end', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.github.push({ [RULES]: loosened(world) });
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('is said once, not at every sweep', async () => {
    const world = aWorld();
    world.github.push({ [RULES]: loosened(world) });
    await world.sweep();
    world.advance(15 * MINUTE);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('cannot be built upon by an approved change', async () => {
    const world = aWorld();
    world.github.push({ [RULES]: loosened(world) });
    merged(world, {
      by: bob,
      approvedBy: [grace],
      files: { 'policies/settings.yaml': `${textOf(world, 'policies/settings.yaml')}# x\n` },
    });
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(2);
  });
});

describe('a policy pull request', () => {
  it('governs once it is merged with its approvals', async () => {
    const world = aWorld();
    const number = merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: shortened(world) } });
    await world.sweep();
    const [accepted] = await entriesOf(world, 'governing-accepted');
    expect(accepted).toMatchObject({ pullRequest: number });
    expect(accepted?.approvals.map(({ user }) => user.login)).toEqual(['grace']);
    grantRead(world, { duration: '4h' });
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    grantRead(world, { duration: '3h' }, 'requests/orders-db/read-only/short.yaml');
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it.each<[string, (world: TestWorld) => void]>([
    ['nobody approved', (world) => merged(world, { by: heidi, approvedBy: [], files: { [RULES]: loosened(world) } })],
    [
      'somebody else approved',
      (world) => merged(world, { by: heidi, approvedBy: [erin], files: { [RULES]: loosened(world) } }),
    ],
    [
      'its own author approved',
      (world) => merged(world, { by: grace, approvedBy: [grace], files: { [RULES]: loosened(world) } }),
    ],
    [
      'whose files are not those of its merge',
      (world) => {
        const number = world.github.open(bob, { [RULES]: shortened(world) });
        world.github.approve(number, grace);
        const sha = world.github.push({ [RULES]: loosened(world) });
        const pull = world.github.pulls.get(number);
        if (pull !== undefined) pull.merged = { at: world.github.now, sha, by: heidi };
      },
    ],
  ])('governs nothing that %s', async (_, happen) => {
    const world = aWorld();
    happen(world);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['governing-refused']);
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
  });

  it('counts for what is outside `policies/` too: workflows, code owners, everything', async () => {
    const world = aWorld();
    world.github.push({ '.github/workflows/gatepass.yml': 'on: push\n' });
    expect((await world.sweep()).stops.map(({ key }) => key)).toEqual(['governing-refused']);
  });

  it('is held back, with everything after it, while it cannot be judged', async () => {
    const world = aWorld();
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: shortened(world) } });
    world.github.before = (route) => {
      if (route.endsWith('/reviews')) throw httpError(502, 'Bad Gateway');
    };
    const held = await world.sweep();
    expect(held.stops.map(({ key }) => key)).toEqual([expect.stringMatching(/^governing-undecided:[0-9a-f]{40}$/)]);
    expect((await world.ledger()).state.read).not.toBe(world.github.git.tip('main').sha);
    world.github.before = () => {};
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toHaveLength(1);
    expect(await alertKeys(world)).toEqual([]);
  });

  it('is refused an hour after it was seen when not even its pull request can be found', async () => {
    const world = aWorld();
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: shortened(world) } });
    world.github.before = (route) => {
      if (route.endsWith('/commits/{commit_sha}/pulls')) throw httpError(500, 'oops');
    };
    await world.sweep();
    world.advance(HOUR - MINUTE);
    await world.sweep();
    expect(await entriesOf(world, 'governing-refused')).toEqual([]);
    world.advance(MINUTE);
    await world.sweep();
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });

  it('is refused when it could not be judged for an hour, however long nobody tried before', async () => {
    const world = aWorld();
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: shortened(world) } });
    world.advance(5 * HOUR);
    world.github.before = (route) => {
      if (route.endsWith('/reviews')) throw httpError(502, 'Bad Gateway');
    };
    await world.sweep();
    expect(await entriesOf(world, 'governing-refused')).toEqual([]);
    world.advance(HOUR);
    await world.sweep();
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });
});

describe('a request between two policies', () => {
  it('is refused when the policy at the tip no longer allows it', async () => {
    const world = aWorld();
    grantRead(world, { duration: '4h' });
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: shortened(world) } });
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'refused')).toHaveLength(1);
  });

  it('is refused when the role was mapped to another target meanwhile', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    const catalog = 'policies/catalog/databases.yaml';
    const text = textOf(world, catalog).replace('grants: [{ role: app_read }]', 'grants: [{ role: app_owner }]');
    merged(world, { by: bob, approvedBy: [heidi], files: { [catalog]: text } });
    await world.sweep();
    expect((await entriesOf(world, 'governing-accepted')).length).toBe(1);
    expect((await entriesOf(world, 'refused')).map(({ code }) => code)).toEqual(['bindings-changed']);
  });

  it('is refused when the receiver was mapped to another identity meanwhile', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    const file = 'policies/people.yaml';
    const text = textOf(world, file).replace('postgres: alice', 'postgres: admin');
    merged(world, { by: bob, approvedBy: [grace], files: { [file]: text } });
    await world.sweep();
    expect((await entriesOf(world, 'refused')).map(({ code }) => code)).toEqual(['subject-changed']);
  });
});

describe('a lock', () => {
  const locked = (subjects: string) =>
    `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - name: incident 7\n    subjects: [${subjects}]\n    reason: a stolen laptop\n`;

  it('ends matching grants at once, however it reached the branch', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.github.push({ [LOCKS]: locked('person:alice') });
    const report = await world.sweep();
    expect(report.revoked.map(({ because, result }) => [because, result])).toEqual([['locked', 'done']]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'locked')).map(({ lock }) => lock)).toEqual(['incident 7']);
  });

  it('works beside other files that do not parse', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.github.push({ [LOCKS]: locked('team:engineering'), [RULES]: 'not: [a rule set\n' });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('leaves the grants of others alone', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.github.push({ [LOCKS]: locked('person:dan') });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('works until a policy change removes it: a push that removes it does nothing', async () => {
    const world = aWorld();
    const none = textOf(world, LOCKS);
    merged(world, { by: bob, approvedBy: [grace], files: { [LOCKS]: locked('person:mallory') } });
    await world.sweep();
    world.github.push({ [LOCKS]: none });
    merged(world, { by: mallory, approvedBy: [bob], files: { [READ]: aRequest() } });
    await world.sweep();
    expect((await entriesOf(world, 'governing-accepted')).length).toBe(1);
    expect((await entriesOf(world, 'refused')).map(({ code }) => code)).toEqual(['locked']);
    expect(world.target.sent).toEqual([]);
  });

  it('that was accepted ends grants even when a push removed it before it was seen', async () => {
    const world = aWorld();
    const none = textOf(world, LOCKS);
    merged(world, { by: mallory, approvedBy: [bob], files: { [READ]: aRequest() } });
    await world.sweep();
    expect(world.target.held.size).toBe(1);
    merged(world, { by: bob, approvedBy: [grace], files: { [LOCKS]: locked('person:mallory') } });
    world.github.push({ [LOCKS]: none });
    await world.sweep();
    expect(world.target.held.size).toBe(0);
  });

  it.each<[string, (world: TestWorld) => void]>([
    ['was renamed', (world) => void world.github.teams.delete('contractors')],
    [
      'could not be read once',
      (world) => {
        world.github.before = (route) => {
          if (route === 'GET /orgs/{org}/teams') throw httpError(403, 'Resource not accessible by integration');
        };
      },
    ],
  ])('for a team that %s ends nobody’s grant: it stops new ones and says so', async (_, lose) => {
    const world = aWorld();
    merged(world, { by: bob, approvedBy: [grace], files: { [LOCKS]: locked('team:contractors') } });
    grantRead(world);
    await world.sweep();
    const { teams, before } = { teams: new Map(world.github.teams), before: world.github.before };
    lose(world);
    world.advance(MINUTE);
    const report = await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(report.stops.map(({ key, severity }) => [key, severity])).toContainEqual(['locks-doubtful', 'critical']);
    for (const [slug, team] of teams) world.github.teams.set(slug, team);
    world.github.before = before;
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    world.github.push({ [LOCKS]: locked('person:alice') });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('that cannot be read stops new grants, and says so', async () => {
    const world = aWorld();
    world.github.push({ [LOCKS]: 'locks: [unclosed\n' });
    grantRead(world);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key).sort()).toEqual(['governing-refused', 'locks-unreadable']);
  });
});
