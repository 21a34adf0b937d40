/** Commit statuses, which any writer may set. */
import { optionalChoice, optionalText } from '../body.ts';
import { notFound, unprocessable } from '../http-error.ts';
import { statusJson } from '../json/check.ts';
import { minimalRepositoryJson, repositoryUrl } from '../json/repository.ts';
import type { Status } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { created, ok, page } from './answer.ts';

const REPOSITORY = '/repos/{owner}/{repo}';

export const statusRoutes: readonly Route[] = [
  { method: 'POST', path: `${REPOSITORY}/statuses/{sha}`, needs: 'statuses:write', handle: createStatus },
  { method: 'GET', path: `${REPOSITORY}/commits/{ref}/statuses`, needs: 'statuses:read', handle: statuses },
  { method: 'GET', path: `${REPOSITORY}/commits/{ref}/status`, needs: 'statuses:read', handle: combined },
];

async function createStatus(call: Call) {
  const { body, hub, repository } = call;
  const sha = call.params['sha'] ?? '';
  if ((await repository.git.commit(sha)) === null) throw unprocessable(`No commit found for SHA: ${sha}`);
  const state = optionalChoice(body, 'state', ['error', 'failure', 'pending', 'success']);
  if (state === undefined) throw unprocessable('Invalid request.\n\n"state" wasn\'t supplied.');
  const status: Status = {
    id: hub.nextId(),
    sha,
    state,
    context: optionalText(body, 'context') ?? 'default',
    description: optionalText(body, 'description') ?? null,
    targetUrl: optionalText(body, 'target_url') ?? null,
    creator: call.account,
    at: hub.clock.now(),
  };
  repository.statuses.push(status);
  return created(statusJson(hub, repository, status));
}

async function statusesAt(call: Call): Promise<{ sha: string; found: Status[] }> {
  const sha = await call.repository.git.resolve(call.params['ref'] ?? '');
  if (sha === null) throw notFound();
  return { sha, found: call.repository.statuses.filter((status) => status.sha === sha).reverse() };
}

async function statuses(call: Call) {
  const { found } = await statusesAt(call);
  return page(call, found, (status) => statusJson(call.hub, call.repository, status));
}

async function combined(call: Call) {
  const { hub, repository } = call;
  const { sha, found } = await statusesAt(call);
  const latest = [...new Map([...found].reverse().map((status) => [status.context, status])).values()];
  const states = latest.map((status) => status.state);
  const isBad = states.some((state) => state === 'failure' || state === 'error');
  const state = isBad ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success';
  const url = `${repositoryUrl(hub, repository)}/commits/${sha}`;
  return ok({
    state,
    statuses: latest.map((status) => {
      const { creator, ...rest } = statusJson(hub, repository, status);
      return creator === undefined ? {} : { ...rest, required: null };
    }),
    sha,
    total_count: latest.length,
    repository: minimalRepositoryJson(hub, repository),
    commit_url: url,
    url: `${url}/status`,
  });
}
