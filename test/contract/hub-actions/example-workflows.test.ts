import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readAction } from '../../../hub/actions/action-file.ts';
import { exampleWorkflow, restartWorkflow, SWEEP_PATH } from '../../../hub/actions/example-workflows.ts';
import { parseWorkflow } from '../../../hub/actions/workflow-file.ts';

const ROOT = new URL('../../../', import.meta.url);
const sweeps = [
  ['one repository', exampleWorkflow()],
  ['an operations repository', exampleWorkflow('operations')],
] as const;

describe('the workflow for', () => {
  it.each(sweeps)('%s gives its token nothing, keeps its sweeps apart and is never cancelled', (_, text) => {
    const workflow = parseWorkflow(SWEEP_PATH, text);
    expect(workflow.permissions).toEqual({ metadata: 'read' });
    expect(workflow.concurrency).toMatchObject({ group: 'gatepass-sweep', cancelInProgress: 'false' });
    expect(workflow.on.dispatch).toEqual({});
    expect(workflow.jobs).toHaveLength(1);
    expect(workflow.jobs[0]).toMatchObject({ environment: 'gatepass', timeoutMinutes: 10 });
  });

  it.each(sweeps)('%s runs four times an hour, never at a quarter', (_, text) => {
    const [schedule] = parseWorkflow(SWEEP_PATH, text).on.schedule;
    const minutes = [...(schedule?.cron.minutes ?? [])];
    expect(minutes).toHaveLength(4);
    expect(minutes.filter((minute) => minute % 15 === 0)).toEqual([]);
  });

  it.each(sweeps)('%s gives the action only inputs that it declares, and all that it requires', (_, text) => {
    const { pathname } = new URL('action', ROOT);
    const { inputs } = readAction(pathname);
    const given = Object.keys(parseWorkflow(SWEEP_PATH, text).jobs[0]?.steps[0]?.with ?? {});
    expect(given.filter((name) => !Object.hasOwn(inputs, name))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(['app-id', 'gate-app-id', 'private-key', 'ledger-key']));
  });

  it('starts on a merge only where the merges are', () => {
    expect(parseWorkflow(SWEEP_PATH, exampleWorkflow()).on.push?.branches).toEqual(['main']);
    expect(parseWorkflow(SWEEP_PATH, exampleWorkflow('operations')).on.push).toBeNull();
  });

  it('an action takes the inputs of the catalog and the id of its run', () => {
    const restart = parseWorkflow('.github/workflows/restart.yml', restartWorkflow());
    expect(Object.keys(restart.on.dispatch ?? {}).sort()).toEqual(['gatepass', 'region']);
    const catalog = load(readFileSync(new URL('policies/catalog/services.yaml', ROOT), 'utf8')) as {
      resources: { checkout: { actions: { restart: { inputs: { region: { enum: string[] } } } } } };
    };
    expect(restart.on.dispatch?.['region']?.options).toEqual(
      catalog.resources.checkout.actions.restart.inputs.region.enum,
    );
  });
});

it('every action that any of our workflows uses is pinned to a commit', () => {
  const ci = readFileSync(new URL('.github/workflows/ci.yml', ROOT), 'utf8');
  const used = [exampleWorkflow(), exampleWorkflow('operations'), restartWorkflow(), ci].flatMap((text) =>
    [...text.matchAll(/uses:\s*(\S+)/g)].map((match) => match[1] ?? ''),
  );
  expect(used.length).toBeGreaterThan(3);
  expect(used.filter((uses) => !/^[\w.-]+(\/[\w.-]+)+@[0-9a-f]{40}$/.test(uses))).toEqual([]);
});
