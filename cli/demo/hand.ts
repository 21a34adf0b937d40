/** One person at their keyboard: a clone of their own, a token of their own, and the real git and REST API. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { git } from '../git.ts';
import { until } from './until.ts';

export interface Hand {
  readonly login: string;
  readonly api: Octokit;
  /** Pushes files on a new branch from the default branch's tip and opens a pull request; returns its number. */
  open(title: string, files: Readonly<Record<string, string | null>>): Promise<number>;
  /** One more commit on the branch of a pull request of theirs; returns the new head. */
  push(pullRequest: number, message: string, files: Readonly<Record<string, string | null>>): Promise<string>;
  /** Straight to the default branch, no questions asked; returns the commit. */
  pushToMain(message: string, files: Readonly<Record<string, string | null>>): Promise<string>;
  review(pullRequest: number, event: 'APPROVE' | 'REQUEST_CHANGES', body?: string): Promise<void>;
  comment(pullRequest: number, body: string): Promise<number>;
}

export interface Repository {
  readonly owner: string;
  readonly repo: string;
  /** With the person's token. */
  readonly gitUrl: string;
  readonly apiUrl: string;
}

const nothing = () => undefined;
/** The story tells what matters; a refusal that is part of it is no error to log. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export async function createHand(login: string, token: string, repository: Repository, folder: string): Promise<Hand> {
  const { owner, repo } = repository;
  const api = new Octokit({ auth: token, baseUrl: repository.apiUrl, log: SILENT });
  const branches = new Map<number, string>();
  const clone = join(folder, login);
  await git(folder, ['clone', '--quiet', repository.gitUrl, clone]);
  await git(clone, ['config', 'user.name', login]);
  await git(clone, ['config', 'user.email', `${login}@acme.example`]);

  const commit = async (message: string, files: Readonly<Record<string, string | null>>) => {
    for (const [path, text] of Object.entries(files)) {
      if (text === null) await git(clone, ['rm', '--quiet', '--', path]);
      else {
        await mkdir(dirname(join(clone, path)), { recursive: true });
        await writeFile(join(clone, path), text);
        await git(clone, ['add', '--', path]);
      }
    }
    await git(clone, ['commit', '--quiet', '--message', message]);
    return (await git(clone, ['rev-parse', 'HEAD'])).trim();
  };
  const startFrom = async (branch: string) => {
    await git(clone, ['fetch', '--quiet', 'origin']);
    await git(clone, ['switch', '--quiet', '--force-create', branch, 'origin/main']);
  };

  return {
    login,
    api,
    open: async (title, files) => {
      const branch = `${login}/${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
      await startFrom(branch);
      await commit(title, files);
      await git(clone, ['push', '--quiet', '--set-upstream', 'origin', branch]);
      const { data } = await api.pulls.create({ owner, repo, title, head: branch, base: 'main' });
      branches.set(data.number, branch);
      return data.number;
    },
    push: async (pullRequest, message, files) => {
      await git(clone, ['switch', '--quiet', branches.get(pullRequest) ?? '']);
      const sha = await commit(message, files);
      await git(clone, ['push', '--quiet']);
      return sha;
    },
    pushToMain: async (message, files) => {
      await startFrom('main');
      const sha = await commit(message, files);
      await git(clone, ['push', '--quiet', 'origin', 'main']);
      return sha;
    },
    review: async (pullRequest, event, body = '') => {
      await api.pulls.createReview({ owner, repo, pull_number: pullRequest, event, body });
    },
    comment: async (pullRequest, body) => {
      const { data } = await api.issues.createComment({ owner, repo, issue_number: pullRequest, body });
      return data.id;
    },
  };
}

/** The gate's check on a pull request's head, once `test` holds for its conclusion (or status) and title. */
export async function checkOf(
  api: Octokit,
  repository: Repository,
  pullRequest: number,
  test: (said: { readonly is: string; readonly title: string }) => boolean,
) {
  const { owner, repo } = repository;
  return until(`the check of #${pullRequest} says so`, async () => {
    const { data: pull } = await api.pulls.get({ owner, repo, pull_number: pullRequest });
    const { data } = await api.checks.listForRef({ owner, repo, ref: pull.head.sha, check_name: 'gatepass' });
    const run = data.check_runs[0];
    return run !== undefined && test({ is: run.conclusion ?? run.status, title: run.output.title ?? '' }) ? run : null;
  });
}
