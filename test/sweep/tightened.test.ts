import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { httpError } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, dan, erin, grace } = people;
const DANS = 'requests/orders-db/read-only/dan.yaml';
const ERINS = 'requests/orders-db/read-only/erin.yaml';
const RULES = 'policies/rules/databases.yaml';
/** What the rules must answer is not what this is about. */
const TESTS = 'policies/rules/databases.test.yaml';

function change(world: TestWorld, edit: (text: string) => string): void {
  const before = world.github.git.tip('main').files.get(RULES)?.text ?? '';
  expect(edit(before)).not.toBe(before);
  merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: edit(before), [TESTS]: null } });
}

const most =
  (hours: number, shrinks: boolean) =>
  (text: string): string =>
    text
      .replaceAll(/max: \d+h/g, `max: ${hours}h`)
      .replace(/\n(?:onTighten: \w+\n)?rules:/, `\n${shrinks ? 'onTighten: shrink\n' : ''}rules:`);

/** Four hours, of which one is over. */
async function held(): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world, { duration: '4h' });
  await world.sweep();
  world.advance(HOUR);
  return world;
}

describe('a policy that allows less than what is held', () => {
  it('leaves it to its end unless it says otherwise, and the ledger says so', async () => {
    const world = await held();
    change(world, most(2, false));
    await world.sweep();
    const [tightened] = await entriesOf(world, 'tightened');
    expect(tightened).toMatchObject({
      is: 'kept',
      most: 2 * HOUR,
      by: 'the rule “reading needs an owner”',
      expires: '2026-11-23T14:00:00.000Z',
    });
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('shortens it where the rule set says so', async () => {
    const world = await held();
    change(world, most(2, true));
    const report = await world.sweep();
    expect(await entriesOf(world, 'tightened')).toMatchObject([{ is: 'shrunk', expires: '2026-11-23T12:00:00.000Z' }]);
    expect(report.nextDue).toBe('2026-11-23T12:00:00.000Z');
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'outcome')).at(-1)).toMatchObject({
      effect: 'remove',
      result: 'done',
      due: '2026-11-23T12:00:00.000Z',
    });
  });

  it('ends it at once where its time is over by then, and is not late with it', async () => {
    const world = await held();
    world.advance(90 * MINUTE);
    change(world, most(2, true));
    const report = await world.sweep();
    expect(report.revoked.map(({ because, due }) => [because, due])).toEqual([['expired', report.now]]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('ends it at once where no rule gives it any more', async () => {
    const world = await held();
    change(world, (text) => most(4, true)(text).replaceAll('for: [read-only]', 'for: [read-write]'));
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toMatchObject([{ is: 'shrunk', most: 0, by: 'no rule' }]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('is said once, and again when it is tightened further', async () => {
    const world = await held();
    change(world, most(3, false));
    await world.sweep();
    change(world, (text) => `${text}# a comment\n`);
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toHaveLength(1);
    change(world, most(2, false));
    await world.sweep();
    expect((await entriesOf(world, 'tightened')).map(({ most }) => most / HOUR)).toEqual([3, 2]);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('shortens what it kept before, at the same length, and says so once', async () => {
    const world = await held();
    change(world, most(2, false));
    await world.sweep();
    change(world, most(2, true));
    await world.sweep();
    expect((await entriesOf(world, 'tightened')).map(({ is, most }) => [is, most / HOUR])).toEqual([
      ['kept', 2],
      ['shrunk', 2],
    ]);
    change(world, (text) => `${text}# a comment\n`);
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toHaveLength(2);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('is not accepted while it cannot be told what it means for what is held', async () => {
    const world = await held();
    change(world, most(2, true));
    // The teams were read already, to judge the change itself; then GitHub stops to answer.
    let reads = 0;
    world.github.before = (route) => {
      if (route !== 'GET /orgs/{org}/teams') return;
      reads += 1;
      if (reads > 1) throw httpError(502, 'Bad gateway');
    };
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toHaveLength(1);
  });

  it('keeps no return and no departure waiting while it cannot be told', async () => {
    const world = aWorld();
    const number = grantRead(world, { duration: '4h' });
    merged(world, { by: erin, approvedBy: [bob], files: { [ERINS]: aRequest({ duration: '4h' }) } });
    merged(world, { by: dan, approvedBy: [bob], files: { [DANS]: aRequest({ duration: '4h' }) } });
    await world.sweep();
    expect(world.target.held.size).toBe(3);
    world.github.teams.set('giant', { id: 9999, parent: null, members: [] });
    change(world, (text) => most(2, true)(text).replaceAll('team:engineering', 'team:giant, team:engineering'));
    world.github.users.splice(world.github.users.indexOf(erin), 1);
    world.github.outsiders.push(erin);
    world.github.comment(number, alice, '/gatepass return');
    world.github.before = (_, { team_slug }) => {
      if (team_slug === 'giant') throw httpError(502, 'Bad gateway');
    };
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toContain('tightening-undecided');
    expect(report.revoked.map(({ because }) => because).sort()).toEqual(['left', 'returned']);
    expect(world.target.held.size).toBe(1);
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
    expect((await world.sweep()).written).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toHaveLength(1);
    expect(await alertKeys(world)).not.toContain('tightening-undecided');
  });

  it('touches nothing that is short enough', async () => {
    const world = aWorld();
    grantRead(world, { duration: '2h' });
    await world.sweep();
    change(world, most(2, true));
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});
