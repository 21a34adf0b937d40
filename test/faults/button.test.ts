/** A request that is allowed and waits for a person's button: looking at it again and again costs nothing. */
import { afterAll, beforeAll, expect } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { fault } from './fault.ts';

const SETTINGS = 'apiVersion: gatepass/v1\nkind: Settings\nmerge: manual\n';

let world: GateWorld;
let number = 0;
beforeAll(async () => {
  world = await startGateWorld({ files: { 'policies/settings.yaml': SETTINGS } });
  number = await world.open('carol', { 'requests/orders-db/read-only/a.yaml': request({ duration: '1h' }) });
});
afterAll(() => world.close());

const checks = () => world.calls.filter((call) => /^(?:POST|PATCH) .*\/check-runs/.test(call));

fault(21, 'one that is green and waits for its button writes nothing at each round', async () => {
  const before = await world.check(number);
  expect(before).toMatchObject({ conclusion: 'success' });
  await world.later();
  world.calls.length = 0;
  await world.later();
  expect(checks()).toEqual([]);
  expect((await world.check(number))?.id).toBe(before?.id);
});

fault(21, 'but its green is taken back first when something happened to it', async () => {
  world.calls.length = 0;
  await world.as('carol').pulls.update({ ...ACCESS, pull_number: number, title: 'Another title' });
  await world.settle();
  expect(checks()).toHaveLength(2);
  expect(await world.check(number)).toMatchObject({ conclusion: 'success' });
});

fault(21, 'and a look that fails takes it back', async () => {
  world.hub.faults.answer({ path: /\/pulls\/\d+\/reviews/ }, 502, 10);
  await world.later();
  expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
  world.hub.faults.clear();
  await world.later();
  expect(await world.check(number)).toMatchObject({ conclusion: 'success' });
});
