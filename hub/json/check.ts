/** Check runs, suites and statuses as GitHub's API shows them. */
import { seconds } from '../clock.ts';
import type { CheckRun, Json, Repository, Status } from '../model.ts';
import type { HubState } from '../types.ts';
import { accountJson, appJson, nodeId } from './account.ts';
import { repositoryUrl } from './repository.ts';

export function checkRunJson(hub: HubState, repository: Repository, run: CheckRun): Json {
  const url = `${repositoryUrl(hub, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${hub.url}/${repository.fullName}/runs/${run.id}`,
    details_url: run.detailsUrl ?? hub.url,
    status: run.status,
    conclusion: run.conclusion,
    started_at: seconds(run.startedAt),
    completed_at: run.completedAt === null ? null : seconds(run.completedAt),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: appJson(hub, run.app),
    pull_requests: pullsAt(hub, repository, run.headSha),
  };
}

/** The same in webhooks, where the suite is spelt out. */
export function checkRunEventJson(hub: HubState, repository: Repository, run: CheckRun): Json {
  return { ...checkRunJson(hub, repository, run), check_suite: checkSuiteJson(hub, repository, run) };
}

export function checkSuiteJson(hub: HubState, repository: Repository, run: CheckRun): Json {
  const runs = repository.checkRuns.filter((each) => each.suiteId === run.suiteId);
  const isDone = runs.every((each) => each.status === 'completed');
  const worst = runs.find((each) => each.conclusion !== 'success')?.conclusion ?? 'success';
  const pulls = pullsAt(hub, repository, run.headSha);
  const branch = [...repository.pulls.values()].find((pull) => pull.head.sha === run.headSha)?.head.ref ?? null;
  return {
    id: run.suiteId,
    node_id: nodeId('CheckSuite', run.suiteId),
    head_branch: branch,
    head_sha: run.headSha,
    status: isDone ? 'completed' : 'queued',
    conclusion: isDone ? worst : null,
    url: `${repositoryUrl(hub, repository)}/check-suites/${run.suiteId}`,
    before: null,
    after: run.headSha,
    pull_requests: pulls,
    app: appJson(hub, run.app),
    created_at: seconds(run.startedAt),
    updated_at: seconds(run.completedAt ?? run.startedAt),
  };
}

/** Open pull requests of the same repository at a commit; empty for forks, as on GitHub. */
function pullsAt(hub: HubState, repository: Repository, sha: string): Json[] {
  return [...repository.pulls.values()]
    .filter((pull) => pull.head.sha === sha && pull.state === 'open' && pull.head.repository === repository)
    .map((pull) => {
      const repo = { id: repository.id, url: repositoryUrl(hub, repository), name: repository.name };
      return {
        id: pull.id,
        number: pull.number,
        url: `${repositoryUrl(hub, repository)}/pulls/${pull.number}`,
        head: { ref: pull.head.ref, sha: pull.head.sha, repo },
        base: { ref: pull.base.ref, sha: pull.base.sha, repo },
      };
    });
}

export function statusJson(hub: HubState, repository: Repository, status: Status): Json {
  return {
    url: `${repositoryUrl(hub, repository)}/statuses/${status.sha}`,
    avatar_url: `${hub.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: seconds(status.at),
    updated_at: seconds(status.at),
    creator: accountJson(hub, status.creator),
  };
}
