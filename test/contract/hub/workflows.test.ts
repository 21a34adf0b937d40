import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld } from '../../support/acme.ts';
import { aHub, asInstallation, type TestHub } from '../../support/hub.ts';

/** Says when it ran, in the log. */
const TICK = `on:
  push: { branches: [main] }
  schedule: [{ cron: '7,37 * * * *' }]
  workflow_dispatch:
permissions: { contents: read }
jobs:
  tick:
    runs-on: ubuntu-latest
    environment: gatepass
    steps:
      - run: test -n "$SECRET"
        env: { SECRET: "\${{ secrets.TICK }}" }
`;

describe('workflows on the look-alike', () => {
  let test: TestHub;
  let world: AcmeWorld;

  beforeEach(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub, { rules: false, files: { '.github/workflows/gatepass.yml': TICK } });
    test.hub.setSecret('acme', 'access', 'gatepass', 'TICK', 'tock');
  });
  afterEach(async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
    await test.stop();
  });

  const runs = () => test.hub.runs('acme', 'access').map((run) => [run.event, run.conclusion]);

  it('run when a pull request is merged, with the secrets of their environment', async () => {
    const { number } = await world.ask('alice', test.folder, { branch: 'a', files: { 'a.txt': 'a\n' } });
    expect(runs()).toEqual([]);
    await world.as('bob').pulls.merge({ ...ACCESS, pull_number: number });
    await test.hub.idle();
    expect(runs()).toEqual([['push', 'success']]);
  });

  it('run at each tick of their schedule as the clock goes by, in order', async () => {
    await test.hub.clock.advance(60 * 60_000);
    expect(runs()).toEqual([
      ['schedule', 'success'],
      ['schedule', 'success'],
    ]);
    const { data } = await world.as('heidi').actions.listWorkflowRunsForRepo(ACCESS);
    expect(data.workflow_runs.map((run) => run.created_at)).toEqual(['2026-11-23T10:37:00Z', '2026-11-23T10:07:00Z']);
    expect(test.hub.clock.now()).toBe('2026-11-23T11:00:00.000Z');
  });

  it('run when an App with actions: write asks', async () => {
    const gate = asInstallation(test.hub, world.gate);
    await gate.actions.createWorkflowDispatch({ ...ACCESS, workflow_id: 'gatepass.yml', ref: 'main' });
    await test.hub.idle();
    expect(runs()).toEqual([['workflow_dispatch', 'success']]);
  });
});
