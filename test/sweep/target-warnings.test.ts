import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { alertKeys, grantRead, merged } from '../support/sweep-steps.ts';
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
