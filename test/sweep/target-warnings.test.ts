import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { alertKeys, entriesOf, grantRead, merged } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';

const superuser = {
  severity: 'warning',
  message: '`gatepass` is a superuser and could do anything',
  fix: 'use another',
};

const warnings = async (world: ReturnType<typeof aWorld>) =>
  (await alertKeys(world)).filter((key) => key.startsWith('target-warning:'));

it('says what a target says of our rights there, while anything is held there', async () => {
  const world = aWorld();
  world.target.diagnostics = [superuser as never];
  grantRead(world, { duration: '1h' });
  await world.sweep();
  expect(await warnings(world)).toEqual([expect.stringMatching(/^target-warning:default:postgres-[0-9a-f]{8}$/)]);
  const [alert] = [...(await world.ledger()).state.alerts.values()];
  expect(alert?.message).toBe('how the sweep signs in for orders-db: `gatepass` is a superuser and could do anything');
  await world.sweep();
  await world.as({ zone: 'prod-eu' });
  expect(await warnings(world)).toHaveLength(1);
  world.advance(HOUR);
  await world.sweep();
  await world.sweep();
  expect(await warnings(world)).toEqual([]);
});

it('says so no more once it was put right, and nothing while it cannot be asked', async () => {
  const world = aWorld();
  world.target.diagnostics = [superuser as never];
  grantRead(world);
  await world.sweep();
  world.target.diagnostics = [];
  const path = 'requests/orders-db/read-only/second.yaml';
  merged(world, { by: people.erin, approvedBy: [people.bob], files: { [path]: aRequest() } });
  world.advance(MINUTE);
  await world.sweep();
  expect(await warnings(world)).toEqual([]);
});

it('says it in one bounded line, whatever a target says', async () => {
  const world = aWorld();
  world.target.diagnostics = [{ severity: 'warning', message: 'm\n'.repeat(5000), fix: 'f\n'.repeat(5000) }];
  grantRead(world);
  await world.sweep();
  const [alert] = [...(await world.ledger()).state.alerts.values()];
  expect([alert?.message, alert?.next].map((text) => [text?.length, text?.includes('\n')])).toEqual([
    [500, false],
    [500, false],
  ]);
});

it('asks each target once, after removals were sent and written down, and not one for another', async () => {
  const world = aWorld();
  grantRead(world, { duration: '1h' });
  const others = 'requests/payments/operator/payouts.yaml';
  await world.sweep();
  world.advance(HOUR);
  const { dan, erin, alice, bob } = people;
  for (const [name, by] of Object.entries({ dans: dan, erins: erin })) {
    merged(world, { by, approvedBy: [bob], files: { [`requests/orders-db/read-only/${name}.yaml`]: aRequest() } });
  }
  merged(world, { by: alice, approvedBy: [bob], files: { [others]: aRequest() } });
  const asked: string[] = [];
  const openProvider: SweepWorld['openProvider'] = async (type, config) => ({
    ...world.target.open(type, config),
    check: async () => {
      const removed = (await entriesOf(world, 'outcome')).some(({ effect }) => effect === 'remove');
      asked.push(`${type}${removed ? '' : ' too soon'}`);
      // Neither throws away what the other says.
      if (type === 'postgres') throw new Error('no answer');
      return [superuser as never];
    },
  });
  await world.as({ openProvider });
  expect(asked.sort()).toEqual(['github-team', 'postgres']);
  expect(await warnings(world)).toEqual([expect.stringMatching(/^target-warning:default:github-team-/)]);
});

it('says nothing of a target whose answer makes no sense, and goes on', async () => {
  const world = aWorld();
  grantRead(world);
  const openProvider: SweepWorld['openProvider'] = async (type, config) => ({
    ...world.target.open(type, config),
    check: async () => [null as never],
  });
  const { granted } = await world.as({ openProvider });
  expect(granted.map(({ result }) => result)).toEqual(['done']);
  expect(await alertKeys(world)).toEqual([]);
});
