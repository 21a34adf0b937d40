/**
 * Runs one job: its folders, token, secrets and contexts, then its steps in order, then the `post` steps of its actions
 * backwards. It decides which steps run; what a step does is the step's.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HubState } from '../types.ts';
import { githubContext, standardEnvironment } from './contexts.ts';
import { type Contexts, condition, interpolate } from './expression.ts';
import { createMasker } from './mask.ts';
import type { Child } from './process.ts';
import { branchOf, type Conclusion, type JobRun, type Run, type StepRun } from './run.ts';
import { interpolateAll, runStep, type Stage, type StepResult } from './step.ts';
import type { Workflow } from './workflow-file.ts';
import type { Job } from './workflow-job.ts';
import { DEFAULT_PERMISSIONS } from './workflow-limits.ts';

/** What a job needs of its runner. */
export interface JobWorld {
  readonly hub: HubState;
  readonly actions: Readonly<Record<string, string>>;
  /** Told of every line that a run prints. */
  readonly onLine: (run: Run, line: string) => void;
  readonly control: Control;
}

/** How a run is stopped from outside. */
export interface Control {
  readonly children: Set<Child>;
  /** It has left the queue. */
  going: boolean;
  /** The machine is gone: nothing more runs, not even `always()`. */
  lost: boolean;
}

export type Needs = Readonly<
  Record<string, { readonly result: Conclusion; readonly outputs: Readonly<Record<string, string>> }>
>;

/** Runs it to its conclusion, which it returns; never throws. */
export async function runJob(
  world: JobWorld,
  run: Run,
  record: JobRun,
  job: Job,
  workflow: Workflow,
  needs: Needs,
): Promise<Conclusion> {
  const { hub } = world;
  const folder = join(hub.directory, 'actions', String(run.id), String(record.id));
  const place = {
    workspace: join(folder, 'work'),
    temp: join(folder, 'temp'),
    tools: join(folder, 'tools'),
    home: join(folder, 'home'),
    eventFile: join(folder, 'temp', 'event.json'),
  };
  const token = hub.workflowToken(run.repository, job.permissions ?? workflow.permissions ?? DEFAULT_PERMISSIONS);
  try {
    for (const directory of [place.workspace, place.temp, place.tools, place.home])
      mkdirSync(directory, { recursive: true });
    writeFileSync(place.eventFile, JSON.stringify(run.trigger.payload, null, 2));
    const github = { ...githubContext(hub, run), token, job: job.id, workspace: place.workspace };
    // Before there are secrets: where they are may depend on the row of the matrix.
    const known = { github, inputs: run.trigger.inputs, vars: {}, needs, matrix: record.matrix };
    const secrets = secretsOf(run, job.environment === null ? null : interpolate(job.environment, known));
    const masker = createMasker();
    [token, ...Object.values(secrets)].forEach(masker.add);
    const contexts = {
      github,
      inputs: run.trigger.inputs,
      secrets: { ...secrets, GITHUB_TOKEN: token },
      vars: {},
      needs,
      matrix: record.matrix,
      runner: { os: 'Linux', arch: 'X64', temp: place.temp, name: 'gatepass-hub' },
      job: { status: 'success' },
    };
    const variables = interpolateAll(workflow.env, { ...contexts, env: {} });
    Object.assign(variables, interpolateAll(job.env, { ...contexts, env: variables }));
    const stage: Stage = {
      run: record,
      masker,
      workspace: place.workspace,
      temp: place.temp,
      environment: { ...standardEnvironment(github, place, job.id), ...variables },
      actions: world.actions,
      onLine: (line) => world.onLine(run, line),
      onChild: childHook(world.control),
    };
    return await runSteps(world, run, job, stage, contexts, variables);
  } catch (error) {
    record.log += `##[error]${error instanceof Error ? error.message : String(error)}\n`;
    return 'failure';
  } finally {
    // It ends with its job.
    hub.tokens.delete(token);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The repository's secrets, and the environment's over them. From a branch that the environment does not admit the job
 * fails before it has any secret.
 */
function secretsOf(run: Run, environment: string | null): Record<string, string> {
  const { repository, trigger } = run;
  const all = Object.fromEntries(repository.secrets.get('') ?? []);
  if (environment === null) return all;
  const admitted = repository.environments.get(environment)?.branches;
  if (admitted !== undefined && admitted !== null && !admitted.some((name) => trigger.ref === `refs/heads/${name}`)) {
    const from = branchOf(trigger.ref);
    throw new Error(`Branch "${from}" is not allowed to deploy to ${environment} due to environment protection rules.`);
  }
  return { ...all, ...Object.fromEntries(repository.secrets.get(environment) ?? []) };
}

/** A job runs one process at a time; while it runs, the run's control can reach it. */
function childHook(control: Control): (child: Child | null) => void {
  let current: Child | null = null;
  return (child) => {
    if (current !== null) control.children.delete(current);
    if (child !== null) control.children.add(child);
    current = child;
    if (control.lost) child?.kill();
  };
}

async function runSteps(
  world: JobWorld,
  run: Run,
  job: Job,
  stage: Stage,
  base: Contexts,
  variables: Readonly<Record<string, string>>,
): Promise<Conclusion> {
  const { hub, control } = world;
  const steps: Record<string, unknown> = {};
  const posts: { name: string; post: () => Promise<number | null> }[] = [];
  const progress = { failed: false, cancelled: false };
  const timeout = { expired: false };
  const timer = setTimeout(() => {
    timeout.expired = true;
    for (const child of control.children) child.cancel();
  }, job.timeoutMinutes * 60_000);
  const contexts = (): Contexts => ({ ...base, steps, env: { ...variables, ...ownVariables(stage, variables) } });
  try {
    for (const [index, step] of job.steps.entries()) {
      progress.cancelled = run.cancelled || timeout.expired;
      const record = openStep(hub, stage.run, step.name ?? step.uses ?? `Run ${(step.run ?? '').split('\n')[0]}`);
      if (control.lost || !condition(step.if, contexts(), progress)) {
        closeStep(hub, record, 'skipped');
        if (step.id !== null) steps[step.id] = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' };
        continue;
      }
      const result: StepResult = await runStep(stage, step, index + 1, contexts());
      if (result.post !== null) posts.unshift({ name: `Post ${record.name}`, post: result.post });
      const isStopped = (run.cancelled || timeout.expired) && result.status !== 0;
      const outcome: Conclusion = result.status === 0 ? 'success' : isStopped ? 'cancelled' : 'failure';
      const conclusion = outcome === 'failure' && step.continueOnError ? 'success' : outcome;
      if (conclusion === 'failure') progress.failed = true;
      Object.assign(stage.run.outputs, result.outputs);
      if (step.id !== null) steps[step.id] = { outputs: result.outputs, outcome, conclusion };
      closeStep(hub, record, conclusion);
    }
    for (const { name, post } of control.lost ? [] : posts) {
      const record = openStep(hub, stage.run, name);
      const status = await post();
      if (status !== 0) progress.failed = true;
      closeStep(hub, record, status === 0 ? 'success' : 'failure');
    }
  } finally {
    clearTimeout(timer);
  }
  if (control.lost) {
    stage.run.log += '##[error]The hosted runner lost communication with the server.\n';
    return 'failure';
  }
  Object.assign(stage.run.outputs, interpolateAll(job.outputs, contexts()));
  if (run.cancelled || timeout.expired) return 'cancelled';
  return progress.failed ? 'failure' : 'success';
}

/** Variables that a step added through `GITHUB_ENV`. */
function ownVariables(stage: Stage, variables: Readonly<Record<string, string>>): Record<string, string> {
  const added = Object.entries(stage.environment).filter(([name]) => !/^(GITHUB_|RUNNER_|CI$|HOME$|PATH$)/.test(name));
  return Object.fromEntries(
    added.filter(([name]) => !(name in variables) || stage.environment[name] !== variables[name]),
  );
}

function openStep(hub: HubState, job: JobRun, name: string): StepRun {
  const at = hub.clock.now();
  const record: StepRun = {
    name,
    number: job.steps.length + 1,
    status: 'in_progress',
    conclusion: null,
    startedAt: at,
    completedAt: null,
  };
  job.steps.push(record);
  return record;
}

function closeStep(hub: HubState, record: StepRun, conclusion: Conclusion): void {
  record.status = 'completed';
  record.conclusion = conclusion;
  record.completedAt = hub.clock.now();
}

/** A job's name as GitHub shows it: its own, or its id with the matrix values behind. */
export function jobName(job: Job, matrix: Readonly<Record<string, unknown>>, contexts: Contexts): string {
  if (job.name !== null) return interpolate(job.name, { ...contexts, matrix });
  const values = Object.values(matrix);
  return values.length === 0 ? job.id : `${job.id} (${values.map(String).join(', ')})`;
}
