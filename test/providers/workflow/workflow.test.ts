import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../core/time.ts';
import type { Io } from '../../../providers/provider.ts';
import { openWorkflows } from '../../../providers/workflow/workflow.ts';
import { type Answer, scriptedGitHub } from '../../support/scripted-github.ts';

const RUN = { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: { region: 'eu-west-1' } };
const WORKFLOW = '/repos/acme/ops/actions/workflows/restart.yml';
const CORRELATION = 'gatepass-7-1a2b3c4d';
const run = (more: object = {}) => ({
  id: 42,
  workflow_id: 5,
  html_url: 'https://github.test/acme/ops/actions/runs/42',
  display_title: `restart (${CORRELATION})`,
  event: 'workflow_dispatch',
  head_branch: 'main',
  path: '.github/workflows/restart.yml',
  status: 'queued',
  conclusion: null,
  actor: { login: 'gatepass-applier[bot]', type: 'Bot' },
  ...more,
});

function world(script: Readonly<Record<string, Answer>>, io: Partial<Io> = {}) {
  const github = scriptedGitHub(script, io);
  return { runner: openWorkflows(github.io), ...github };
}

describe('starting', () => {
  const dispatch = (answer: Answer) => world({ [`POST ${WORKFLOW}/dispatches`]: answer });

  it('is refused for an input that could pass for the mark of another run', async () => {
    const { runner, calls } = dispatch({ body: { workflow_run_id: 42, html_url: run().html_url } });
    const inputs = { note: 'restart (gatepass-8-5e6f7a8b)' };
    await expect(runner.start({ ...RUN, inputs }, CORRELATION)).rejects.toMatchObject({ code: 'configuration' });
    expect(calls).toEqual([]);
  });

  it('dispatches once, with the correlation, and takes the run from the answer', async () => {
    const { runner, calls, bodies } = dispatch({
      body: { workflow_run_id: 42, run_url: 'x', html_url: run().html_url },
    });
    expect(await runner.start(RUN, CORRELATION)).toEqual({
      runId: 42,
      url: run().html_url,
      state: 'running',
      detail: null,
    });
    expect(calls).toEqual([`POST ${WORKFLOW}/dispatches`]);
    expect(bodies).toEqual([
      { ref: 'main', inputs: { region: 'eu-west-1', gatepass: CORRELATION }, return_run_details: true },
    ]);
  });

  it.each<[string, Answer, object]>([
    ['no answer', { breaks: true }, { code: 'network', effect: 'unknown' }],
    ['a server in trouble', { status: 500 }, { code: 'server', effect: 'unknown' }],
    ['an answer that names no run', { status: 204 }, { code: 'run-unknown', effect: 'unknown' }],
    [
      'a limit',
      { status: 403, headers: { 'retry-after': '3' } },
      { code: 'rate-limited', effect: 'none', afterSeconds: 3 },
    ],
    ['no right', { status: 403, body: { message: 'no' } }, { code: 'forbidden', effect: 'none' }],
    ['no such workflow', { status: 404 }, { code: 'not-started', effect: 'none', message: /Actions: read and write/ }],
    [
      'a workflow that does not take the correlation',
      { status: 422, body: { message: 'Unexpected inputs provided: ["gatepass"]' } },
      { code: 'not-started', effect: 'none', message: /has to take the input `gatepass`/ },
    ],
  ])('tells after %s whether it can have started', async (_, answer, expected) => {
    const { runner, calls } = dispatch(answer);
    await expect(runner.start(RUN, CORRELATION)).rejects.toMatchObject(expected);
    expect(calls).toHaveLength(1);
  });

  it('refuses more inputs than GitHub takes, before asking', async () => {
    const { runner, calls } = dispatch({});
    const inputs = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`i${at}`, 'x']));
    await expect(runner.start({ ...RUN, inputs }, CORRELATION)).rejects.toMatchObject({
      code: 'configuration',
      effect: 'none',
    });
    expect(calls).toEqual([]);
  });

  it.each(['acme', 'acme/', 'acme/ops/x'])('refuses `%s` as a repository', async (repository) => {
    await expect(world({}).runner.start({ ...RUN, repository }, CORRELATION)).rejects.toMatchObject({
      code: 'configuration',
    });
  });
});

describe('finding', () => {
  const listed = (...runs: object[]) =>
    world({ [`GET ${WORKFLOW}/runs`]: { body: { total_count: runs.length, workflow_runs: runs } } });

  it('finds the run by its name', async () => {
    const { runner, calls } = listed(run({ id: 41, display_title: 'restart (gatepass-7-1a2b3c4dx)' }), run());
    const found = await runner.find(
      { ...RUN, after: parseInstant('2026-11-23T10:00:00.500Z') ?? undefined } as typeof RUN,
      CORRELATION,
    );
    expect(found).toMatchObject({ runId: 42, state: 'running' });
    expect(calls).toEqual([
      `GET ${WORKFLOW}/runs?event=workflow_dispatch&created=%3E%3D2026-11-23T10%3A00%3A00Z&per_page=100&page=1`,
    ]);
  });

  it('takes the first when there are two', async () => {
    expect(await listed(run({ id: 43 }), run()).runner.find(RUN, CORRELATION)).toMatchObject({ runId: 42 });
  });

  it.each([
    ['somebody else started it', { actor: { login: 'mallory', type: 'User' } }],
    ['it was started otherwise', { event: 'push' }],
    ['it runs at another ref', { head_branch: 'mallory' }],
    ['it is another workflow', { path: '.github/workflows/other.yml' }],
    ['its name does not hold the correlation', { display_title: 'restart' }],
    ['nobody is named', { actor: null }],
  ])('is not ours when %s', async (_, more) => {
    expect(await listed(run(more)).runner.find(RUN, CORRELATION)).toBeNull();
  });

  it('takes only the app that it is told', async () => {
    const body = { total_count: 1, workflow_runs: [run()] };
    const as = (githubActor: string) =>
      world({ [`GET ${WORKFLOW}/runs`]: { body } }, { githubActor }).runner.find(RUN, CORRELATION);
    expect(await as('other[bot]')).toBeNull();
    expect(await as('gatepass-applier[bot]')).not.toBeNull();
  });
});

describe('following', () => {
  const RUNS = 'GET /repos/acme/ops/actions/runs/42';
  const full = { ...RUN, correlation: CORRELATION };

  it.each([
    ['queued', null, 'running', null],
    ['in_progress', null, 'running', null],
    ['waiting', null, 'running', null],
    ['completed', 'success', 'done', null],
    ['completed', 'failure', 'failed', 'the run ended as `failure`'],
    ['completed', 'cancelled', 'failed', 'the run ended as `cancelled`'],
    ['completed', 'skipped', 'failed', 'the run ended as `skipped`'],
  ])('%s, %s: %s', async (status, conclusion, state, detail) => {
    const { runner } = world({ [RUNS]: { body: run({ status, conclusion }) } });
    expect(await runner.follow(full, 42)).toEqual({ runId: 42, url: run().html_url, state, detail });
  });

  it('takes a workflow by its id, and a ref in full', async () => {
    const { runner } = world({ [RUNS]: { body: run({ path: '.github/workflows/restart.yml@main' }) } });
    expect(await runner.follow({ ...full, ref: 'refs/heads/main' }, 42)).toMatchObject({ state: 'running' });
    expect(await runner.follow({ ...full, workflow: '5' }, 42)).toMatchObject({ state: 'running' });
    expect(await runner.follow({ repository: 'acme/ops' }, 42)).toMatchObject({ state: 'running' });
  });

  it('never answers for a run that is not ours, or that is not to be seen', async () => {
    const { runner } = world({
      [RUNS]: { body: run({ status: 'completed', conclusion: 'success', actor: { login: 'mallory', type: 'User' } }) },
    });
    await expect(runner.follow(full, 42)).rejects.toMatchObject({ code: 'not-our-run', message: /`mallory`/ });
    await expect(runner.follow(full, 1)).rejects.toMatchObject({ code: 'not-found' });
  });
});
