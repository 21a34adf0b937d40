/** Workflows, runs and jobs as GitHub's API and its webhooks show them. */

import { seconds } from '../clock.ts';
import { accountJson, nodeId } from '../json/account.ts';
import { minimalRepositoryJson, repositoryUrl } from '../json/repository.ts';
import type { Json, Repository } from '../model.ts';
import type { HubState } from '../types.ts';
import { interpolate } from './expression.ts';
import { branchOf, type JobRun, type Registered, type Run } from './run.ts';

export function workflowJson(hub: HubState, repository: Repository, workflow: Registered): Json {
  const html = `${hub.url}/${repository.fullName}`;
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: workflow.state,
    created_at: seconds(workflow.createdAt),
    updated_at: seconds(workflow.updatedAt),
    url: `${repositoryUrl(hub, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${html}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${html}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

export function runUrls(hub: HubState, run: Run): { api: string; html: string } {
  return {
    api: `${repositoryUrl(hub, run.repository)}/actions/runs/${run.id}`,
    html: `${hub.url}/${run.repository.fullName}/actions/runs/${run.id}`,
  };
}

export function runJson(hub: HubState, run: Run): Json {
  const { repository, trigger, registered } = run;
  const { api, html } = runUrls(hub, run);
  const { commit } = trigger;
  return {
    id: run.id,
    name: registered.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: branchOf(trigger.ref),
    head_sha: trigger.sha,
    path: registered.path,
    display_title: run.title,
    run_number: run.number,
    event: trigger.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: registered.id,
    check_suite_id: run.suiteId,
    check_suite_node_id: nodeId('CheckSuite', run.suiteId),
    url: api,
    html_url: html,
    pull_requests: [],
    created_at: seconds(run.createdAt),
    updated_at: seconds(run.updatedAt),
    actor: accountJson(hub, trigger.actor),
    run_attempt: 1,
    referenced_workflows: [],
    run_started_at: seconds(run.startedAt),
    triggering_actor: accountJson(hub, trigger.actor),
    jobs_url: `${api}/jobs`,
    logs_url: `${api}/logs`,
    check_suite_url: `${repositoryUrl(hub, repository)}/check-suites/${run.suiteId}`,
    artifacts_url: `${api}/artifacts`,
    cancel_url: `${api}/cancel`,
    rerun_url: `${api}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${repositoryUrl(hub, repository)}/actions/workflows/${registered.id}`,
    head_commit: {
      id: commit.sha,
      tree_id: commit.tree,
      message: commit.message.trimEnd(),
      timestamp: commit.committer.date,
      author: { name: commit.author.name, email: commit.author.email },
      committer: { name: commit.committer.name, email: commit.committer.email },
    },
    repository: minimalRepositoryJson(hub, repository),
    head_repository: minimalRepositoryJson(hub, repository),
  };
}

export function jobJson(hub: HubState, run: Run, job: JobRun): Json {
  const { api, html } = runUrls(hub, run);
  const isStarted = job.startedAt !== null;
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.registered.name,
    head_branch: branchOf(run.trigger.ref),
    run_url: api,
    run_attempt: 1,
    node_id: nodeId('CheckRun', job.id),
    head_sha: run.trigger.sha,
    url: `${repositoryUrl(hub, run.repository)}/actions/jobs/${job.id}`,
    html_url: `${html}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: seconds(job.createdAt),
    started_at: seconds(job.startedAt ?? job.createdAt),
    completed_at: job.completedAt === null ? null : seconds(job.completedAt),
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt === null ? null : seconds(step.startedAt),
      completed_at: step.completedAt === null ? null : seconds(step.completedAt),
    })),
    check_run_url: `${repositoryUrl(hub, run.repository)}/check-runs/${job.id}`,
    labels: (job.job?.runsOn ?? []).map((label) => interpolate(label, { matrix: job.matrix })),
    runner_id: isStarted ? 1 : null,
    runner_name: isStarted ? 'gatepass-hub' : null,
    runner_group_id: isStarted ? 1 : null,
    runner_group_name: isStarted ? 'GitHub Actions' : null,
  };
}
