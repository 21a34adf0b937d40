import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, heidi, mallory } = people;
const OTHER = 'requests/orders-db/read-only/other.yaml';

/** What became of the request at a path, and that nothing was sent for it. */
async function fateOf(world: TestWorld, path = READ) {
  expect(world.target.sent).toEqual([]);
  const found = [...(await world.ledger()).state.requests.values()].filter(({ request }) => request.path === path);
  return found.map(({ status }) => [status.is, 'code' in status ? status.code : null]);
}

describe('a request that does not derive from one merged pull request', () => {
  it('is quarantined when it was pushed straight to the branch', async () => {
    const world = aWorld();
    world.github.push({ [READ]: aRequest() });
    await world.sweep();
    expect(await fateOf(world)).toEqual([['quarantined', 'no-pull-request']]);
    expect(await alertKeys(world)).toEqual([`quarantined:${READ}`]);
  });

  it('is taken for nobody else’s, whatever was merged before it', async () => {
    const world = aWorld();
    grantRead(world, {}, OTHER);
    grantRead(world, {}, 'requests/orders-db/read-only/third.yaml');
    world.github.push({ [READ]: aRequest() });
    await world.sweep();
    expect((await entriesOf(world, 'quarantined')).map(({ code }) => code)).toEqual(['no-pull-request']);
  });

  it('stays quarantined, and its alert ends with the file', async () => {
    const world = aWorld();
    world.github.push({ [READ]: aRequest() });
    await world.sweep();
    world.github.push({ [READ]: null });
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    grantRead(world);
    await world.sweep();
    expect((await fateOf(world)).map(([is, code]) => [is, code])).toEqual([
      ['quarantined', 'no-pull-request'],
      ['quarantined', 'path-used'],
    ]);
  });

  it.each<[string, (world: TestWorld) => void, string]>([
    [
      'from a fork',
      (world) => {
        const number = world.github.open(alice, { [READ]: aRequest() });
        world.github.approve(number, bob);
        const pull = world.github.pulls.get(number);
        if (pull !== undefined) pull.headRepository = 9999;
        world.github.merge(number);
      },
      'no-pull-request',
    ],
    [
      'whose merge holds other bytes than the pull request',
      (world) => {
        const number = world.github.open(alice, { [READ]: aRequest() });
        world.github.approve(number, bob);
        world.github.merge(number);
        const pull = world.github.pulls.get(number);
        const { files, parents } = world.github.git.tip(REPOSITORY.branch);
        const text = aRequest({ duration: '4h' });
        const forged = world.github.git.commit(new Map([...files, [READ, { text, mode: '100644' }]]), parents);
        world.github.git.refs.set(`heads/${REPOSITORY.branch}`, forged.sha);
        if (pull?.merged) pull.merged = { ...pull.merged, sha: forged.sha };
      },
      'diff-differs',
    ],
    [
      'whose merge commit merges something else than its head',
      (world) => {
        const number = world.github.open(alice, { [READ]: aRequest() });
        world.github.approve(number, bob);
        const pull = world.github.pulls.get(number);
        const tip = world.github.git.tip(REPOSITORY.branch);
        const other = world.github.git.commit(tip.files, [tip.sha]);
        const files = new Map([...tip.files, [READ, { text: aRequest(), mode: '100644' }]]);
        const commit = world.github.git.commit(files, [tip.sha, other.sha]);
        world.github.git.refs.set(`heads/${REPOSITORY.branch}`, commit.sha);
        if (pull !== undefined) pull.merged = { at: world.github.now, sha: commit.sha, by: heidi };
      },
      'merge-shape',
    ],
    [
      'that two pull requests claim',
      (world) => {
        const first = world.github.open(alice, { [READ]: aRequest() });
        const second = world.github.open(mallory, { [READ]: aRequest() });
        world.github.approve(first, bob);
        world.github.merge(first);
        const [one, two] = [world.github.pulls.get(first), world.github.pulls.get(second)];
        if (one !== undefined && two !== undefined) two.merged = one.merged;
      },
      'many-pull-requests',
    ],
  ])('is quarantined %s', async (_, happen, code) => {
    const world = aWorld();
    happen(world);
    await world.sweep();
    expect(await fateOf(world)).toEqual([['quarantined', code]]);
  });

  it('is not quarantined because somebody else opened a pull request for one of its commits', async () => {
    const world = aWorld();
    const twin = world.github.open(mallory, { [READ]: aRequest({ duration: '3h' }) });
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '3h' }) });
    world.github.amend(number, { [READ]: aRequest() });
    world.github.approve(number, bob);
    world.github.merge(number, 'merge');
    const [one, two] = [world.github.pulls.get(number), world.github.pulls.get(twin)];
    // GitHub: the twin's head is in the base now, so it is merged, too, by the same commit.
    if (one !== undefined && two !== undefined) two.merged = one.merged;
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect((await entriesOf(world, 'authorised')).map(({ request }) => request.pullRequest)).toEqual([number]);
  });

  it('is quarantined after a rebase merge that loosened policy on the way', async () => {
    const world = aWorld();
    const rules = 'policies/rules/databases.yaml';
    const kept = world.github.git.tip('main').files.get(rules)?.text ?? '';
    const number = world.github.open(mallory, { [rules]: kept.replace('max: 4h', 'max: 40h') });
    world.github.amend(number, { [READ]: aRequest() });
    world.github.amend(number, { [rules]: kept });
    world.github.approve(number, bob);
    world.github.merge(number, 'rebase');
    await world.sweep();
    expect(await fateOf(world)).toEqual([['quarantined', 'no-pull-request']]);
  });

  it('asks for nothing again under a path that was used', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(2 * HOUR);
    await world.sweep();
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: null } });
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest() } });
    const before = world.target.sent.length;
    await world.sweep();
    expect(world.target.sent).toHaveLength(before);
    expect((await entriesOf(world, 'quarantined')).map(({ code }) => code)).toEqual(['path-used']);
  });

  it('does not prolong a grant whose file was changed after its merge', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest({ duration: '4h' }) } });
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`quarantined:${READ}`]);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('a merged request that was not approved', () => {
  it.each<[string, (world: TestWorld) => void]>([
    ['by anybody', () => {}],
    ['by somebody who owns the path', (world) => world.github.approve(1, mallory)],
    ['by somebody else than the requester', (world) => world.github.approve(1, alice)],
  ])('is refused: not %s', async (_, approve) => {
    const world = aWorld();
    world.github.open(alice, { [READ]: aRequest() });
    approve(world);
    world.github.merge(1, 'squash', heidi);
    await world.sweep();
    expect((await fateOf(world)).map(([is]) => is)).toEqual(['refused']);
  });

  it('is refused when the approval came after the merge', async () => {
    const world = aWorld();
    world.github.open(alice, { [READ]: aRequest() });
    world.github.merge(1, 'squash', heidi);
    world.advance(MINUTE);
    world.github.approve(1, bob);
    await world.sweep();
    expect((await fateOf(world)).map(([is]) => is)).toEqual(['refused']);
  });

  it('is refused when the approver left the team before it was applied', async () => {
    const world = aWorld();
    grantRead(world);
    world.github.teams.set('orders', { id: 9101, parent: null, members: [people.carol] });
    await world.sweep();
    expect((await fateOf(world)).map(([is]) => is)).toEqual(['refused']);
  });

  it('is refused when somebody who approved had pushed to the branch', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() }, bob);
    world.github.approve(number, bob);
    world.github.merge(number);
    await world.sweep();
    expect((await fateOf(world)).map(([is]) => is)).toEqual(['refused']);
  });
});

describe('a request that cannot be decided', () => {
  /** GitHub gives no reviews. */
  const failing = (world: TestWorld) => {
    world.github.before = (route) => {
      if (route.endsWith('/reviews')) throw httpError(502, 'Bad Gateway');
    };
  };

  it('is tried again, and authorised once it can be', async () => {
    const world = aWorld();
    grantRead(world);
    failing(world);
    await world.sweep();
    expect(await fateOf(world)).toEqual([['deferred', null]]);
    world.advance(15 * MINUTE);
    expect((await world.sweep()).written).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('lapses an hour after its merge', async () => {
    const world = aWorld();
    grantRead(world);
    failing(world);
    await world.sweep();
    world.advance(HOUR);
    world.github.before = () => {};
    failing(world);
    await world.sweep();
    world.github.before = () => {};
    await world.sweep();
    expect(await fateOf(world)).toEqual([['lapsed', 'fault']]);
  });

  it.each([
    ['a moment before the hour is over, and is authorised', HOUR - 1000, []],
    ['when the hour is over, and lapses, though it could be decided by then', HOUR, [READ]],
  ])('is seen by no sweep until %s', async (_, wait, lapsed) => {
    const world = aWorld();
    grantRead(world);
    failing(world);
    await world.sweep();
    world.github.before = () => {};
    world.advance(wait);
    await world.sweep();
    expect((await entriesOf(world, 'lapsed')).map(({ request }) => request.path)).toEqual(lapsed);
    expect(world.target.held.has(READ_SLOT)).toBe(lapsed.length === 0);
  });

  it('holds up no other request', async () => {
    const world = aWorld();
    const bad = grantRead(world, {}, OTHER);
    world.github.before = (route, parameters) => {
      if (route.endsWith('/reviews') && parameters['pull_number'] === bad) throw httpError(502, 'Bad Gateway');
    };
    grantRead(world);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});

describe('a request that starts later', () => {
  const later = { starts: '"2026-11-23T15:00:00Z"' };

  it('is applied at its start', async () => {
    const world = aWorld();
    grantRead(world, later);
    const report = await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(report.nextDue).toBe('2026-11-23T15:00:00.000Z');
    world.advance(5 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('is decided again at its start: who is no longer eligible gets nothing', async () => {
    const world = aWorld();
    grantRead(world, later);
    await world.sweep();
    const team = world.github.teams.get('engineering');
    if (team !== undefined) team.members = team.members.filter((member) => member.id !== alice.id);
    world.advance(5 * HOUR);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    const [lapsed] = await entriesOf(world, 'lapsed');
    expect(lapsed?.why).toContain('not allowed any more');
  });
});

describe('requests of one sweep', () => {
  it('are decided in order, each with those before it held', async () => {
    const world = aWorld();
    for (let n = 1; n <= 11; n += 1) grantRead(world, {}, `requests/orders-db/read-only/ask-${n}.yaml`);
    await world.sweep();
    const { state } = await world.ledger();
    expect([...state.requests.values()].map(({ status }) => status.is)).toEqual([
      ...Array.from({ length: 10 }, () => 'authorised'),
      'refused',
    ]);
  });
});

describe('a grant that the ledger has, but that is not applied', () => {
  const notApplied = async () => {
    const world = aWorld();
    const number = grantRead(world);
    world.target.before = () => {
      throw new Error('connection refused');
    };
    await world.sweep();
    world.target.before = () => {};
    world.advance(MINUTE);
    return { world, number };
  };

  it('is applied all the same when the approval was dismissed after the merge', async () => {
    const { world, number } = await notApplied();
    world.github.dismiss(number);
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('is derived again before it is: an approval that was edited since is none', async () => {
    const { world, number } = await notApplied();
    world.github.editReviews(number, people.alice, 'limit: 4h');
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['not-begun']);
  });
});

describe('two resources of the catalog that turn out to be one slot', () => {
  const BILLING = 'requests/billing-db/read-only/numbers.yaml';

  it('are given to one of them at a time, and the other waits with an alert', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    // Another secret, the same server: no text of the catalog tells.
    merged(world, { by: alice, approvedBy: [people.dan], files: { [BILLING]: aRequest({ duration: '1h' }) } });
    const report = await world.sweep();
    expect(await entriesOf(world, 'authorised')).toHaveLength(2);
    expect(world.target.sent).toHaveLength(1);
    expect(report.alerts.map(({ message }) => message)).toEqual([
      expect.stringContaining('alice in app_read is held for orders-db'),
    ]);
  });

  it('are given to the first of two that ask at once', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    merged(world, { by: alice, approvedBy: [people.dan], files: { [BILLING]: aRequest({ duration: '2h' }) } });
    await world.sweep();
    expect(world.target.sent).toHaveLength(1);
  });
});
