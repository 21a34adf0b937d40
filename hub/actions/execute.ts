/**
 * Runs the jobs of one run: each when those it needs are done, one for each matrix row, within its concurrency group.
 * It writes the run's status and conclusion; telling the world of them is the runner's.
 */

import type { Groups } from './concurrency.ts';
import { githubContext } from './contexts.ts';
import { type Contexts, condition, interpolate } from './expression.ts';
import { type JobWorld, jobName, type Needs, runJob } from './job.ts';
import type { Conclusion, JobRun, Run } from './run.ts';
import type { Workflow } from './workflow-file.ts';
import type { Job } from './workflow-job.ts';
import type { Concurrency } from './workflow-limits.ts';

/** Adds the run's job records; called when the run is made, so that the API shows them while it waits. */
export function planJobs(world: Pick<JobWorld, 'hub'>, run: Run, workflow: Workflow): void {
  const contexts = baseContexts(world, run);
  for (const job of workflow.jobs) {
    for (const matrix of job.matrix) {
      run.jobs.push({
        id: world.hub.nextId(),
        job,
        name: jobName(job, matrix, contexts),
        matrix,
        createdAt: run.createdAt,
        status: 'queued',
        conclusion: null,
        startedAt: null,
        completedAt: null,
        steps: [],
        log: '',
        summary: '',
        outputs: {},
        annotations: [],
      });
    }
  }
}

/** What may be used above the level of a job. */
export function baseContexts(world: Pick<JobWorld, 'hub'>, run: Run): Contexts {
  return { github: githubContext(world.hub, run), inputs: run.trigger.inputs, vars: {} };
}

/** The conclusion of all jobs. */
export async function runJobs(world: JobWorld, groups: Groups, run: Run, workflow: Workflow): Promise<Conclusion> {
  const results = new Map<string, Promise<Needs[string]>>();
  const resultOf = (id: string, asking: string): Promise<Needs[string]> => {
    const job = workflow.jobs.find((candidate) => candidate.id === id);
    if (job === undefined) throw new Error(`job \`${asking}\` needs \`${id}\`, which does not exist`);
    const known = results.get(id);
    if (known !== undefined) return known;
    const result = runRows(world, groups, run, workflow, job, async () => {
      const needs = await Promise.all(job.needs.map(async (need) => [need, await resultOf(need, id)] as const));
      return Object.fromEntries(needs);
    });
    results.set(id, result);
    return result;
  };
  const all = await Promise.all(workflow.jobs.map((job) => resultOf(job.id, job.id)));
  const conclusions = all.map(({ result }) => result);
  if (run.cancelled || conclusions.includes('cancelled')) return 'cancelled';
  if (conclusions.includes('failure')) return 'failure';
  return conclusions.every((conclusion) => conclusion === 'skipped') ? 'skipped' : 'success';
}

async function runRows(
  world: JobWorld,
  groups: Groups,
  run: Run,
  workflow: Workflow,
  job: Job,
  needed: () => Promise<Needs>,
): Promise<Needs[string]> {
  const records = run.jobs.filter((record) => record.job === job);
  try {
    const needs = await needed();
    const rows = records.map((record) => runRow(world, groups, run, workflow, job, record, needs));
    const conclusions = await Promise.all(rows);
    const worst = (['cancelled', 'failure', 'skipped'] as const).find((each) => conclusions.includes(each));
    const outputs = Object.assign({}, ...records.map((record) => record.outputs)) as Record<string, string>;
    return { result: worst ?? 'success', outputs };
  } catch (error) {
    for (const record of records) {
      record.log += `##[error]${error instanceof Error ? error.message : String(error)}\n`;
      finish(world, record, 'failure');
    }
    return { result: 'failure', outputs: {} };
  }
}

async function runRow(
  world: JobWorld,
  groups: Groups,
  run: Run,
  workflow: Workflow,
  job: Job,
  record: JobRun,
  needs: Needs,
): Promise<Conclusion> {
  const contexts = { ...baseContexts(world, run), needs, matrix: record.matrix };
  const results = Object.values(needs).map(({ result }) => result);
  const progress = { failed: results.some((result) => result !== 'success'), cancelled: run.cancelled };
  if (world.control.lost || !condition(job.if, contexts, progress)) {
    return finish(world, record, run.cancelled ? 'cancelled' : 'skipped');
  }
  const work = async (): Promise<Conclusion> => {
    record.status = 'in_progress';
    record.startedAt = world.hub.clock.now();
    return finish(world, record, await runJob(world, run, record, job, workflow, needs));
  };
  if (job.concurrency === null) return work();
  return within(groups, run, job.concurrency, contexts, record, work, () => finish(world, record, 'cancelled'));
}

/** Waits for the group, or is cancelled while it waits. */
function within(
  groups: Groups,
  run: Run,
  concurrency: Concurrency,
  contexts: Contexts,
  record: JobRun,
  work: () => Promise<Conclusion>,
  giveUp: () => Conclusion,
): Promise<Conclusion> {
  const { name, rules } = groupOf(run, concurrency, contexts);
  return new Promise((resolve) => {
    const entrant = {
      start() {
        void work().then((conclusion) => {
          groups.leave(name, entrant);
          resolve(conclusion);
        });
      },
      cancel() {
        if (record.status !== 'in_progress') resolve(giveUp());
      },
    };
    record.status = 'pending';
    groups.enter(name, rules, entrant);
  });
}

/** The group's name, apart for each repository, and its rules. */
export function groupOf(
  run: Run,
  concurrency: Concurrency,
  contexts: Contexts,
): { name: string; rules: { cancelInProgress: boolean; queue: 'single' | 'max' } } {
  return {
    name: `${run.repository.id}/${interpolate(concurrency.group, contexts)}`,
    rules: {
      cancelInProgress: interpolate(concurrency.cancelInProgress, contexts) === 'true',
      queue: concurrency.queue,
    },
  };
}

function finish(world: JobWorld, record: JobRun, conclusion: Conclusion): Conclusion {
  record.status = 'completed';
  record.conclusion = conclusion;
  record.completedAt = world.hub.clock.now();
  return conclusion;
}
