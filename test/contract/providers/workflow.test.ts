import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, parseInstant } from '../../../core/time.ts';
import type { ActionRunner } from '../../../providers/provider.ts';
import { openWorkflows } from '../../../providers/workflow/workflow.ts';
import { type HubWorld, NOW, startHubWorld } from './hub-world.ts';

const RUN = { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: { region: 'eu-west-1' } };
const CORRELATION = 'gatepass-7-1a2b3c4d';

describe('a workflow, run once, on the look-alike', () => {
  let world: HubWorld;
  let runner: ActionRunner;
  beforeEach(async () => {
    world = await startHubWorld();
    runner = openWorkflows(world.io);
  });
  afterEach(async () => {
    await world.close();
    expect(world.problems).toEqual([]);
  });

  const runs = () => world.hub.runs('acme', 'ops');
  const after = parseInstant(NOW) as Instant;

  it('runs, is found by its name, and is followed to its end', async () => {
    const started = await runner.start(RUN, CORRELATION);
    expect(started).toMatchObject({ state: 'running', detail: null });
    await world.hub.idle();
    const done = { runId: started.runId, url: started.url, state: 'done', detail: null };
    expect(await runner.find({ ...RUN, after }, CORRELATION)).toEqual(done);
    expect(await runner.follow({ ...RUN, correlation: CORRELATION }, started.runId)).toEqual(done);
    expect(runs()).toHaveLength(1);
  });

  it('fails when the run fails', async () => {
    const { runId } = await runner.start({ ...RUN, inputs: { region: 'nowhere' } }, CORRELATION);
    await world.hub.idle();
    expect(await runner.follow(RUN, runId)).toMatchObject({ state: 'failed', detail: 'the run ended as `failure`' });
  });

  it('does not know what a lost answer did, and finds the run later', async () => {
    world.hub.faults.loseAnswer({ method: 'POST', path: /\/dispatches$/ });
    await expect(runner.start(RUN, CORRELATION)).rejects.toMatchObject({ effect: 'unknown' });
    await world.hub.idle();
    expect(await runner.find({ ...RUN, after }, CORRELATION)).toMatchObject({ state: 'done' });
    expect(runs()).toHaveLength(1);
  });

  it('knows that a refused start did nothing', async () => {
    world.hub.faults.secondaryLimit({ method: 'POST', path: /\/dispatches$/ }, { retryAfter: 30 });
    await expect(runner.start(RUN, CORRELATION)).rejects.toMatchObject({
      effect: 'none',
      code: 'rate-limited',
      afterSeconds: 30,
    });
    await expect(runner.start({ ...RUN, workflow: 'other.yml' }, CORRELATION)).rejects.toMatchObject({
      effect: 'none',
      code: 'not-started',
    });
    await expect(runner.start({ ...RUN, ref: 'nowhere' }, CORRELATION)).rejects.toMatchObject({
      effect: 'none',
      code: 'not-started',
    });
    await expect(runner.start({ ...RUN, inputs: { region: 'mars' } }, CORRELATION)).rejects.toMatchObject({
      effect: 'none',
    });
    expect(await runner.find({ ...RUN, after }, CORRELATION)).toBeNull();
    expect(runs()).toEqual([]);
  });

  it('does not take a stranger’s run for ours, though its name is the same', async () => {
    const { status } = await world.asOwner('POST', '/repos/acme/ops/actions/workflows/restart.yml/dispatches', {
      ref: 'main',
      inputs: { region: 'eu-west-1', gatepass: CORRELATION },
    });
    expect(status).toBeLessThan(300);
    await world.hub.idle();
    expect(runs()).toHaveLength(1);
    expect(await runner.find({ ...RUN, after }, CORRELATION)).toBeNull();
    const stranger = runs()[0]?.id ?? 0;
    await expect(runner.follow({ ...RUN, correlation: CORRELATION }, stranger)).rejects.toMatchObject({
      code: 'not-our-run',
    });
  });

  it('looks only at runs since it was asked for', async () => {
    await runner.start(RUN, CORRELATION);
    await world.hub.idle();
    const later = parseInstant('2026-11-23T10:00:01Z') as Instant;
    expect(await runner.find({ ...RUN, after: later }, CORRELATION)).toBeNull();
  });
});
