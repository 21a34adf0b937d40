import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { alertKeys, merged } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, mallory } = people;
const JOIN = 'requests/payments/operator/payouts.yaml';
const TEAM = 'github-team:payments-production';
const KEY = `drift-member:default:${TEAM}/${mallory.id}`;

/** Alice has joined a team that only Gatepass fills. */
async function led(): Promise<TestWorld> {
  const world = aWorld();
  merged(world, { by: alice, approvedBy: [bob], files: { [JOIN]: aRequest({ duration: '1h' }) } });
  await world.sweep();
  expect(world.target.held.get(`${TEAM}/${alice.id}`)).toBe('member');
  return world;
}

describe('a team that only Gatepass fills', () => {
  it('with none but those it was granted to is as it should be', async () => {
    const world = await led();
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
  });

  it('shows whom somebody added, once, and long after the grant is over', async () => {
    const world = await led();
    world.target.held.set(`${TEAM}/${mallory.id}`, 'member');
    await world.sweep();
    expect(await alertKeys(world)).toEqual([KEY]);
    world.advance(3 * HOUR);
    await world.sweep();
    await world.sweep();
    expect(await alertKeys(world)).toEqual([KEY]);
    const alerts = (await world.ledger()).entries.filter(({ type }) => type === 'alert');
    expect(alerts.filter((alert) => 'key' in alert && alert.key === KEY)).toHaveLength(1);
    // It is said, never fought.
    expect(world.target.held.has(`${TEAM}/${mallory.id}`)).toBe(true);
    world.target.held.delete(`${TEAM}/${mallory.id}`);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
  });

  it('keeps what was said while it cannot be told', async () => {
    const world = await led();
    world.target.held.set(`${TEAM}/${mallory.id}`, 'member');
    await world.sweep();
    world.advance(3 * HOUR);
    await world.sweep();
    world.target.beforeObserve = () => {
      throw new Error('out of reach');
    };
    await world.sweep();
    expect(await alertKeys(world)).toContain(KEY);
  });

  it('is a matter of its own zone', async () => {
    const world = await led();
    world.target.held.set(`${TEAM}/${mallory.id}`, 'member');
    await world.sweep();
    await world.as({ zone: 'prod-eu' });
    expect(await alertKeys(world)).toEqual([KEY]);
  });

  it('does not speak of those who stood there before their first grant, nor of those who are about to join', async () => {
    const world = aWorld();
    world.target.held.set(`${TEAM}/${alice.id}`, 'member');
    merged(world, { by: alice, approvedBy: [bob], files: { [JOIN]: aRequest({ duration: '1h' }) } });
    await world.sweep();
    world.target.held.set(`${TEAM}/${people.erin.id}`, 'member');
    const operator = 'requests/payments/operator/hers.yaml';
    merged(world, { by: people.erin, approvedBy: [bob], files: { [operator]: aRequest({ duration: '1h' }) } });
    await world.sweep();
    world.advance(HOUR + MINUTE);
    await world.sweep();
    world.advance(3 * HOUR);
    await world.sweep();
    expect((await alertKeys(world)).filter((key) => key.startsWith('drift-member'))).toEqual([]);
  });
});
