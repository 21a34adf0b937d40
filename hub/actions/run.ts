/** What the runner knows of workflows, runs and jobs. State only; what GitHub shows of it is made in `run-json.ts`. */

import type { Commit } from '../git/types.ts';
import type { Account, Instant, Json, Repository } from '../model.ts';
import type { Annotation } from './commands.ts';
import type { Workflow } from './workflow-file.ts';
import type { Job } from './workflow-job.ts';

export type Status = 'queued' | 'pending' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'startup_failure';

/** A workflow file known to a repository, by path; it keeps its id while the file changes. */
export interface Registered {
  readonly id: number;
  readonly path: string;
  readonly createdAt: Instant;
  name: string;
  state: 'active' | 'disabled_manually' | 'disabled_inactivity';
  updatedAt: Instant;
  runs: number;
}

/** The event that starts a run. */
export interface Trigger {
  readonly event:
    | 'push'
    | 'schedule'
    | 'workflow_dispatch'
    | 'repository_dispatch'
    | 'pull_request_target'
    | 'issue_comment';
  readonly ref: string;
  readonly sha: string;
  readonly commit: Commit;
  readonly actor: Account;
  /** What `GITHUB_EVENT_PATH` holds. */
  readonly payload: Json;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Run {
  readonly id: number;
  readonly number: number;
  readonly suiteId: number;
  readonly repository: Repository;
  readonly registered: Registered;
  /** Null: the file could not be read; the run is a startup failure. */
  readonly workflow: Workflow | null;
  readonly trigger: Trigger;
  title: string;
  readonly createdAt: Instant;
  startedAt: Instant;
  updatedAt: Instant;
  status: Status;
  conclusion: Conclusion | null;
  /** Graceful cancellation was asked for. */
  cancelled: boolean;
  readonly jobs: JobRun[];
}

export interface JobRun {
  readonly id: number;
  readonly job: Job | null;
  readonly name: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  status: Status;
  conclusion: Conclusion | null;
  startedAt: Instant | null;
  completedAt: Instant | null;
  readonly steps: StepRun[];
  /** Everything printed, with secrets hidden. */
  log: string;
  summary: string;
  outputs: Record<string, string>;
  readonly annotations: Annotation[];
}

export interface StepRun {
  readonly name: string;
  readonly number: number;
  status: Status;
  conclusion: Conclusion | null;
  startedAt: Instant | null;
  completedAt: Instant | null;
}

/** What `hub.runs(owner, name)` shows of a run. */
export interface RunView {
  readonly id: number;
  readonly event: Trigger['event'];
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  /** Path of the workflow file. */
  readonly workflow: string;
  readonly runName: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly headSha: string;
  readonly headBranch: string;
  /** Login. */
  readonly actor: string;
  readonly log: string;
  readonly summary: string;
  /** Every output of every step by its own name; a later one wins. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
}

export function viewOf(run: Run): RunView {
  return {
    id: run.id,
    event: run.trigger.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow: run.registered.path,
    runName: run.title,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    headSha: run.trigger.sha,
    headBranch: branchOf(run.trigger.ref),
    actor: run.trigger.actor.login,
    log: run.jobs.map((job) => job.log).join(''),
    summary: run.jobs.map((job) => job.summary).join(''),
    outputs: Object.assign({}, ...run.jobs.map((job) => job.outputs)) as Record<string, string>,
    annotations: run.jobs.flatMap((job) => job.annotations),
  };
}

/** `refs/heads/main` as `main`. */
export function branchOf(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
