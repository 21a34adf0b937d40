/** A channel that takes nothing: people are reached by the other one, and nothing else is any different. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { type AlertReceiver, receiveAlerts } from '../support/alert-receiver.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { fault } from './fault.ts';

let world: GateWorld;
let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await receiveAlerts('unsigned here');
  world = await startGateWorld({ environment: { ALERT_WEBHOOK: receiver.url } });
});
afterEach(() => world.hub.faults.clear());
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const opened = (key: string): Body => ({ type: 'alert', key, severity: 'critical', message: 'm', next: 'n' });
const closed = (key: string): Body => ({ type: 'alert-closed', key });
const issues = async () =>
  (await world.as('heidi').issues.listForRepo({ ...ACCESS, labels: 'gatepass-alerts', state: 'all' })).data;
let asked = 0;
const asksAndMerges = async () => {
  asked += 1;
  const path = `requests/orders-db/read-only/during-${asked}.yaml`;
  return world.isMerged(await world.open('carol', { [path]: request({ duration: '1h' }) }));
};

fault(55, 'a webhook that answers 503 for ever', async () => {
  receiver.status = 503;
  await writeLedger(world, [opened('setup-drift')]);
  expect((await issues())[0]?.body).toContain('setup-drift');
  expect(await asksAndMerges()).toBe(true);
  // Two more rounds: one try each, however much has happened.
  const before = receiver.tries;
  await world.later();
  await world.later();
  expect(receiver.tries - before).toBeLessThanOrEqual(4);
  expect(receiver.told).toEqual([]);
});

fault(55, 'it is told of what is open when it is back, not of all that was', async () => {
  for (let round = 0; round < 5; round += 1) await writeLedger(world, [opened(`drift-kept:${round}`)]);
  await writeLedger(
    world,
    [0, 1, 2, 3].map((round) => closed(`drift-kept:${round}`)),
  );
  await world.restart();
  receiver.status = 200;
  await world.later();
  await world.later();
  expect(receiver.told).toHaveLength(1);
  expect(receiver.told[0]?.data).toMatchObject({
    opened: [{ key: 'drift-kept:4' }, { key: 'setup-drift' }],
    closed: [],
  });
});

fault(55, 'a webhook that takes the call and never answers', async () => {
  receiver.isSilent = true;
  const told = writeLedger(world, [opened('clock-behind')]);
  const began = Date.now();
  expect(await asksAndMerges()).toBe(true);
  await told;
  expect((await issues())[0]?.body).toContain('clock-behind');
  expect(Date.now() - began).toBeLessThan(30_000);
  receiver.isSilent = false;
  await world.later();
  expect(receiver.told.at(-1)?.data.opened.map(({ key }) => key)).toEqual(['clock-behind']);
});

fault(55, 'an issue that GitHub takes no longer', async () => {
  world.hub.faults.answer({ path: /\/issues(?:\?|\/\d+(?:\/comments)?$|$)/ }, 503, 100);
  await writeLedger(world, [opened('history-rewritten')]);
  expect(receiver.told.at(-1)?.data.opened.map(({ key }) => key)).toEqual(['history-rewritten']);
  world.hub.faults.clear();
  await world.later();
  expect((await issues())[0]?.body).toContain('history-rewritten');
  expect(receiver.told.filter(({ data }) => data.opened.some(({ key }) => key === 'history-rewritten'))).toHaveLength(
    1,
  );
});

fault(55, 'issues that are switched off', async () => {
  world.hub.faults.answer({ path: /\/issues(?:\?|$)/ }, 410, 100);
  await world.restart();
  await writeLedger(world, [opened('wrong-repository')]);
  expect(receiver.told.at(-1)?.data.opened.map(({ key }) => key)).toContain('wrong-repository');
  expect(await asksAndMerges()).toBe(true);
});
