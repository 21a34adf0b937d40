/**
 * The default branch as it grew: the first-parent commits after the one read last, oldest first. Tells whether the
 * commit read last is still part of the branch's own line; judges no commit.
 */
import { call } from '../github/client.ts';
import { type Fields, fields, list, text } from '../github/read.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface BranchCommit {
  readonly sha: string;
  /** First parent first. */
  readonly parents: readonly string[];
}

export interface Branch {
  readonly tip: string;
  /** After the cursor, oldest first; empty when nothing is new or the history was rewritten. */
  readonly commits: readonly BranchCommit[];
  /** The cursor is not on the branch's first-parent line: somebody forced it, or merged it from the side. */
  readonly isRewritten: boolean;
}

/** Beyond this many commits since the last sweep the history counts as rewritten: a person looks. */
const MOST_COMMITS = 2000;

/** Throws `GitHubError`. */
export async function readBranch(world: SweepWorld, branch: string, cursor: string): Promise<Branch> {
  const tip = await readTip(world, branch);
  const commits: BranchCommit[] = [];
  for (let sha: string | undefined = tip; sha !== cursor; sha = commits.at(-1)?.parents[0]) {
    if (sha === undefined || commits.length >= MOST_COMMITS) return { tip, commits: [], isRewritten: true };
    commits.push(await readCommit(world, sha));
  }
  return { tip, commits: commits.reverse(), isRewritten: false };
}

export async function readTip(world: SweepWorld, branch: string): Promise<string> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
    ...repositoryOf(world.repository),
    ref: `heads/${branch}`,
  });
  return shaIn(fields(fields(data, 'ref')['object'], 'ref.object'));
}

export async function readCommit(world: SweepWorld, sha: string): Promise<BranchCommit> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...repositoryOf(world.repository),
    commit_sha: sha,
  });
  const parents = list(fields(data, 'commit')['parents'], 'commit.parents');
  return { sha, parents: parents.map((parent) => shaIn(fields(parent, 'parent'))) };
}

function shaIn(value: Fields): string {
  return text(value['sha'], 'sha');
}
