/** Whether a pull request can be merged, as `mergeable` and `mergeable_state` tell it, and its test merge commit. */
import { seconds } from '../clock.ts';
import { ZERO } from '../git/types.ts';
import { WEB_FLOW } from '../json/commit.ts';
import type { PullRequest, Repository } from '../model.ts';
import { isUnstable } from '../rules/checks.ts';
import { refusalsOfMerge } from '../rules/judge.ts';
import type { HubState } from '../types.ts';

export interface Mergeability {
  readonly mergeable: boolean | null;
  readonly state: 'clean' | 'dirty' | 'blocked' | 'draft' | 'unstable' | 'unknown';
}

export async function mergeability(hub: HubState, repository: Repository, pull: PullRequest): Promise<Mergeability> {
  const tip = await repository.git.resolve(`refs/heads/${pull.base.ref}`);
  if (pull.state === 'closed' || tip === null) return { mergeable: null, state: 'unknown' };
  const tree = await repository.git.mergeTree(tip, pull.head.sha);
  if (tree === null) {
    pull.mergeCommitSha = null;
    return { mergeable: false, state: 'dirty' };
  }
  await testMerge(hub, repository, pull, tip, tree);
  if (pull.draft) return { mergeable: true, state: 'draft' };
  const base = (await repository.git.mergeBase(tip, pull.head.sha)) ?? tip;
  const changes = await repository.git.diff(base, pull.head.sha);
  const refusals = await refusalsOfMerge(hub, repository, pull, changes, null, null);
  if (refusals.length > 0) return { mergeable: true, state: 'blocked' };
  return { mergeable: true, state: isUnstable(repository, pull.head.sha) ? 'unstable' : 'clean' };
}

/** The commit behind `refs/pull/N/merge`, which an open pull request shows as `merge_commit_sha`. */
async function testMerge(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  tip: string,
  tree: string,
): Promise<void> {
  const date = seconds(pull.updatedAt);
  const message = `Merge ${pull.head.sha} into ${tip}`;
  const author = { name: pull.user.login, email: pull.user.email, date };
  const parents = [tip, pull.head.sha];
  const sha = await repository.git.writeCommit({ tree, parents, message, author, committer: { ...WEB_FLOW, date } });
  if (pull.mergeCommitSha === sha || pull.state === 'closed') return;
  hub.verified.add(sha);
  pull.mergeCommitSha = sha;
  const ref = `refs/pull/${pull.number}/merge`;
  await repository.git.swapRef(ref, sha, (await repository.git.resolve(ref)) ?? ZERO);
}
