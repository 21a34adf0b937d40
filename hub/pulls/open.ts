/** Opens pull requests, changes their base or draft state, and asks code owners for reviews, as GitHub does by itself. */
import { atLeast, canRead, roleOf } from '../access.ts';
import { emitPull } from '../events.ts';
import { HttpError, invalidField, unprocessable } from '../http-error.ts';
import { accountJson, teamEventJson, teamSimpleJson } from '../json/account.ts';
import type { Account, Actor, PullRequest, Repository, Team } from '../model.ts';
import { fetchHead, takeHead } from '../refs.ts';
import { accountOf } from '../router.ts';
import { findOwner, ownersOfPath, readOwners } from '../rules/code-owners.ts';
import type { HubState } from '../types.ts';

export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  /** `branch`, or `owner:branch`. */
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
}

export async function openPull(
  hub: HubState,
  repository: Repository,
  actor: Actor,
  wanted: NewPull,
): Promise<PullRequest> {
  const user = accountOf(actor);
  const from = headRepository(hub, repository, wanted.head);
  const ref = wanted.head.replace(/^[^:]*:/, '');
  if (from === null || !canRead(hub, actor, from)) throw invalidField('PullRequest', 'head');
  if (actor.kind === 'user' && !atLeast(roleOf(hub, from, user), 'write'))
    throw unprocessable('must be a collaborator');
  const [head, base] = await Promise.all([
    from.git.resolve(`refs/heads/${ref}`),
    repository.git.resolve(`refs/heads/${wanted.base}`),
  ]);
  if (head === null) throw invalidField('PullRequest', 'head');
  if (base === null) throw invalidField('PullRequest', 'base');
  refuseTwin(repository, from, ref, wanted.base);
  await fetchHead(repository, from, head);
  const news = await repository.git.history(head, base);
  if (news.length === 0) {
    throw unprocessable('Validation Failed', [
      { resource: 'PullRequest', code: 'custom', message: `No commits between ${wanted.base} and ${ref}` },
    ]);
  }
  const number = repository.nextNumber;
  repository.nextNumber += 1;
  await takeHead(repository, number, from, head);
  const at = hub.clock.now();
  const pusher = from.activity.findLast((each) => each.ref === `refs/heads/${ref}`)?.actor ?? user;
  const pull: PullRequest = {
    id: hub.nextId(),
    number,
    user,
    createdAt: at,
    title: wanted.title,
    body: wanted.body,
    state: 'open',
    draft: wanted.draft,
    base: { ref: wanted.base, sha: base },
    head: { ref, sha: head, repository: from },
    updatedAt: at,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    reviews: [],
    reviewers: [],
    reviewerTeams: [],
    labels: [],
    events: [],
    lastPusher: pusher,
  };
  hub.nextId(); // the issue's own id
  repository.pulls.set(number, pull);
  await emitPull(hub, repository, pull, 'opened', user);
  if (!pull.draft) await requestOwners(hub, repository, pull, user);
  return pull;
}

function headRepository(hub: HubState, repository: Repository, head: string): Repository | null {
  const [owner, ref] = head.split(':');
  if (ref === undefined || owner?.toLowerCase() === repository.owner.login.toLowerCase()) return repository;
  const family = [...hub.repositories.values()].filter(
    (each) => each.parent === repository || repository.parent === each,
  );
  return family.find((each) => each.owner.login.toLowerCase() === owner?.toLowerCase()) ?? null;
}

function refuseTwin(repository: Repository, from: Repository, ref: string, base: string): void {
  for (const pull of repository.pulls.values()) {
    const isSame =
      pull.state === 'open' && pull.head.repository === from && pull.head.ref === ref && pull.base.ref === base;
    if (!isSame) continue;
    const message = `A pull request already exists for ${from.owner.login}:${ref}.`;
    throw unprocessable('Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);
  }
}

/** Code owners of the changed files are asked when a pull request opens or leaves its draft. */
async function requestOwners(hub: HubState, repository: Repository, pull: PullRequest, sender: Account): Promise<void> {
  const file = await readOwners(repository, pull.base.sha);
  if (file === null) return;
  const base = (await repository.git.mergeBase(pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const changes = await repository.git.diff(base, pull.head.sha);
  const names = new Set(changes.flatMap((change) => ownersOfPath(file, change.path)));
  const owners = [...names].flatMap((name) => findOwner(hub, repository, name) ?? []);
  const users = owners.flatMap((owner) => ('user' in owner ? [owner.user] : []));
  const teams = owners.flatMap((owner) => ('team' in owner ? [owner.team] : []));
  await requestReviewers(hub, repository, pull, users, teams, sender);
}

/** Adds reviewers; the author is never asked. One `review_requested` for each that is new. */
export async function requestReviewers(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  users: readonly Account[],
  teams: readonly Team[],
  sender: Account,
): Promise<void> {
  for (const user of users) {
    if (user.id === pull.user.id || pull.reviewers.some((each) => each.id === user.id)) continue;
    pull.reviewers.push(user);
    record(hub, pull, 'review_requested', sender, {
      requested_reviewer: accountJson(hub, user),
      review_requester: accountJson(hub, sender),
    });
    await emitPull(hub, repository, pull, 'review_requested', sender, { requested_reviewer: accountJson(hub, user) });
  }
  for (const team of teams) {
    if (pull.reviewerTeams.includes(team)) continue;
    pull.reviewerTeams.push(team);
    record(hub, pull, 'review_requested', sender, {
      requested_team: teamSimpleJson(hub, team),
      review_requester: accountJson(hub, sender),
    });
    await emitPull(hub, repository, pull, 'review_requested', sender, { requested_team: teamEventJson(hub, team) });
  }
}

function record(hub: HubState, pull: PullRequest, event: string, actor: Account, extra: Record<string, unknown>): void {
  pull.updatedAt = hub.clock.now();
  pull.events.push({ id: hub.nextId(), event, actor, at: pull.updatedAt, extra });
}

/** Points an open pull request at another base branch. */
export async function retarget(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  base: string,
  sender: Account,
): Promise<void> {
  if (base === pull.base.ref) return;
  const sha = await repository.git.resolve(`refs/heads/${base}`);
  if (sha === null) throw invalidField('PullRequest', 'base');
  if (pull.state === 'closed') throw new HttpError(422, 'Cannot change the base branch of a closed pull request.');
  const from = { ...pull.base };
  pull.base = { ref: base, sha };
  record(hub, pull, 'base_ref_changed', sender, {});
  const changes = { base: { ref: { from: from.ref }, sha: { from: from.sha } } };
  await emitPull(hub, repository, pull, 'edited', sender, { changes });
}

/** GitHub offers this through GraphQL and in the browser only. */
export async function setDraft(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  draft: boolean,
  sender: Account,
): Promise<void> {
  if (pull.draft === draft) return;
  pull.draft = draft;
  record(hub, pull, draft ? 'convert_to_draft' : 'ready_for_review', sender, {});
  await emitPull(hub, repository, pull, draft ? 'converted_to_draft' : 'ready_for_review', sender);
  if (!draft) await requestOwners(hub, repository, pull, sender);
}

export async function reopen(hub: HubState, repository: Repository, pull: PullRequest, sender: Account): Promise<void> {
  const head = await pull.head.repository?.git.resolve(`refs/heads/${pull.head.ref}`);
  if (pull.mergedAt !== null || head === null || head === undefined) {
    throw unprocessable('Validation Failed', [
      { resource: 'PullRequest', field: 'state', code: 'custom', message: 'state cannot be changed.' },
    ]);
  }
  pull.state = 'open';
  pull.closedAt = null;
  record(hub, pull, 'reopened', sender, {});
  await emitPull(hub, repository, pull, 'reopened', sender);
}
