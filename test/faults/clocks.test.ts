/** The schedule of Actions, the app, and each without the other: access ends, and silence is heard. */
import { afterEach, describe, expect } from 'vitest';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { type ClockWorld, clockWorld } from '../support/clock-world.ts';
import { fault } from './fault.ts';

let world: ClockWorld | null = null;

afterEach(async () => {
  await world?.close();
  world = null;
});

const byEvent = ({ runs }: ClockWorld, name: string) => runs().filter(({ event }) => event === name);
const nowOf = ({ hub }: ClockWorld) => hub.clock.now() as Instant;

/** When the removals were due, asked for and seen. */
async function removalsIn({ ledger }: ClockWorld) {
  const { entries } = await ledger();
  return entries.flatMap((entry) => (entry.type === 'outcome' && entry.effect === 'remove' ? [entry] : []));
}

const WORKFLOW = '/repos/acme/access/actions/workflows/gatepass.yml';
const refuseDispatch = ({ hub }: ClockWorld) =>
  hub.faults.answer({ method: 'POST', path: /workflows\/gatepass.yml\/dispatches$/ }, 403, 10_000);

describe('without any schedule', () => {
  fault(1, 'the app starts the sweep at the due instant', async () => {
    world = await clockWorld();
    const granted = nowOf(world);
    expect(await world.isMerged(await world.ask('payouts', '1h'))).toBe(true);
    expect(await world.members()).toEqual(['alice']);
    await world.advance(HOUR - 1000);
    expect(await world.members()).toEqual(['alice']);
    expect(await world.health()).toMatchObject({ nextDue: plus(granted, HOUR), owedSince: null });
    await world.advance(1000);
    expect(await world.members()).toEqual([]);
    expect(byEvent(world, 'schedule')).toEqual([]);
    const due = plus(granted, HOUR);
    expect(await removalsIn(world)).toMatchObject([{ due, issued: due, confirmed: due, result: 'done' }]);
    expect(await world.health()).toMatchObject({ sweeps: 'heard', owedSince: null, alarms: [] });
    expect(world.running.problems()).toEqual([]);
  });

  fault(1, 'though the app may not read the heartbeats', async () => {
    world = await clockWorld();
    expect(await world.isMerged(await world.ask('payouts', '1h'))).toBe(true);
    world.hub.faults.answer(
      { method: 'GET', path: /git\/ref\/heads(?:\/|%2F)gatepass(?:\/|%2F)heartbeat/ },
      403,
      10_000,
    );
    await world.advance(HOUR);
    expect(await world.members()).toEqual([]);
    expect(byEvent(world, 'workflow_dispatch').length).toBeGreaterThan(0);
  });

  fault(4, 'sweeps go on under the app’s own name', async () => {
    world = await clockWorld();
    await world.ask('payouts', '2h');
    await world.advance(3 * HOUR);
    expect(await world.members()).toEqual([]);
    const runs = byEvent(world, 'workflow_dispatch');
    expect([...new Set(runs.map(({ actor }) => actor))]).toEqual(['gatepass-gate[bot]']);
    // An idle sweep every 45 minutes, and the one at the end of the grant.
    expect(runs.length).toBeGreaterThanOrEqual(4);
    expect(runs.length).toBeLessThanOrEqual(6);
    expect(await world.health()).toMatchObject({ sweeps: 'heard', alarms: [] });
  });
});

describe('when no sweep starts at all', () => {
  fault(
    2,
    'an alarm is raised within twice the period, and what is allowed is held until a sweep is heard',
    async () => {
      world = await clockWorld();
      const since = nowOf(world);
      refuseDispatch(world);
      world.hub.actions.faults.suppressPush = () => true;
      await world.advance(HOUR - 1000);
      expect(await world.health()).toMatchObject({ sweeps: 'heard' });
      await world.advance(1000);
      const silent = await world.health();
      expect(silent).toMatchObject({ sweeps: 'silent', silentSince: since });
      expect(silent['alarms']).toEqual(expect.arrayContaining(['sweep-refused', 'sweep-silent']));
      const number = await world.ask('payouts', '1h');
      expect(await world.check(number)).toEqual({
        status: 'in_progress',
        title: 'Allowed, but held: sweeps are silent since 10:00 UTC',
      });
      expect(await world.isMerged(number)).toBe(false);
      const urgent = await world.ask('outage', '1h', { login: 'erin', breakGlass: true });
      expect(await world.isMerged(urgent)).toBe(true);
      world.hub.faults.clear();
      world.hub.actions.faults.suppressPush = () => false;
      await world.advance(11 * MINUTE);
      expect(await world.isMerged(number)).toBe(true);
      expect(await world.members()).toEqual(['alice', 'erin']);
      expect(await world.health()).toMatchObject({ sweeps: 'heard', alarms: [] });
    },
  );
});

describe('a workflow that was switched off', () => {
  const stateOf = async ({ hub, as }: ClockWorld) => {
    const { data } = await as('heidi').request(`GET ${WORKFLOW}`);
    return { state: data.state, workflow: await hub.actions.registry.find(repositoryOf(hub), 'gatepass.yml') };
  };
  const repositoryOf = (hub: ClockWorld['hub']) => {
    const found = [...hub.state.repositories.values()].find(({ fullName }) => fullName === 'acme/access');
    if (found === undefined) throw new Error('no acme/access');
    return found;
  };

  fault(3, 'is switched on again, and nothing that was due is late', async () => {
    world = await clockWorld();
    await world.ask('payouts', '1h');
    await world.advance(HOUR - 1000);
    const { workflow } = await stateOf(world);
    if (workflow !== null) workflow.state = 'disabled_inactivity';
    await world.advance(1000 + 5000);
    expect((await stateOf(world)).state).toBe('active');
    expect(await world.members()).toEqual([]);
    expect(await world.health()).toMatchObject({ alarms: [] });
  });

  fault(3, 'with nothing due: the patrol finds it', async () => {
    world = await clockWorld();
    const { workflow } = await stateOf(world);
    if (workflow !== null) workflow.state = 'disabled_inactivity';
    await world.advance(5 * MINUTE);
    expect((await stateOf(world)).state).toBe('active');
  });

  fault(3, 'and may not be switched on by the app: somebody is told', async () => {
    world = await clockWorld();
    const { workflow } = await stateOf(world);
    if (workflow !== null) workflow.state = 'disabled_manually';
    world.hub.faults.answer({ method: 'PUT', path: /\/enable$/ }, 403, 1000);
    await world.advance(5 * MINUTE);
    expect(await world.health()).toMatchObject({ alarms: ['sweep-off'] });
    world.hub.faults.clear();
    await world.advance(5 * MINUTE);
    expect(await world.health()).toMatchObject({ alarms: [] });
  });
});

describe('a merge without a run', () => {
  fault(5, 'is granted within three minutes', async () => {
    world = await clockWorld();
    world.hub.actions.faults.suppressPush = () => true;
    const number = await world.ask('payouts', '1h');
    expect(await world.isMerged(number)).toBe(true);
    await world.advance(89_000);
    expect(await world.members()).toEqual([]);
    await world.advance(MINUTE);
    expect(await world.members()).toEqual(['alice']);
    expect(byEvent(world, 'push').length).toBe(0);
  });
});

describe('without the app', () => {
  fault(6, 'for a day: the schedule takes back, what needs the app waits for it', async () => {
    world = await clockWorld();
    await world.ask('payouts', '4h');
    expect(await world.members()).toEqual(['alice']);
    await world.stopApp();
    // Every third hour of the schedule, so that a day fits into a test.
    world.hub.actions.faults.schedule = (_, __, at) => (/T(?:0[0369]|1[258]|21):07/.test(at) ? 'fire' : 'drop');
    const waiting = await world.ask('later', '1h', { login: 'bob' });
    await world.advance(24 * HOUR);
    expect(byEvent(world, 'schedule').length).toBe(8);
    expect(await world.members()).toEqual([]);
    expect(await world.isMerged(waiting)).toBe(false);
    world.hub.actions.faults.schedule = () => 'drop';
    await world.startApp();
    await world.advance(MINUTE);
    expect(await world.isMerged(waiting)).toBe(true);
    expect(await world.members()).toEqual(['bob']);
  });
});
