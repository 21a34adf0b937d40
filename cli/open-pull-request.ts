/** Commits one new file on a branch of its own, pushes it, and opens the pull request. */
import { basename } from 'node:path';
import { Octokit } from '@octokit/rest';
import { type Terminal, UsageError } from './command.ts';
import { git } from './git.ts';

export interface OpenedPullRequest {
  readonly number: number;
  readonly url: string;
}

/** The branch starts at the remote's default branch, so that nothing else of the work tree comes along. */
export async function openPullRequest(
  root: string,
  path: string,
  title: string,
  terminal: Terminal,
): Promise<OpenedPullRequest> {
  const token = terminal.env['GITHUB_TOKEN'];
  if (token === undefined || token === '') {
    throw new UsageError(
      `\`${path}\` is written, but GITHUB_TOKEN is not set`,
      'set it, or push the file and open the pull request by hand',
    );
  }
  const remote = (await git(root, ['remote', 'get-url', 'origin'])).trim();
  const { owner, repo } = repositoryOf(remote);
  const api = new Octokit({ auth: token, baseUrl: terminal.env['GITHUB_API_URL'] ?? 'https://api.github.com' });
  const { data: repository } = await api.request('GET /repos/{owner}/{repo}', { owner, repo });

  const branch = `request/${basename(path, '.yaml')}`;
  await git(root, ['fetch', '--quiet', 'origin', repository.default_branch]);
  await git(root, ['switch', '--quiet', '--create', branch, `origin/${repository.default_branch}`]);
  await git(root, ['add', '--', path]);
  await git(root, ['commit', '--quiet', '--message', title, '--', path]);
  await git(root, ['push', '--quiet', '--set-upstream', 'origin', branch]);
  const { data } = await api.request('POST /repos/{owner}/{repo}/pulls', {
    owner,
    repo,
    title,
    head: branch,
    base: repository.default_branch,
  });
  return { number: data.number, url: data.html_url };
}

/** `owner` and `repo` of an https or ssh remote. */
export function repositoryOf(remote: string): { owner: string; repo: string } {
  const match = /[/:]([^/:]+)\/([^/]+?)(?:\.git)?\/?$/.exec(remote);
  if (match === null) throw new UsageError(`can't tell the repository from the remote \`${remote}\``);
  return { owner: match[1] as string, repo: match[2] as string };
}
