/** Commits of a repository: lists, one with its files, comparisons, and the pull requests that brought it. */

import type { Commit, FileChange } from '../git/types.ts';
import { HttpError, notFound } from '../http-error.ts';
import { commitJson, fileJson } from '../json/commit.ts';
import { pullSimpleJson } from '../json/pull.ts';
import { repositoryUrl } from '../json/repository.ts';
import type { Json, Repository } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { ok, page } from './answer.ts';

const REPOSITORY = '/repos/{owner}/{repo}';

export const commitRoutes: readonly Route[] = [
  { method: 'GET', path: `${REPOSITORY}/commits`, needs: 'contents:read', handle: commits },
  { method: 'GET', path: `${REPOSITORY}/commits/{ref}`, needs: 'contents:read', handle: commit },
  { method: 'GET', path: `${REPOSITORY}/commits/{commit_sha}/pulls`, needs: 'pull_requests:read', handle: pulls },
  { method: 'GET', path: `${REPOSITORY}/compare/{basehead}`, needs: 'contents:read', handle: compare },
];

async function commits(call: Call) {
  const { hub, query, repository } = call;
  const from = await repository.git.resolve(query.get('sha') ?? `refs/heads/${repository.defaultBranch}`);
  if (from === null) throw query.has('sha') ? notFound() : new HttpError(409, 'Git Repository is empty.');
  const path = query.get('path');
  let shas = await repository.git.history(from, null, path === null ? {} : { path });
  const [since, until] = [query.get('since'), query.get('until')];
  if (since !== null || until !== null) {
    const all = await Promise.all(shas.map((sha) => commitAt(repository, sha)));
    const isWithin = ({ committer }: Commit): boolean =>
      (since === null || Date.parse(committer.date) >= Date.parse(since)) &&
      (until === null || Date.parse(committer.date) <= Date.parse(until));
    shas = all.filter(isWithin).map(({ sha }) => sha);
  }
  return page(call, shas, async (sha) => commitJson(hub, repository, await commitAt(repository, sha)));
}

async function commitAt(repository: Repository, sha: string): Promise<Commit> {
  const found = await repository.git.commit(sha);
  if (found === null) throw notFound();
  return found;
}

async function commit(call: Call) {
  const { hub, repository } = call;
  const sha = await resolved(repository, call.params['ref'] ?? '');
  const found = await commitAt(repository, sha);
  const empty = await repository.git.writeObject('tree', '');
  const changes = await repository.git.diff(
    found.parents[0] ?? empty,
    found.parents[0] === undefined ? found.tree : sha,
  );
  const stats = { additions: sum(changes, 'additions'), deletions: sum(changes, 'deletions') };
  return ok({
    ...commitJson(hub, repository, found),
    stats: { ...stats, total: stats.additions + stats.deletions },
    files: await files(call, found.parents[0] ?? empty, sha, changes),
  });
}

async function resolved(repository: Repository, ref: string): Promise<string> {
  const sha = await repository.git.resolve(ref);
  if (sha === null) throw new HttpError(422, `No commit found for SHA: ${ref}`);
  return sha;
}

function sum(changes: readonly FileChange[], field: 'additions' | 'deletions'): number {
  return changes.reduce((total, change) => total + change[field], 0);
}

/** At most 300 files, as on GitHub. */
async function files(call: Call, from: string, to: string, changes: readonly FileChange[]): Promise<Json[]> {
  const { hub, repository } = call;
  const patches = await repository.git.patches(from, to);
  return changes.slice(0, 300).map((change) => fileJson(hub, repository, to, change, patches.get(change.path)));
}

/** Merged pull requests whose merge commit or commits it is, then open ones that contain it. */
async function pulls(call: Call) {
  const { hub, repository } = call;
  const sha = await resolved(repository, call.params['commit_sha'] ?? '');
  const found = [];
  for (const pull of repository.pulls.values()) {
    const isMerge = pull.mergedAt !== null && pull.mergeCommitSha === sha;
    const isOwn = isMerge || (await repository.git.history(pull.head.sha, pull.base.sha)).includes(sha);
    if (isOwn) found.push(pull);
  }
  return page(call, found, (pull) => pullSimpleJson(hub, repository, pull));
}

async function compare(call: Call) {
  const { hub, repository } = call;
  const { git } = repository;
  const basehead = call.params['basehead'] ?? '';
  const [left = '', right = ''] = basehead.split('...');
  const [from, to] = [await git.resolve(left), await git.resolve(right)];
  if (from === null || to === null) throw notFound();
  const base = await git.mergeBase(from, to);
  if (base === null) throw new HttpError(404, `No common ancestor between ${left} and ${right}.`);
  const [ahead, behind] = [(await git.history(to, from)).toReversed(), await git.history(from, to)];
  const changes = await git.diff(base, to);
  const html = `${hub.url}/${repository.fullName}/compare`;
  const { slice, headers } = await listed(call, ahead);
  return {
    status: 200,
    headers,
    body: {
      url: `${repositoryUrl(hub, repository)}/compare/${basehead}`,
      html_url: `${html}/${basehead}`,
      permalink_url: `${html}/${repository.owner.login}:${from.slice(0, 7)}...${repository.owner.login}:${to.slice(0, 7)}`,
      diff_url: `${html}/${basehead}.diff`,
      patch_url: `${html}/${basehead}.patch`,
      base_commit: commitJson(hub, repository, await commitAt(repository, from)),
      merge_base_commit: commitJson(hub, repository, await commitAt(repository, base)),
      status: standing(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: slice,
      files: await files(call, base, to, changes),
    },
  };
}

/** 250 commits unless a page is asked for. */
async function listed(call: Call, shas: readonly string[]) {
  const show = async (sha: string): Promise<Json> =>
    commitJson(call.hub, call.repository, await commitAt(call.repository, sha));
  if (!call.query.has('page') && !call.query.has('per_page'))
    return { slice: await Promise.all(shas.slice(0, 250).map(show)), headers: {} };
  const { body, headers = {} } = await page(call, shas, show);
  return { slice: body, headers };
}

function standing(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}
