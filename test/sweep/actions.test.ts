import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { alertKeys, entriesOf, killed, merged } from '../support/sweep-steps.ts';
import { aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob } = people;
const PATH = 'requests/checkout/restart/hang.yaml';
const RESTART = `apiVersion: gatepass/v1
kind: ActionRequest
within: 1h
reason: Checkout hangs since the deploy
inputs: { region: eu-west-1 }
`;

function approved(): TestWorld {
  const world = aWorld();
  merged(world, { by: alice, approvedBy: [bob], files: { [PATH]: RESTART } });
  return world;
}

const outcomes = async (world: TestWorld) => (await entriesOf(world, 'action-outcome')).map(({ state }) => state);

describe('an approved action', () => {
  it('runs once, with its inputs, and is followed to its end', async () => {
    const world = approved();
    const report = await world.sweep();
    expect(report.actions.map(({ state }) => state)).toEqual(['done']);
    expect(world.runner.runs.map(({ inputs }) => inputs)).toEqual([{ region: 'eu-west-1' }]);
    await world.sweep();
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    expect(await outcomes(world)).toEqual(['done']);
  });

  it('is followed by later sweeps when it takes long', async () => {
    const world = approved();
    world.runner.looks = 100;
    await world.sweep();
    expect(await outcomes(world)).toEqual(['running']);
    world.runner.looks = 1;
    await world.sweep();
    expect(await outcomes(world)).toEqual(['running', 'done']);
    expect(world.runner.runs).toHaveLength(1);
  });

  it('is not started by a sweep of another zone', async () => {
    const world = approved();
    await world.as({ zone: 'prod-eu' });
    expect(world.runner.runs).toEqual([]);
  });

  it('is not started when a run of that name is there already, as after a ledger was set back', async () => {
    const world = approved();
    const first = await world.sweep();
    const again = approved();
    again.runner.runs.push(...world.runner.runs);
    const second = await again.sweep();
    expect(again.runner.runs).toHaveLength(1);
    expect(second.actions.map(({ runId }) => runId)).toEqual(first.actions.map(({ runId }) => runId));
  });

  it('lapses when it was not started in time', async () => {
    const world = approved();
    world.advance(HOUR);
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
  });

  it.each([
    ['the time in which it may start is over', 55 * MINUTE, 6 * MINUTE],
    ['its lease is over', 0, 11 * MINUTE],
  ])('is not started by a sweep that slept until %s', async (_, waited, slept) => {
    const world = approved();
    world.advance(waited);
    const find = world.runner.find.bind(world.runner);
    world.runner.find = async (...asked) => {
      world.advance(slept);
      return find(...asked);
    };
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
    expect(await outcomes(world)).toEqual(['failed']);
  });

  it('is found, not started again, when the answer to its start is lost', async () => {
    const world = approved();
    world.runner.fault = 'lost';
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    expect((await outcomes(world)).at(-1)).toBe('done');
  });

  it('is `unknown`, and stays so, when nobody can tell whether it was started', async () => {
    const world = approved();
    world.runner.fault = 'lost';
    world.runner.isHidden = true;
    await world.sweep();
    await world.sweep();
    expect(await outcomes(world)).toEqual(['unknown']);
    world.runner.fault = null;
    world.advance(HOUR);
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['unknown-action']);
  });

  it('has failed when it was not started, and is not tried again', async () => {
    const world = approved();
    world.runner.fault = 'refused';
    await world.sweep();
    world.runner.fault = null;
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
    expect(await outcomes(world)).toEqual(['failed']);
  });
});

describe('a sweep that is killed around the start of an action', () => {
  it('before it: nobody starts it again, and after the lease it is unknown', async () => {
    const world = approved();
    const { start } = world.runner;
    await killed(
      (reached) => {
        world.runner.start = () => reached();
      },
      () => world.sweep(),
    );
    world.runner.start = start;
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
    expect(await outcomes(world)).toEqual([]);
    world.advance(11 * MINUTE);
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
    expect(await outcomes(world)).toEqual(['unknown']);
    // Said by the very sweep that found out: the next one has nothing to write.
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['unknown-action']);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('after it: the run is found and followed', async () => {
    const world = approved();
    const start = world.runner.start.bind(world.runner);
    await killed(
      (reached) => {
        world.runner.start = async (run, correlation) => {
          await start(run, correlation);
          return reached();
        };
      },
      () => world.sweep(),
    );
    world.runner.start = start;
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    expect(await outcomes(world)).toEqual(['done']);
  });
});
