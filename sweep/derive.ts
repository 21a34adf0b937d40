/**
 * Which pull request made a commit of the default branch: exactly one, merged (or squashed) by GitHub from a branch of
 * this repository, changing exactly what the commit changed. It asks GitHub, never the commit's message, and knows
 * nothing of approvals (threats 46, 47, 88).
 */
import type { Change } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import { diffTrees } from '../github/changes.ts';
import { call, callAll, GitHubError } from '../github/client.ts';
import { accountOrNull, type Fields, fields, fieldsOrNull, instantOrNull, integer, text } from '../github/read.ts';
import { readTree } from '../github/tree.ts';
import type { BranchCommit } from './first-parent.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface MergedPull {
  readonly number: number;
  readonly head: string;
  readonly mergedAt: Instant;
  readonly mergedBy: { readonly id: number; readonly login: string } | null;
  readonly author: { readonly id: number; readonly login: string };
}

export type Derived =
  | { readonly ok: true; readonly pull: MergedPull; readonly parent: string }
  /** `pullRequest`: the one that comes closest, for people; 0 without any. */
  | { readonly ok: false; readonly code: string; readonly why: string; readonly pullRequest: number };

export type Difference = Omit<Change, 'text'>;

/** What a commit changed against its first parent. */
export async function readDifference(world: SweepWorld, commit: BranchCommit): Promise<readonly Difference[]> {
  const [parent] = commit.parents;
  const [before, after] = await Promise.all([
    parent === undefined ? new Map() : readTree(world.github, world.repository, parent, world.cache.git),
    readTree(world.github, world.repository, commit.sha, world.cache.git),
  ]);
  return diffTrees(before, after);
}

/** Throws `GitHubError` when GitHub does not answer: that is doubt, not a finding. */
export async function derivePull(
  world: SweepWorld,
  home: { readonly id: number; readonly defaultBranch: string },
  commit: BranchCommit,
): Promise<Derived> {
  const [parent, merged, ...more] = commit.parents;
  if (parent === undefined || more.length > 0) {
    return underivable('merge-shape', `the commit has ${commit.parents.length} parents`, 0);
  }
  const numbers = await mergedAs(world, home, commit.sha);
  const judged: Derived[] = [];
  for (const number of numbers) judged.push(await judge(world, home, { commit, parent, merged }, number));
  const [one, ...others] = judged.filter(({ ok }) => ok);
  if (others.length > 0) {
    return underivable(
      'many-pull-requests',
      `pull requests ${numbers.join(', ')} all claim this commit`,
      numbers[0] ?? 0,
    );
  }
  const none = underivable('no-pull-request', 'no merged pull request of this repository made this commit', 0);
  return one ?? judged[0] ?? none;
}

/**
 * Whether this pull request made the commit. More than one can claim it: GitHub calls every pull request merged whose head
 * has got into the base, so anybody can open one for a commit of somebody else's branch.
 */
async function judge(
  world: SweepWorld,
  home: { readonly id: number; readonly defaultBranch: string },
  made: { readonly commit: BranchCommit; readonly parent: string; readonly merged: string | undefined },
  number: number,
): Promise<Derived> {
  const { commit, parent, merged } = made;
  const pull = await readMergedPull(world, home, commit.sha, number);
  if (pull === null) {
    return underivable('no-pull-request', `pull request ${number} was not merged here, as this commit`, number);
  }
  if (merged !== undefined && merged !== pull.head) {
    return underivable('merge-shape', `the commit merges ${merged}, the pull request's head is ${pull.head}`, number);
  }
  const [changed, listed] = await Promise.all([readDifference(world, commit), listPullFiles(world, number)]);
  const unlike = firstDifference(blobsOf(changed), listed);
  if (unlike !== null) {
    return underivable('diff-differs', `\`${unlike}\` differs between the commit and the pull request`, number);
  }
  return { ok: true, pull, parent };
}

function underivable(code: string, why: string, pullRequest: number): Derived {
  return { ok: false, code, why, pullRequest };
}

/**
 * Numbers of the merged pull requests whose merge made this commit. GitHub's index from commits to pull requests can
 * lag behind a merge, so the list of those closed last is asked as well: a quarantine is for ever.
 */
async function mergedAs(
  world: SweepWorld,
  home: { readonly defaultBranch: string },
  sha: string,
): Promise<readonly number[]> {
  const indexed = await pullsOf(world, sha);
  const found = indexed.length > 0 ? indexed : await closedPulls(world, home.defaultBranch);
  const numbers = found
    .map((item) => fields(item, 'pull request'))
    .filter((pull) => pull['merge_commit_sha'] === sha && typeof pull['merged_at'] === 'string')
    .map((pull) => integer(pull['number'], 'pull request number'));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

async function pullsOf(world: SweepWorld, sha: string): Promise<readonly unknown[]> {
  const all = await callAll(world.github, 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
    ...repositoryOf(world.repository),
    commit_sha: sha,
  });
  return all.filter((item) => fields(item, 'pull request')['merge_commit_sha'] === sha);
}

async function closedPulls(world: SweepWorld, base: string): Promise<readonly unknown[]> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/pulls', {
    ...repositoryOf(world.repository),
    state: 'closed',
    base,
    sort: 'updated',
    direction: 'desc',
    per_page: 100,
  });
  if (!Array.isArray(data)) throw new GitHubError('unexpected', 'expected a list of pull requests');
  return data;
}

/** `null`: not merged, not as this commit, not into our default branch, or not from this repository. */
async function readMergedPull(
  world: SweepWorld,
  home: { readonly id: number; readonly defaultBranch: string },
  sha: string,
  number: number,
): Promise<MergedPull | null> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    ...repositoryOf(world.repository),
    pull_number: number,
  });
  const pull = fields(data, 'pull request');
  const base = fields(pull['base'], 'pull request base');
  const head = fields(pull['head'], 'pull request head');
  const mergedAt = instantOrNull(pull['merged_at'], 'merged_at');
  const isOurs =
    pull['merged'] === true &&
    pull['merge_commit_sha'] === sha &&
    base['ref'] === home.defaultBranch &&
    repositoryId(base) === home.id &&
    repositoryId(head) === home.id;
  const author = accountOrNull(pull['user'], 'pull request author');
  if (!isOurs || mergedAt === null || author === null) return null;
  const by = accountOrNull(pull['merged_by'], 'merged_by');
  return {
    number,
    head: text(head['sha'], 'head sha'),
    mergedAt,
    mergedBy: by === null ? null : { id: by.id, login: by.login },
    author: { id: author.id, login: author.login },
  };
}

/** `null` when the fork was deleted. */
function repositoryId(end: Fields): number | null {
  const repository = fieldsOrNull(end['repo'], 'repository');
  return repository === null ? null : integer(repository['id'], 'repository id');
}

/** What each touched path holds afterwards: a blob, or `null` for nothing. Renames are both. */
type Blobs = ReadonlyMap<string, string | null>;

function blobsOf(changes: readonly Difference[]): Blobs {
  const blobs = new Map<string, string | null>();
  for (const change of changes) {
    if (change.previousPath !== null) blobs.set(change.previousPath, null);
    blobs.set(change.path, change.status === 'removed' ? null : change.blob);
  }
  return blobs;
}

async function listPullFiles(world: SweepWorld, number: number): Promise<Blobs> {
  const files = await callAll(
    world.github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    { ...repositoryOf(world.repository), pull_number: number },
    // GitHub lists no more than 3,000, so a list that long may have been cut.
    { most: 2999 },
  );
  const blobs = new Map<string, string | null>();
  for (const item of files) {
    const file = fields(item, 'file');
    if (file['status'] === 'renamed') blobs.set(text(file['previous_filename'], 'previous_filename'), null);
    const isGone = file['status'] === 'removed';
    blobs.set(text(file['filename'], 'filename'), isGone ? null : text(file['sha'], 'file sha'));
  }
  return blobs;
}

function firstDifference(a: Blobs, b: Blobs): string | null {
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  return paths.find((path) => !a.has(path) || !b.has(path) || a.get(path) !== b.get(path)) ?? null;
}
