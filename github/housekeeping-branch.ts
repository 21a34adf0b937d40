/**
 * The one branch, and the one pull request, by which the gate removes files of requests that are over. It writes what it
 * is told to; which files may go, and when, is not decided here, and merging it takes the same decision as any other.
 */
import type { Account } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import { readBranchTip } from './branch-store.ts';
import { call, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { accountOrNull, type Fields, fields, instant, instantOrNull, integer, list, text } from './read.ts';

/** A constant: the gate rewrites it, so nobody else may keep anything there. */
export const HOUSEKEEPING_BRANCH = 'gatepass/housekeeping';

export interface HousekeepingPull {
  readonly number: number;
  readonly state: 'open' | 'merged' | 'closed';
  readonly head: string;
  readonly createdAt: Instant;
  readonly closedAt: Instant | null;
}

/** Whether the gate opened it: anybody who may push can name a branch so. `self`: the login that the gate writes as. */
export function isHousekeeping(branch: string, author: Account, self: string): boolean {
  return branch === HOUSEKEEPING_BRANCH && author.type === 'Bot' && author.login.toLowerCase() === self.toLowerCase();
}

/** The newest one that the gate opened from the branch; `null`: there never was one; `taken`: somebody else has one open from it. */
export async function readHousekeepingPull(
  github: GitHub,
  repository: RepositoryName,
  base: string,
  self: string,
): Promise<HousekeepingPull | null | 'taken'> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/pulls', {
    ...nameOf(repository),
    head: `${repository.owner}:${HOUSEKEEPING_BRANCH}`,
    base,
    state: 'all',
    sort: 'created',
    direction: 'desc',
    per_page: 30,
  });
  if (!Array.isArray(data)) throw new GitHubError('unexpected', 'expected a list of pull requests');
  const all = data.map((item) => fields(item, 'pull request'));
  const isOurs = (pull: Fields) => {
    const author = accountOrNull(pull['user'], 'pull request author');
    return author !== null && isHousekeeping(HOUSEKEEPING_BRANCH, author, self);
  };
  if (all.some((pull) => pull['state'] === 'open' && !isOurs(pull))) return 'taken';
  const pull = all.find(isOurs);
  if (pull === undefined) return null;
  const isMerged = instantOrNull(pull['merged_at'], 'merged_at') !== null;
  return {
    number: integer(pull['number'], 'pull request number'),
    state: pull['state'] === 'open' ? 'open' : isMerged ? 'merged' : 'closed',
    head: text(fields(pull['head'], 'head')['sha'], 'head sha'),
    createdAt: instant(pull['created_at'], 'created_at'),
    closedAt: instantOrNull(pull['closed_at'], 'closed_at'),
  };
}

export interface Proposal {
  /** When it was committed, by GitHub's clock for a commit that an App makes. */
  readonly at: Instant;
  /** What it was built on; `null`: on nothing. */
  readonly parent: string | null;
}

export async function readProposal(github: GitHub, repository: RepositoryName, head: string): Promise<Proposal> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...nameOf(repository),
    commit_sha: head,
  });
  const commit = fields(data, 'commit');
  const [parent] = list(commit['parents'], 'commit.parents');
  return {
    at: instant(fields(commit['committer'], 'commit.committer')['date'], 'commit.committer.date'),
    parent: parent === undefined ? null : text(fields(parent, 'parent')['sha'], 'parent sha'),
  };
}

export interface Removal {
  /** The commit of the default branch to build on. */
  readonly tip: string;
  readonly base: string;
  readonly paths: readonly string[];
  readonly title: string;
  readonly body: string;
  /** To refresh; `null`: a new one is opened. */
  readonly pull: number | null;
}

/**
 * One commit on the tip that removes the paths, and the pull request for it. The branch is set to that commit whatever it
 * held. Returns the pull request's number. Throws `GitHubError`.
 */
export async function proposeRemoval(github: GitHub, repository: RepositoryName, removal: Removal): Promise<number> {
  const name = nameOf(repository);
  const sha = await commitRemoval(github, repository, removal);
  if ((await readBranchTip(github, repository, HOUSEKEEPING_BRANCH)) === null) {
    await call(github, 'POST /repos/{owner}/{repo}/git/refs', {
      ...name,
      ref: `refs/heads/${HOUSEKEEPING_BRANCH}`,
      sha,
    });
  } else {
    const ref = `heads/${HOUSEKEEPING_BRANCH}`;
    await call(github, 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...name, ref, sha, force: true });
  }
  const { title, body, base, pull } = removal;
  if (pull !== null) {
    await call(github, 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...name, pull_number: pull, title, body });
    return pull;
  }
  const asked = { ...name, title, body, base, head: HOUSEKEEPING_BRANCH };
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/pulls', asked);
  return integer(fields(data, 'pull request')['number'], 'pull request number');
}

/** No author is given, so that GitHub signs it as the App's. */
async function commitRemoval(github: GitHub, repository: RepositoryName, removal: Removal): Promise<string> {
  const name = nameOf(repository);
  const at = await call(github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...name,
    commit_sha: removal.tip,
  });
  const { data: tree } = await call(github, 'POST /repos/{owner}/{repo}/git/trees', {
    ...name,
    base_tree: text(fields(fields(at.data, 'commit')['tree'], 'commit.tree')['sha'], 'commit.tree.sha'),
    tree: removal.paths.map((path) => ({ path, mode: '100644', type: 'blob', sha: null })),
  });
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/git/commits', {
    ...name,
    message: removal.title,
    tree: text(fields(tree, 'tree')['sha'], 'tree.sha'),
    parents: [removal.tip],
  });
  return text(fields(data, 'commit')['sha'], 'commit.sha');
}

function nameOf({ owner, name }: RepositoryName): { readonly owner: string; readonly repo: string } {
  return { owner, repo: name };
}
