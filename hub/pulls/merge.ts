/** Merges a pull request by merge commit, squash or rebase, in GitHub's own shapes, or says why not. */
import { seconds } from '../clock.ts';
import { type Commit, type Signature, ZERO } from '../git/types.ts';
import { forbidden, HttpError } from '../http-error.ts';
import { accountOfEmail, WEB_FLOW } from '../json/commit.ts';
import { comparisonBase } from '../json/pull.ts';
import type { Account, Actor, PullRequest, Repository } from '../model.ts';
import { closePull, moveRef } from '../refs.ts';
import { accountOf } from '../router.ts';
import { refusalsOfMerge } from '../rules/judge.ts';
import { workflowRefusal } from '../rules/workflows.ts';
import type { HubState } from '../types.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface MergeOptions {
  readonly method: MergeMethod;
  readonly sha: string | undefined;
  readonly title: string | undefined;
  readonly message: string | undefined;
}

/** Resolves to the merge commit; 405 when it may not be merged, 409 when the head is not `sha`. */
export async function mergePull(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  actor: Actor,
  options: MergeOptions,
): Promise<string> {
  const { method, sha } = options;
  const notMergeable = new HttpError(405, 'Pull Request is not mergeable');
  if (pull.state === 'closed') throw notMergeable;
  if (sha !== undefined && sha !== pull.head.sha)
    throw new HttpError(409, 'Head branch was modified. Review and try the merge again.');
  if (pull.draft) throw new HttpError(405, 'Pull Request is still a draft');
  refuseMethod(repository, method);
  const tip = await repository.git.resolve(`refs/heads/${pull.base.ref}`);
  if (tip === null) throw notMergeable;
  const base = await comparisonBase(repository, pull);
  const changes = await repository.git.diff(base, pull.head.sha);
  const refusals = await refusalsOfMerge(hub, repository, pull, changes, actor, method);
  if (refusals.length > 0) throw new HttpError(405, `Repository rule violations found\n\n${refusals.join('\n\n')}`);
  const workflow = workflowRefusal(actor, changes);
  if (workflow !== null) throw forbidden(workflow);
  const commits = await commitsOf(repository, pull, base);
  const merged = await mergeCommit(hub, repository, pull, actor, options, tip, commits);
  if (merged === null) throw notMergeable;
  const at = hub.clock.now();
  const sender = accountOf(actor);
  // Marked before the ref moves, so that the move does not take it for merged by hand.
  Object.assign(pull, { state: 'closed', mergedAt: at, mergedBy: sender, mergeCommitSha: merged });
  const ref = `refs/heads/${pull.base.ref}`;
  if (!(await moveRef(hub, repository, { ref, before: tip, after: merged, actor, type: 'pr_merge' }))) {
    Object.assign(pull, { state: 'open', mergedAt: null, mergedBy: null, mergeCommitSha: null });
    throw new HttpError(405, 'Base branch was modified. Review and try the merge again.');
  }
  await closePull(hub, repository, pull, sender);
  if (repository.settings.deleteBranch && pull.head.repository === repository) {
    await moveRef(hub, repository, { ref: `refs/heads/${pull.head.ref}`, before: pull.head.sha, after: ZERO, actor });
  }
  return merged;
}

function refuseMethod(repository: Repository, method: MergeMethod): void {
  const { mergeCommit, squash, rebase } = repository.settings;
  const isAllowed = { merge: mergeCommit, squash, rebase }[method];
  const name = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }[method];
  if (!isAllowed) throw new HttpError(405, `${name} are not allowed on this repository.`);
}

async function commitsOf(repository: Repository, pull: PullRequest, base: string): Promise<Commit[]> {
  const shas = (await repository.git.history(pull.head.sha, base)).toReversed();
  const commits = await Promise.all(shas.map((sha) => repository.git.commit(sha)));
  return commits.filter((commit) => commit !== null);
}

/** `null`: conflict. */
async function mergeCommit(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  actor: Actor,
  options: MergeOptions,
  tip: string,
  commits: readonly Commit[],
): Promise<string | null> {
  const date = seconds(hub.clock.now());
  const committer = { ...WEB_FLOW, date };
  if (options.method === 'rebase') return rebase(repository, tip, commits, signatureOf(accountOf(actor), date));
  const tree = await repository.git.mergeTree(tip, pull.head.sha);
  if (tree === null) return null;
  const isSquash = options.method === 'squash';
  const from = `${pull.head.repository?.owner.login ?? pull.user.login}/${pull.head.ref}`;
  const title =
    options.title ?? (isSquash ? squashTitle(pull, commits) : `Merge pull request #${pull.number} from ${from}`);
  const message = options.message ?? (isSquash ? squashMessage(commits) : pull.title);
  const trailers = isSquash ? coAuthors(hub, pull, commits) : [];
  const text = [title, ...[message, trailers.join('\n')].filter((part) => part !== '')].join('\n\n');
  const author = signatureOf(isSquash ? pull.user : accountOf(actor), date);
  const parents = isSquash ? [tip] : [tip, pull.head.sha];
  const sha = await repository.git.writeCommit({ tree, parents, message: text, author, committer });
  hub.verified.add(sha);
  return sha;
}

function signatureOf(account: Account, date: string): Signature {
  return { name: account.login, email: account.email, date };
}

function squashTitle(pull: PullRequest, commits: readonly Commit[]): string {
  const only = commits.length === 1 ? commits[0]?.message.split('\n')[0] : undefined;
  return `${only ?? pull.title} (#${pull.number})`;
}

function squashMessage(commits: readonly Commit[]): string {
  if (commits.length === 1) return commits[0]?.message.split('\n').slice(1).join('\n').trim() ?? '';
  return commits.map((commit) => `* ${commit.message.trim()}`).join('\n\n');
}

/** Authors other than the pull request's own are kept as trailers. */
function coAuthors(hub: HubState, pull: PullRequest, commits: readonly Commit[]): string[] {
  const others = commits
    .map((commit) => commit.author)
    .filter((by) => accountOfEmail(hub, by.email)?.id !== pull.user.id);
  return [...new Set(others.map((by) => `Co-authored-by: ${by.name} <${by.email}>`))];
}

/** Replays each commit on the base; git's own three-way merge with the commit's parent as the common ancestor. */
async function rebase(
  repository: Repository,
  tip: string,
  commits: readonly Commit[],
  committer: Signature,
): Promise<string | null> {
  const { git } = repository;
  let onto = tip;
  for (const commit of commits) {
    const parent = commit.parents[0];
    const ours = await git.commit(onto);
    if (parent === undefined || ours === null || commit.parents.length > 1) return null;
    const same = { author: committer, committer, message: 'replay' };
    const standIn = await git.writeCommit({ ...same, tree: ours.tree, parents: [parent] });
    const tree = await git.mergeTree(standIn, commit.sha);
    if (tree === null) return null;
    onto = await git.writeCommit({ tree, parents: [onto], message: commit.message, author: commit.author, committer });
  }
  return onto;
}
