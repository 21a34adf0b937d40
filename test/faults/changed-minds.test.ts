/** Requests and policies that change while grants are held, and approvals that come late. */
import { describe, expect } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../core/time.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const { alice, bob, carol, grace } = people;
const RULES = 'policies/rules/databases.yaml';
const TESTS = 'policies/rules/databases.test.yaml';

async function held(fields: Readonly<Record<string, string>> = {}): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world, fields);
  await world.sweep();
  world.advance(10 * MINUTE);
  return world;
}

async function expiryOf(world: TestWorld): Promise<string | undefined> {
  return [...(await world.ledger()).state.grants.values()][0]?.window?.expires;
}

function textOf(world: TestWorld, path: string): string {
  return world.github.git.tip('main').files.get(path)?.text ?? '';
}

function rulesOf(world: TestWorld): string {
  return textOf(world, RULES);
}

describe('a request file that changes', () => {
  fault(31, 'the ledger’s copy governs, whether it was merged with approval or pushed, longer or shorter', async () => {
    const world = await held({ duration: '1h' });
    const before = await expiryOf(world);
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest({ duration: '4h' }) } });
    await world.sweep();
    world.github.push({ [READ]: aRequest({ duration: '1m', reason: 'shorter' }) });
    await world.sweep();
    expect((await entriesOf(world, 'quarantined')).map(({ code }) => code)).toEqual(['path-used', 'path-used']);
    expect(await expiryOf(world)).toBe(before);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(50 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  fault(
    32,
    'a merged return ends the grant; another deletion is never taken to mean that nothing is held',
    async () => {
      const world = await held();
      world.github.push({ [READ]: null });
      await world.sweep();
      expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
      expect(world.target.held.has(READ_SLOT)).toBe(true);
      world.advance(2 * HOUR);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(false);

      const returned = await held();
      merged(returned, { by: alice, approvedBy: [], files: { [READ]: null } });
      await returned.sweep();
      expect(returned.target.held.has(READ_SLOT)).toBe(false);
    },
  );
});

describe('a policy that is tightened', () => {
  fault(33, 'what is held runs to its end, and the ledger says so', async () => {
    const world = await held({ duration: '4h' });
    const tighter = rulesOf(world).replaceAll(/max: \d+h/g, 'max: 1h');
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: tighter, [TESTS]: null } });
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toMatchObject([{ is: 'kept', most: HOUR }]);
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  fault(33, 'or is shortened, where the rule set says `shrink`', async () => {
    const world = await held({ duration: '4h' });
    const tighter = rulesOf(world)
      .replaceAll(/max: \d+h/g, 'max: 1h')
      .replace('rules:', 'onTighten: shrink\nrules:');
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: tighter, [TESTS]: null } });
    await world.sweep();
    expect(await entriesOf(world, 'tightened')).toMatchObject([{ is: 'shrunk', expires: '2026-11-23T11:00:00.000Z' }]);
    world.advance(50 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

const LOCKS = {
  apiVersion: 'gatepass/v1',
  kind: 'Lock',
  locks: [{ name: 'stolen laptop', subjects: ['person:alice'], reason: 'the laptop was stolen' }],
};

describe('policies that do not parse', () => {
  fault(35, 'pushed, they stop grants; the last accepted ones go on to take back, lock and return', async () => {
    const world = aWorld();
    grantRead(world);
    grantRead(world, { duration: '1h' }, 'requests/orders-db/read-only/short.yaml');
    merged(world, {
      by: carol,
      approvedBy: [],
      files: { 'requests/orders-db/read-only/page.yaml': aRequest({ duration: '4h' }) },
    });
    await world.sweep();
    expect(world.target.held.size).toBe(2);
    const kept = { [RULES]: rulesOf(world), 'policies/locks.yaml': textOf(world, 'policies/locks.yaml') };
    world.github.push({ [RULES]: 'rules: [' });
    const path = 'requests/payments/operator/payouts.yaml';
    merged(world, { by: alice, approvedBy: [bob], files: { [path]: aRequest() } });
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['governing-refused']);
    expect(world.target.held.size).toBe(2);
    world.github.comment(3, carol, '/gatepass return');
    await world.sweep();
    expect([...world.target.held.keys()]).toEqual([READ_SLOT]);
    world.github.push({ 'policies/locks.yaml': JSON.stringify(LOCKS) });
    await world.sweep();
    expect(world.target.held.size).toBe(0);
    world.github.push(kept);
    grantRead(world, {}, 'requests/orders-db/read-only/again.yaml');
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  fault(35, 'in a pull request, they are not accepted however it was approved', async () => {
    const world = await held();
    merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: 'rules: [' } });
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['governing-refused']);
    expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
  });
});

describe('an approval that comes 23 hours later', () => {
  const asked = async (fields: Readonly<Record<string, string>>) => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '2h', ...fields }) });
    world.advance(23 * HOUR);
    world.github.approve(number, bob);
    world.github.merge(number);
    await world.sweep();
    return world;
  };

  fault(53, 'takes nothing of a window that begins with the merge', async () => {
    const world = await asked({});
    expect(await expiryOf(world)).toBe('2026-11-24T11:00:00.000Z');
    world.advance(2 * HOUR - MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  fault(53, 'leaves what is left of a window that was named, never a longer one', async () => {
    const world = await asked({ starts: '2026-11-24T08:00:00Z' });
    expect(await expiryOf(world)).toBe('2026-11-24T10:00:00.000Z');
  });

  fault(53, 'comes too late after the latest start, or the end: nothing is granted', async () => {
    for (const fields of [{ startsBy: '2026-11-24T08:59:00Z' }, { starts: '2026-11-24T06:00:00Z' }]) {
      const world = await asked(fields);
      expect(world.target.sent).toEqual([]);
      expect(await entriesOf(world, 'refused')).toHaveLength(1);
    }
  });

  fault(53, 'is no option to be drawn days later, when the sweep slept', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob);
    world.github.merge(number);
    world.advance(3 * DAY);
    await world.sweep();
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'lapsed')).toHaveLength(1);
  });
});
