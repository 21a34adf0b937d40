import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import type { Provider, Resolved } from '../../providers/provider.ts';
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

  it('names twenty of thousands, and counts the others', async () => {
    const world = await led();
    for (let id = 50_000; id < 53_000; id += 1) world.target.held.set(`${TEAM}/${id}`, 'member');
    const { written } = await world.sweep();
    expect(written).toHaveLength(21);
    const { alerts } = (await world.ledger()).state;
    expect(alerts.get('drift-member:default:more')?.message).toMatch(/^2980 more are without a grant/);
    expect((await world.sweep()).written).toEqual([]);
    for (let id = 50_020; id < 53_000; id += 1) world.target.held.delete(`${TEAM}/${id}`);
    expect((await world.sweep()).written).toEqual([{ type: 'alert-closed', key: 'drift-member:default:more' }]);
  });

  it('is spoken of in one bounded line, whatever a target says', async () => {
    const world = await led();
    const open = (type: string, config: JsonObject): Provider => {
      const provider = world.target.open(type, config);
      const inventory = async (known: readonly Slot[]): Promise<readonly Resolved[]> => {
        const [one] = known;
        const slot = { ...one, key: `${TEAM}/1`, label: 'a\n'.repeat(5000) } as Slot;
        return [{ slot, value: 'member' }];
      };
      return config['exclusive'] === true ? { ...provider, inventory } : provider;
    };
    await world.as({ openProvider: async (type, config) => open(type, config) });
    const [alert] = [...(await world.ledger()).state.alerts.values()];
    expect(alert?.message).toMatch(/^(?:a ){200,}.*…$/);
    expect(alert?.message.length).toBeLessThanOrEqual(500);
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
