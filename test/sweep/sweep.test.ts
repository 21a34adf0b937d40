import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob } = people;
const PATH = 'requests/orders-db/read-only/replay.yaml';
const SLOT = 'postgres:app_read/1001';

/** Alice's request, approved by an owner and merged. */
function merged(world: TestWorld, fields: Record<string, string> = {}, path = PATH): number {
  const number = world.github.open(alice, { [path]: aRequest(fields) });
  world.github.approve(number, bob);
  world.github.merge(number);
  return number;
}

const types = async (world: TestWorld) => (await world.ledger()).entries.map((entry) => entry.type);

describe('a grant’s life', () => {
  it('is granted after the merge, revoked at its end, and leaves the slot as it was', async () => {
    const world = aWorld();
    merged(world);
    const first = await world.sweep();
    expect(first.stops).toEqual([]);
    expect(first.granted.map(({ label, result }) => [label, result])).toEqual([['alice in app_read', 'done']]);
    expect(world.target.held.get(SLOT)).toBe('granted');
    expect(first.nextDue).toBe('2026-11-23T12:00:00.000Z');
    world.advance(2 * HOUR);
    const second = await world.sweep();
    expect(second.revoked.map(({ because, result }) => [because, result])).toEqual([['expired', 'done']]);
    expect(world.target.held.has(SLOT)).toBe(false);
    expect(await types(world)).toEqual([
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

  it('writes nothing when nothing changed', async () => {
    const world = aWorld();
    merged(world);
    await world.sweep();
    const before = await world.ledger();
    world.advance(30 * MINUTE);
    const report = await world.sweep();
    expect(report.written).toEqual([]);
    expect((await world.ledger()).entries).toEqual(before.entries);
  });
});
