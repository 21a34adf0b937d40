/** The `github` context of a run, and the default environment variables made of it ("Variables reference"). */

import type { HubState } from '../types.ts';
import { branchOf, type Run } from './run.ts';

/** Without `token`, `job`, `action` and `workspace`, which belong to a job or step. */
export function githubContext(hub: HubState, run: Run): Record<string, unknown> {
  const { repository, trigger, registered } = run;
  return {
    actor: trigger.actor.login,
    actor_id: String(trigger.actor.id),
    api_url: hub.apiUrl,
    base_ref: branchIn(trigger.payload, 'base'),
    event: trigger.payload,
    event_name: trigger.event,
    graphql_url: `${hub.url}/api/graphql`,
    head_ref: branchIn(trigger.payload, 'head'),
    ref: trigger.ref,
    ref_name: branchOf(trigger.ref),
    ref_protected: false,
    ref_type: trigger.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: repository.fullName,
    repository_id: String(repository.id),
    repository_owner: repository.owner.login,
    repository_owner_id: String(repository.owner.id),
    retention_days: '90',
    run_attempt: '1',
    run_id: String(run.id),
    run_number: String(run.number),
    server_url: hub.url,
    sha: trigger.sha,
    triggering_actor: trigger.actor.login,
    workflow: registered.name,
    workflow_ref: `${repository.fullName}/${registered.path}@${trigger.ref}`,
    workflow_sha: trigger.sha,
  };
}

/** Of the pull request that an event is about; empty for other events. */
function branchIn(payload: Readonly<Record<string, unknown>>, side: 'base' | 'head'): string {
  const pull = payload['pull_request'] as Partial<Record<'base' | 'head', { readonly ref?: string }>> | undefined;
  return pull?.[side]?.ref ?? '';
}

/** The folders and files of one job on its runner. */
export interface Place {
  readonly workspace: string;
  readonly temp: string;
  readonly tools: string;
  readonly home: string;
  readonly eventFile: string;
}

/**
 * What every step's process finds in its environment: all of `GITHUB_*` except the token, which GitHub does not put
 * there either, `RUNNER_*`, `CI`, `HOME` and the `PATH` of the machine.
 */
export function standardEnvironment(
  github: Readonly<Record<string, unknown>>,
  place: Place,
  job: string,
): Record<string, string> {
  const fromContext = Object.entries(github)
    .filter(
      ([name, value]) =>
        name !== 'event' && name !== 'token' && (typeof value === 'string' || typeof value === 'boolean'),
    )
    .map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)]);
  return {
    ...(Object.fromEntries(fromContext) as Record<string, string>),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: place.eventFile,
    GITHUB_JOB: job,
    GITHUB_WORKSPACE: place.workspace,
    HOME: place.home,
    PATH: process.env['PATH'] ?? '',
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'gatepass-hub',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: place.temp,
    RUNNER_TOOL_CACHE: place.tools,
  };
}
