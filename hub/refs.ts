/**
 * The one place where refs move. Whether by push, by API or by merge: what follows a move (activity, webhooks, pull
 * requests brought up to date, workflows started) follows here and nowhere else.
 */
import { emitPull, emitPush, emitReview } from './events.ts';
import { ZERO } from './git/types.ts';
import type { Account, Activity, Actor, PullRequest, Repository } from './model.ts';
import { accountOf } from './router.ts';
import { rulesFor } from './rules/patterns.ts';
import type { HubState, RefMove } from './types.ts';

export interface Move {
  /** Full: `refs/heads/main`. */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: Actor;
  readonly type?: 'pr_merge';
}

/** Compare-and-swap and everything that follows; `false`: the ref was not at `before`. */
export async function moveRef(hub: HubState, repository: Repository, move: Move): Promise<boolean> {
  if (!(await repository.git.swapRef(move.ref, move.after, move.before))) return false;
  await settleMove(hub, repository, move);
  return true;
}

/** Everything that follows a move that git has made. */
export async function settleMove(hub: HubState, repository: Repository, move: Move): Promise<void> {
  const { ref, before, after, actor } = move;
  if (before === after || ref.startsWith('refs/pull/')) return;
  const sender = accountOf(actor);
  const isForced = before !== ZERO && after !== ZERO && !(await repository.git.isAncestor(before, after));
  const activity: Activity = {
    id: hub.nextId(),
    ref,
    before,
    after,
    actor: sender,
    at: hub.clock.now(),
    type: move.type ?? activityType(before, after, isForced),
  };
  repository.activity.push(activity);
  repository.pushedAt = activity.at;
  const byWorkflow = actor.kind === 'installation' && actor.app.slug === 'github-actions';
  const told: RefMove = { repository, ref, before, after, actor: sender, byWorkflow };
  await emitPush(hub, told, isForced);
  if (ref.startsWith('refs/heads/')) await followBranch(hub, told);
  hub.events.emit('push', told);
}

function activityType(before: string, after: string, isForced: boolean): Activity['type'] {
  if (before === ZERO) return 'branch_creation';
  if (after === ZERO) return 'branch_deletion';
  return isForced ? 'force_push' : 'push';
}

async function followBranch(hub: HubState, move: RefMove): Promise<void> {
  const branch = move.ref.slice('refs/heads/'.length);
  for (const repository of hub.repositories.values()) {
    for (const pull of repository.pulls.values()) {
      if (pull.state !== 'open') continue;
      const isHead = pull.head.repository === move.repository && pull.head.ref === branch;
      const isBase = repository === move.repository && pull.base.ref === branch;
      if ((isHead || isBase) && move.after === ZERO) await closePull(hub, repository, pull, move.actor);
      else if (isHead) await synchronize(hub, repository, pull, move);
      else if (isBase) await closeIfMerged(hub, repository, pull, move);
    }
  }
}

async function synchronize(hub: HubState, repository: Repository, pull: PullRequest, move: RefMove): Promise<void> {
  await takeHead(repository, pull.number, move.repository, move.after);
  pull.head.sha = move.after;
  pull.base.sha = (await repository.git.resolve(`refs/heads/${pull.base.ref}`)) ?? pull.base.sha;
  pull.lastPusher = move.actor;
  pull.updatedAt = hub.clock.now();
  dismissStale(hub, repository, pull, move.actor);
  await emitPull(hub, repository, pull, 'synchronize', move.actor, { before: move.before, after: move.after });
}

/** Brings the commits of a fork into the repository they are meant for. */
export async function fetchHead(repository: Repository, from: Repository, sha: string): Promise<void> {
  if (from !== repository) await repository.git.git(['fetch', '--quiet', '--no-tags', from.git.directory, sha]);
}

/** Points `refs/pull/N/head` at a commit, fetched first when the head is in a fork. */
export async function takeHead(repository: Repository, number: number, from: Repository, sha: string): Promise<void> {
  await fetchHead(repository, from, sha);
  await repository.git.git(['update-ref', `refs/pull/${number}/head`, sha]);
}

/** `dismiss_stale_reviews_on_push` of the base branch. */
function dismissStale(hub: HubState, repository: Repository, pull: PullRequest, pusher: Account): void {
  const rules = rulesFor(repository, `refs/heads/${pull.base.ref}`);
  if (!rules.some(({ rule }) => rule.parameters?.['dismiss_stale_reviews_on_push'] === true)) return;
  for (const review of pull.reviews) {
    if (review.state !== 'APPROVED') continue;
    review.state = 'DISMISSED';
    emitReview(hub, repository, pull, review, 'dismissed', pusher);
  }
}

/** GitHub counts a pull request as merged once its head is in the base branch, whoever brought it there. */
async function closeIfMerged(hub: HubState, repository: Repository, pull: PullRequest, move: RefMove): Promise<void> {
  if (!(await repository.git.isAncestor(pull.head.sha, move.after))) return;
  const at = hub.clock.now();
  Object.assign(pull, { mergedAt: at, mergedBy: move.actor, mergeCommitSha: move.after });
  await closePull(hub, repository, pull, move.actor);
}

export async function closePull(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  actor: Account,
): Promise<void> {
  const at = hub.clock.now();
  Object.assign(pull, { state: 'closed', closedAt: at, updatedAt: at });
  if (pull.mergedAt === null) pull.mergeCommitSha = null;
  const names = pull.mergedAt === null ? ['closed'] : ['merged', 'closed'];
  for (const event of names) pull.events.push({ id: hub.nextId(), event, actor, at, extra: {} });
  await emitPull(hub, repository, pull, 'closed', actor);
}
