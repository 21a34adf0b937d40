import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';

const { alice, bob, erin } = people;

describe('a grant’s life', () => {
  it('is granted after the merge, revoked at its end, and leaves the slot as it was', async () => {
    const world = aWorld();
    grantRead(world);
    const first = await world.sweep();
    expect(first.stops).toEqual([]);
    expect(first.granted.map(({ label, result }) => [label, result])).toEqual([['alice in app_read', 'done']]);
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
    expect(first.nextDue).toBe('2026-11-23T12:00:00.000Z');
    world.advance(2 * HOUR);
    const second = await world.sweep();
    expect(second.revoked.map(({ because, result }) => [because, result])).toEqual([['expired', 'done']]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    const { entries } = await world.ledger();
    expect(entries.map((entry) => entry.type)).toEqual([
      'genesis',
      'authorised',
      'read',
      'standing',
      'intent',
      'outcome',
      'intent',
      'outcome',
    ]);
  });

  it('keeps to the hours that a guardrail allows when the first sweep is late', async () => {
    const world = aWorld();
    // Frank is a contractor: business hours only, which end at 17:00 UTC.
    world.github.now = '2026-11-23T15:55:00.000Z';
    const files = { [READ]: aRequest({ duration: '1h', ticket: 'OPS-1' }) };
    merged(world, { by: people.frank, approvedBy: [people.bob, people.grace], files });
    world.advance(59 * MINUTE);
    await world.sweep();
    const windows = (await entriesOf(world, 'intent')).map(({ starts, expires }) => [starts, expires]);
    expect(windows).toEqual([['2026-11-23T15:55:00.000Z', '2026-11-23T16:55:00.000Z']]);
    world.advance(MINUTE);
    await world.sweep();
    expect(world.target.held.size).toBe(0);
  });

  it('gives nothing when its window was over before the first sweep', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'lapsed')).toHaveLength(1);
  });

  it('records where its authority came from', async () => {
    const world = aWorld();
    const number = grantRead(world);
    await world.sweep();
    const [entry] = await entriesOf(world, 'authorised');
    expect(entry?.request).toMatchObject({ path: READ, pullRequest: number });
    expect(entry?.grant).toMatchObject({ resource: 'orders-db', entitlement: 'read-only', length: 2 * HOUR });
    expect(entry?.grant.subject).toMatchObject({ name: 'alice', id: 1001 });
    expect(entry?.authority.approvals.map(({ user, review }) => [user.login, review])).toEqual([['bob', 1]]);
    expect(entry?.authority.rule).toBe('reading needs an owner');
  });

  it('writes nothing when nothing changed', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    const before = await world.ledger();
    world.advance(30 * MINUTE);
    const report = await world.sweep();
    expect(report.written).toEqual([]);
    expect((await world.ledger()).entries).toEqual(before.entries);
  });

  it('keeps the shorter time that an approver allowed', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob, 'fine\nlimit: 1h');
    world.github.merge(number);
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('holds the slot until the last of two overlapping grants is over', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(30 * MINUTE);
    grantRead(world, { duration: '1h' }, 'requests/orders-db/read-only/more.yaml');
    await world.sweep();
    world.advance(30 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(30 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(world.target.sent.filter(({ value }) => value === null)).toHaveLength(1);
  });

  it('joins an extension to the grant before it without a gap', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const starts = { duration: '1h', starts: '"2026-11-23T11:00:00Z"' };
    grantRead(world, starts, 'requests/orders-db/read-only/longer.yaml');
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(world.target.sent.filter(({ value }) => value === null)).toEqual([]);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('restores the level that stood there before', async () => {
    const world = aWorld();
    const slot = 'github-team:payments-production/1001';
    world.target.held.set(slot, 'member');
    const path = 'requests/payments/lead/payouts.yaml';
    merged(world, { by: alice, approvedBy: [bob, erin], files: { [path]: aRequest({ duration: '1h' }) } });
    await world.sweep();
    expect(world.target.held.get(slot)).toBe('maintainer');
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.get(slot)).toBe('member');
  });

  it('takes a merge commit as well as a squash', async () => {
    const world = aWorld();
    merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest() }, how: 'merge' });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});

describe('one thing going wrong', () => {
  it('lets everything else go on', async () => {
    const world = aWorld();
    const other = 'requests/payments/operator/payouts.yaml';
    grantRead(world);
    merged(world, { by: alice, approvedBy: [bob], files: { [other]: aRequest() } });
    world.target.before = ({ slot }) => {
      if (slot.provider === 'postgres') throw new Error('connection refused');
    };
    const report = await world.sweep();
    expect(report.granted.map(({ label, result }) => [label, result]).sort()).toEqual([
      ['alice in app_read', 'failed'],
      ['alice in payments-production', 'done'],
    ]);
    world.target.before = () => {};
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('tries a removal again at every sweep, and alerts when it stays', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.target.before = () => {
      throw new Error('connection refused');
    };
    for (let hours = 0; hours < 3; hours += 1) {
      world.advance(HOUR);
      const report = await world.sweep();
      expect(report.revoked.map(({ result }) => result)).toEqual(['failed']);
    }
    const { state } = await world.ledger();
    expect([...state.alerts.values()].map(({ key, severity }) => [key, severity])).toEqual([
      [`revoke-stuck:${READ_SLOT}`, 'critical'],
      [`revoke-stuck-escalated:${READ_SLOT}`, 'critical'],
    ]);
    world.target.before = () => {};
    world.advance(15 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await world.sweep();
    expect((await world.ledger()).state.alerts.size).toBe(0);
  });

  it('removes even where the slot cannot be seen', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    world.target.beforeObserve = () => {
      throw new Error('timeout');
    };
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('grants nothing where the slot cannot be seen', async () => {
    const world = aWorld();
    grantRead(world);
    world.target.beforeObserve = () => {
      throw new Error('timeout');
    };
    const report = await world.sweep();
    expect(report.granted).toEqual([]);
    expect([...report.unseen]).toEqual([[READ_SLOT, 'timeout']]);
    expect(world.target.sent).toEqual([]);
  });

  it('sees every slot that it can beside one that it cannot', async () => {
    const world = aWorld();
    grantRead(world);
    const path = 'requests/orders-db/read-only/other.yaml';
    merged(world, { by: erin, approvedBy: [bob], files: { [path]: aRequest() } });
    world.target.beforeObserve = (slots) => {
      if (slots.some(({ key }) => key === READ_SLOT)) throw new Error('no such role');
    };
    await world.sweep();
    expect([...world.target.held.keys()]).toEqual(['postgres:app_read/1005']);
  });

  it('closes every provider it opened', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    expect([world.target.opened, world.target.closed]).toEqual([1, 1]);
  });
});

describe('a zone', () => {
  it('touches only its own slots', async () => {
    const world = aWorld();
    grantRead(world);
    const report = await world.as({ zone: 'prod-eu' });
    expect(report.granted).toEqual([]);
    expect(world.target.sent).toEqual([]);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});
