/** Threat 45 at gate 1: a merge queue's group never passes, and the check says which setting to change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

let world: GateWorld;

beforeAll(async () => {
  world = await startGateWorld();
});

afterAll(async () => {
  await world?.close();
});

async function checksOf(ref: string) {
  const { data } = await world.as('heidi').checks.listForRef({ ...ACCESS, ref, check_name: 'gatepass' });
  return data.check_runs;
}

describe('the merge queue', () => {
  it('fails, with the setting to change', async () => {
    const number = await world.open('alice', {
      'requests/orders-db/read-only/queued.yaml': request({ duration: '2h' }),
    });
    const head = await world.hub.queue('acme', 'access', number, 'bob');
    await world.settle();
    const [run, ...others] = await checksOf(head);
    expect(others).toEqual([]);
    expect([run?.status, run?.conclusion, run?.app?.id]).toEqual(['completed', 'failure', world.acme.gate.id]);
    expect(run?.output.title).toBe('The merge queue is not supported');
    expect(run?.output.summary).toContain('"Require merge queue"');
    expect(run?.output.summary).toContain('/acme/access/settings/rules');
  });

  it('says so once, however often it is asked', async () => {
    const number = await world.open('alice', {
      'requests/orders-db/read-only/queued-twice.yaml': request({ duration: '2h' }),
    });
    const head = await world.hub.queue('acme', 'access', number, 'bob');
    await world.settle();
    const [delivery] = world.hub.deliveries(world.acme.gate.id).filter(({ event }) => event === 'merge_group');
    world.hub.redeliver(world.acme.gate.id, delivery?.id ?? 0);
    await world.settle();
    expect(await checksOf(head)).toHaveLength(1);
  });

  it('speaks GitHub’s API as GitHub describes it', () => {
    expect(world.problems).toEqual([]);
  });
});
