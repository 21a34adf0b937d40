/** Payloads of the webhook events that more than one part of the look-alike sends. */

import { ZERO } from './git/types.ts';
import { accountJson, teamEventJson } from './json/account.ts';
import { checkRunEventJson } from './json/check.ts';
import { pushCommitJson } from './json/commit.ts';
import { commentJson, issueJson, pullJson, pullSimpleJson, reviewJson } from './json/pull.ts';
import { repositoryJson, repositoryUrl } from './json/repository.ts';
import type { Account, App, CheckRun, Comment, Json, PullRequest, Repository, Review } from './model.ts';
import type { HubState, RefMove } from './types.ts';

/** `pull_request`, with whatever the action adds (`changes`, `before`, `requested_reviewer` …). */
export async function emitPull(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  action: string,
  sender: Account,
  more: Json = {},
): Promise<void> {
  const pull_request = await pullJson(hub, repository, pull);
  hub.emit('pull_request', { action, number: pull.number, pull_request, ...more }, { repository, sender });
}

/** Webhooks about reviews know fewer fields of a team than the API. */
function teamsOf(hub: HubState, pull: PullRequest): Json {
  return { requested_teams: pull.reviewerTeams.map((team) => teamEventJson(hub, team)) };
}

/** `pull_request_review`: the state is in lower case here, and only here. */
export function emitReview(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  action: 'submitted' | 'edited' | 'dismissed',
  sender: Account,
  more: Json = {},
): void {
  const json = reviewJson(hub, repository, pull, review);
  const payload = {
    action,
    review: { ...json, state: review.state.toLowerCase(), submitted_at: json['submitted_at'] ?? null },
    pull_request: { ...pullSimpleJson(hub, repository, pull), ...teamsOf(hub, pull) },
    ...more,
  };
  hub.emit('pull_request_review', payload, { repository, sender });
}

export function emitComment(
  hub: HubState,
  repository: Repository,
  comment: Comment,
  action: 'created' | 'edited' | 'deleted',
  sender: Account,
  more: Json = {},
): void {
  const about = repository.pulls.get(comment.issue) ?? repository.issues.get(comment.issue);
  if (about === undefined) return;
  const shown = issueJson(hub, repository, about);
  // Webhooks know one field less of the App than the API.
  const { client_id: _, ...app } = (shown['performed_via_github_app'] ?? {}) as Json;
  const issue = { ...shown, performed_via_github_app: shown['performed_via_github_app'] === null ? null : app };
  hub.emit(
    'issue_comment',
    { action, issue, comment: commentJson(hub, repository, comment), ...more },
    { repository, sender },
  );
}

/** `check_run`; `rerequested` and `requested_action` reach only the App that made it. */
export function emitCheckRun(
  hub: HubState,
  repository: Repository,
  run: CheckRun,
  action: 'created' | 'completed' | 'rerequested' | 'requested_action',
  sender: Account,
  more: Json = {},
): void {
  const only: { only?: App } = action === 'rerequested' || action === 'requested_action' ? { only: run.app } : {};
  const payload = { action, check_run: checkRunEventJson(hub, repository, run), ...more };
  hub.emit('check_run', payload, { repository, sender, ...only });
}

/** At most so many commits are told in a `push`. */
const PUSH_COMMITS = 2048;

/** `push`, and `create` or `delete` where the ref came to be or went. */
export async function emitPush(hub: HubState, move: RefMove, isForced: boolean): Promise<void> {
  const { repository, ref, before, after, actor: sender } = move;
  const { git } = repository;
  const isCreated = before === ZERO;
  const isDeleted = after === ZERO;
  const main = await git.resolve(`refs/heads/${repository.defaultBranch}`);
  const not = isCreated ? (main === after ? null : main) : before;
  const shas = isDeleted ? [] : (await git.history(after, not, { limit: PUSH_COMMITS })).toReversed();
  const commits = await Promise.all(
    (isCreated && main === after ? [] : shas).map((sha) => pushed(hub, repository, sha)),
  );
  const range = isCreated ? after.slice(0, 12) : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  const payload = {
    ref,
    before,
    after,
    pusher: { name: sender.login, email: sender.email },
    created: isCreated,
    deleted: isDeleted,
    forced: isForced,
    base_ref: null,
    compare: `${hub.url}/${repository.fullName}/compare/${range}`,
    commits,
    head_commit: isDeleted ? null : await pushed(hub, repository, after),
    repository: pushRepository(hub, repository),
  };
  hub.emit('push', payload, { repository, sender });
  if (isCreated || isDeleted) emitRef(hub, move);
}

async function pushed(hub: HubState, repository: Repository, sha: string): Promise<Json | null> {
  const commit = await repository.git.commit(sha);
  if (commit === null) return null;
  const parent = commit.parents[0];
  const changes = parent === undefined ? [] : await repository.git.diff(parent, sha);
  return pushCommitJson(hub, repository, commit, changes);
}

/** `push` shows the repository a little differently: instants as numbers, the owner with a name. */
function pushRepository(hub: HubState, repository: Repository): Json {
  const { owner } = repository;
  return {
    ...repositoryJson(hub, repository),
    owner: { ...accountJson(hub, owner), name: owner.login, email: owner.type === 'User' ? owner.email : null },
    url: repositoryUrl(hub, repository),
    created_at: Math.floor(Date.parse(repository.createdAt) / 1000),
    pushed_at: Math.floor(Date.parse(repository.pushedAt) / 1000),
    stargazers: 0,
    master_branch: repository.defaultBranch,
    ...(owner.type === 'Organization' ? { organization: owner.login } : {}),
  };
}

function emitRef(hub: HubState, move: RefMove): void {
  const { repository, ref, actor: sender } = move;
  const [, kind = 'heads', ...name] = ref.split('/');
  const ref_type = kind === 'tags' ? 'tag' : 'branch';
  const common = { ref: name.join('/'), ref_type, pusher_type: 'user' };
  if (move.before === ZERO) {
    const payload = { ...common, master_branch: repository.defaultBranch, description: null };
    hub.emit('create', payload, { repository, sender });
  } else hub.emit('delete', common, { repository, sender });
}
