/** Merges exactly the commit that was decided, and finds who else shares a head. Whether to merge is decided elsewhere. */
import { call, callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { fields, integer } from './read.ts';

export type Merged = { readonly merged: true } | { readonly merged: false; readonly why: string };

/** `sha` makes GitHub refuse when the head has moved since. Refusals are answers; outages are thrown. */
export async function mergePullRequest(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  sha: string,
  method: 'merge' | 'squash',
): Promise<Merged> {
  try {
    await call(github, 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
      owner: repository.owner,
      repo: repository.name,
      pull_number: number,
      sha,
      merge_method: method,
    });
    return { merged: true };
  } catch (error) {
    const isRefusal =
      error instanceof GitHubError && error.status !== null && error.status >= 403 && error.status < 423;
    if (isRefusal && error.code !== 'rate-limited') return { merged: false, why: refusal(error) };
    throw error;
  }
}

function refusal(error: GitHubError): string {
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return said.split(' - https://')[0] ?? said;
}

/** Numbers of the other open pull requests into the branch with this head, ascending. */
export async function readTwins(
  github: GitHub,
  repository: RepositoryName,
  pull: { readonly number: number; readonly head: string; readonly base: string },
): Promise<readonly number[]> {
  const pulls = await callAll(github, 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
    owner: repository.owner,
    repo: repository.name,
    commit_sha: pull.head,
  });
  return pulls
    .map((item) => fields(item, 'pull request'))
    .filter((item) => item['state'] === 'open')
    .filter((item) => fields(item['head'], 'head')['sha'] === pull.head)
    .filter((item) => fields(item['base'], 'base')['ref'] === pull.base)
    .map((item) => integer(item['number'], 'pull request number'))
    .filter((number) => number !== pull.number)
    .sort((a, b) => a - b);
}

/** Numbers of all open pull requests into the branch, ascending. */
export async function readOpenPulls(
  github: GitHub,
  repository: RepositoryName,
  base: string,
): Promise<readonly number[]> {
  const pulls = await callAll(github, 'GET /repos/{owner}/{repo}/pulls', {
    owner: repository.owner,
    repo: repository.name,
    state: 'open',
    base,
  });
  return pulls
    .map((item) => integer(fields(item, 'pull request')['number'], 'pull request number'))
    .sort((a, b) => a - b);
}
