/** Reviews: given, submitted, edited, dismissed, with GitHub's refusals. */
import { membersOf } from '../access.ts';
import { emitPull, emitReview } from '../events.ts';
import { unprocessable } from '../http-error.ts';
import { accountJson, teamEventJson } from '../json/account.ts';
import type { Account, PullRequest, Repository, Review } from '../model.ts';
import type { HubState } from '../types.ts';

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';

const STATE = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

/** A review, pending until it is submitted when no event is given. */
export async function addReview(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  user: Account,
  given: { readonly event: ReviewEvent | undefined; readonly body: string; readonly commitId: string | undefined },
): Promise<Review> {
  const { commitId = pull.head.sha, body } = given;
  if ((await repository.git.commit(commitId)) === null) {
    throw unprocessable('Unprocessable Entity', ['The commit_id is not part of the pull request']);
  }
  if (given.event === undefined && pull.reviews.some((each) => each.state === 'PENDING' && each.user.id === user.id)) {
    throw unprocessable('Unprocessable Entity', ['User can only have one pending review per pull request']);
  }
  const review: Review = { id: hub.nextId(), user, state: 'PENDING', body, commitId, submittedAt: null };
  if (given.event !== undefined) check(pull, review, given.event, body);
  pull.reviews.push(review);
  if (given.event !== undefined) await submitReview(hub, repository, pull, review, given.event, body);
  return review;
}

function check(pull: PullRequest, review: Review, event: ReviewEvent, body: string): void {
  const isOwn = review.user.id === pull.user.id;
  if (isOwn && event === 'APPROVE')
    throw unprocessable('Unprocessable Entity', ['Can not approve your own pull request']);
  if (isOwn && event === 'REQUEST_CHANGES') {
    throw unprocessable('Unprocessable Entity', ['Can not request changes on your own pull request']);
  }
  if (body === '' && event !== 'APPROVE') throw unprocessable('Unprocessable Entity', ['body cannot be blank']);
}

export async function submitReview(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  event: ReviewEvent,
  body: string,
): Promise<void> {
  if (review.state !== 'PENDING')
    throw unprocessable('Unprocessable Entity', ['Could not submit review: it is not pending']);
  check(pull, review, event, body);
  Object.assign(review, { state: STATE[event], body, submittedAt: hub.clock.now() });
  pull.updatedAt = hub.clock.now();
  answerRequests(pull, review.user);
  emitReview(hub, repository, pull, review, 'submitted', review.user);
}

/** A review takes its author, and the teams they are in, off the list of those asked. */
function answerRequests(pull: PullRequest, user: Account): void {
  const drop = <T>(list: T[], isAnswered: (each: T) => boolean): void => {
    list.splice(0, list.length, ...list.filter((each) => !isAnswered(each)));
  };
  drop(pull.reviewers, (each) => each.id === user.id);
  drop(pull.reviewerTeams, (each) => membersOf(each).has(user.id));
}

export function dismissReview(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  sender: Account,
  message: string,
): void {
  if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
    throw unprocessable(`Can not dismiss a ${review.state.toLowerCase().replace('_', ' ')} pull request review`);
  }
  const was = review.state.toLowerCase();
  review.state = 'DISMISSED';
  const extra = { dismissed_review: { state: was, review_id: review.id, dismissal_message: message } };
  pull.events.push({ id: hub.nextId(), event: 'review_dismissed', actor: sender, at: hub.clock.now(), extra });
  emitReview(hub, repository, pull, review, 'dismissed', sender);
}

export function editReview(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  sender: Account,
  body: string,
): void {
  const from = review.body;
  review.body = body;
  if (from !== body) review.edited = { at: hub.clock.now(), by: sender };
  emitReview(hub, repository, pull, review, 'edited', sender, { changes: { body: { from } } });
}

/** Takes people or teams off the list, telling each. */
export async function withdrawRequests(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  logins: readonly string[],
  slugs: readonly string[],
  sender: Account,
): Promise<void> {
  for (const user of pull.reviewers.filter((each) => logins.includes(each.login))) {
    pull.reviewers.splice(pull.reviewers.indexOf(user), 1);
    await emitPull(hub, repository, pull, 'review_request_removed', sender, {
      requested_reviewer: accountJson(hub, user),
    });
  }
  for (const team of pull.reviewerTeams.filter((each) => slugs.includes(each.slug))) {
    pull.reviewerTeams.splice(pull.reviewerTeams.indexOf(team), 1);
    await emitPull(hub, repository, pull, 'review_request_removed', sender, {
      requested_team: teamEventJson(hub, team),
    });
  }
}
