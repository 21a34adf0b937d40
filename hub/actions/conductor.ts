/**
 * Carries runs from their trigger to their conclusion: one at a time in a concurrency group, told to the world as
 * `workflow_run` events, cancelled by a person or killed with their machine. Which events start runs, it does not know.
 */

import type { Repository } from '../model.ts';
import type { HubState } from '../types.ts';
import { createGroups, type Entrant } from './concurrency.ts';
import { baseContexts, groupOf, planJobs, runJobs } from './execute.ts';
import { interpolate } from './expression.ts';
import type { Control } from './job.ts';
import type { WorkflowFile } from './registry.ts';
import { type Conclusion, type JobRun, type Run, type RunView, type Trigger, viewOf } from './run.ts';
import { runJson, workflowJson } from './run-json.ts';

export interface Conductor {
  /** Makes the run and lets it go; a file that cannot be read makes a run that failed at its start. */
  start(file: WorkflowFile, repository: Repository, trigger: Trigger): Run;
  /** Oldest first. */
  runs(repository: Repository): readonly Run[];
  /** SIGINT, then SIGTERM, then SIGKILL; steps with `if: always()` still run. */
  cancel(run: Run): void;
  /** SIGKILL at once, nothing more runs, the run fails. False: no such run is going on. */
  kill(id: number): boolean;
  /** When no run is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export type OnLine = (run: RunView, line: string) => 'kill' | 'cancel' | 'run';

export function createConductor(hub: HubState, actions: Readonly<Record<string, string>>, onLine: OnLine): Conductor {
  const groups = createGroups();
  const runs = new Map<number, Run[]>();
  const controls = new Map<number, Control>();
  const waiting = new Map<number, Entrant>();
  const busy = new Set<Promise<void>>();

  function start(file: WorkflowFile, repository: Repository, trigger: Trigger): Run {
    const { workflow } = file;
    const run = makeRun(hub, file, repository, trigger);
    const control: Control = { children: new Set(), going: false, lost: false };
    controls.set(run.id, control);
    runs.set(repository.id, [...(runs.get(repository.id) ?? []), run]);
    try {
      if ('error' in workflow) throw new Error(workflow.error);
      const contexts = baseContexts({ hub }, run);
      const name = workflow.runName === null ? '' : interpolate(workflow.runName, contexts).trim();
      run.title = name === '' ? run.title : name;
      planJobs({ hub }, run, workflow);
      const group = workflow.concurrency === null ? null : groupOf(run, workflow.concurrency, contexts);
      tell(run, 'requested');
      const world = { hub, actions, control, onLine: hear };
      const work = (): Promise<Conclusion> => runJobs(world, groups, run, workflow);
      const going = group === null ? conduct(run, work) : inGroup(run, group, work);
      busy.add(going);
      void going.finally(() => busy.delete(going));
    } catch (error) {
      // Such a run has no jobs on GitHub; the one here holds the reason.
      run.jobs.push(refusal(hub, error));
      finish(run, 'startup_failure');
    }
    return run;
  }

  async function conduct(run: Run, work: () => Promise<Conclusion>): Promise<void> {
    const control = controls.get(run.id);
    if (control !== undefined) control.going = true;
    update(run, 'in_progress');
    tell(run, 'in_progress');
    finish(run, await work());
  }

  function inGroup(run: Run, group: ReturnType<typeof groupOf>, work: () => Promise<Conclusion>): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        waiting.delete(run.id);
        groups.leave(group.name, entrant);
        resolve();
      };
      const entrant: Entrant = {
        start: () => void conduct(run, work).then(leave),
        cancel() {
          if (run.status === 'in_progress') {
            cancel(run);
            return;
          }
          finish(run, 'cancelled');
          leave();
        },
      };
      waiting.set(run.id, entrant);
      update(run, 'pending');
      groups.enter(group.name, group.rules, entrant);
    });
  }

  function update(run: Run, status: Run['status']): void {
    run.status = status;
    run.updatedAt = hub.clock.now();
    if (status === 'in_progress') run.startedAt = run.updatedAt;
  }

  function finish(run: Run, conclusion: Conclusion): void {
    run.conclusion = conclusion;
    const open = run.jobs.filter((job) => job.status !== 'completed');
    for (const job of open) Object.assign(job, { status: 'completed', conclusion, completedAt: hub.clock.now() });
    update(run, 'completed');
    controls.delete(run.id);
    tell(run, 'completed');
  }

  function tell(run: Run, action: 'requested' | 'in_progress' | 'completed'): void {
    const { repository } = run;
    const payload = {
      action,
      workflow_run: runJson(hub, run),
      workflow: workflowJson(hub, repository, run.registered),
    };
    hub.emit('workflow_run', payload, { repository, sender: run.trigger.actor });
  }

  function hear(run: Run, line: string): void {
    const fate = onLine(viewOf(run), line);
    if (fate === 'kill') kill(run.id);
    if (fate === 'cancel') cancel(run);
  }

  function cancel(run: Run): void {
    if (run.status === 'completed') return;
    run.cancelled = true;
    const entrant = run.status === 'in_progress' ? undefined : waiting.get(run.id);
    entrant?.cancel();
    for (const child of controls.get(run.id)?.children ?? []) child.cancel();
  }

  function kill(id: number): boolean {
    const control = controls.get(id);
    // One that waits for its group has no machine yet.
    if (control === undefined || !control.going) return false;
    control.lost = true;
    for (const child of control.children) child.kill();
    return true;
  }

  async function idle(): Promise<void> {
    while (busy.size > 0) await Promise.all(busy);
  }

  return {
    start,
    cancel,
    kill,
    idle,
    runs: (repository) => runs.get(repository.id) ?? [],
    async close() {
      for (const entrant of [...waiting.values()]) entrant.cancel();
      for (const id of [...controls.keys()]) kill(id);
      await idle();
    },
  };
}

function makeRun(hub: HubState, file: WorkflowFile, repository: Repository, trigger: Trigger): Run {
  const { registered } = file;
  const at = hub.clock.now();
  registered.runs += 1;
  return {
    id: hub.nextId(),
    number: registered.runs,
    suiteId: hub.nextId(),
    repository,
    registered,
    workflow: 'error' in file.workflow ? null : file.workflow,
    trigger,
    title: titleOf(trigger, registered.name),
    createdAt: at,
    startedAt: at,
    updatedAt: at,
    status: 'queued',
    conclusion: null,
    cancelled: false,
    jobs: [],
  };
}

/** Without a `run-name`: what happened. */
function titleOf(trigger: Trigger, workflow: string): string {
  if (trigger.event === 'push') return trigger.commit.message.split('\n')[0] ?? workflow;
  return trigger.event === 'repository_dispatch' ? String(trigger.payload['action']) : workflow;
}

function refusal(hub: HubState, error: unknown): JobRun {
  return {
    id: hub.nextId(),
    job: null,
    name: 'startup failure',
    matrix: {},
    createdAt: hub.clock.now(),
    status: 'queued',
    conclusion: null,
    startedAt: null,
    completedAt: null,
    steps: [],
    log: `##[error]${error instanceof Error ? error.message : String(error)}\n`,
    summary: '',
    outputs: {},
    annotations: [],
  };
}
