/** Reviews and the reviewers asked for them. */
import { atLeast, roleOf } from '../access.ts';
import { optionalChoice, optionalText, text, texts } from '../body.ts';
import { forbidden, notFound, unprocessable } from '../http-error.ts';
import { accountJson, teamJson } from '../json/account.ts';
import { pullSimpleJson, reviewJson } from '../json/pull.ts';
import type { Review } from '../model.ts';
import { requestReviewers } from '../pulls/open.ts';
import { addReview, dismissReview, editReview, submitReview, withdrawRequests } from '../pulls/review.ts';
import type { Call, Route } from '../types.ts';
import { accountNamed, created, ok, page, pullOf } from './answer.ts';

const PULL = '/repos/{owner}/{repo}/pulls/{pull_number}';
const REVIEW = `${PULL}/reviews/{review_id}`;
const EVENTS = ['APPROVE', 'REQUEST_CHANGES', 'COMMENT'] as const;

export const reviewRoutes: readonly Route[] = [
  { method: 'GET', path: `${PULL}/reviews`, needs: 'pull_requests:read', handle: list },
  { method: 'POST', path: `${PULL}/reviews`, needs: 'pull_requests:write', handle: create },
  { method: 'GET', path: REVIEW, needs: 'pull_requests:read', handle: (call) => ok(shown(call, reviewOf(call))) },
  { method: 'PUT', path: REVIEW, needs: 'pull_requests:write', handle: edit },
  { method: 'POST', path: `${REVIEW}/events`, needs: 'pull_requests:write', handle: submit },
  { method: 'PUT', path: `${REVIEW}/dismissals`, needs: 'pull_requests:write', handle: dismiss },
  { method: 'GET', path: `${PULL}/requested_reviewers`, needs: 'pull_requests:read', handle: requested },
  { method: 'POST', path: `${PULL}/requested_reviewers`, needs: 'pull_requests:write', handle: request },
  { method: 'DELETE', path: `${PULL}/requested_reviewers`, needs: 'pull_requests:write', handle: withdraw },
];

/** Pending reviews are seen by their author alone. */
function isSeen(call: Call, review: Review): boolean {
  return review.state !== 'PENDING' || (call.actor.kind !== 'anonymous' && review.user.id === call.account.id);
}

function list(call: Call) {
  const seen = pullOf(call).reviews.filter((review) => isSeen(call, review));
  return page(call, seen, (review) => shown(call, review));
}

function shown(call: Call, review: Review) {
  return reviewJson(call.hub, call.repository, pullOf(call), review);
}

function reviewOf(call: Call): Review {
  const found = pullOf(call).reviews.find((review) => review.id === Number(call.params['review_id']));
  if (found === undefined || !isSeen(call, found)) throw notFound();
  return found;
}

async function create(call: Call) {
  const review = await addReview(call.hub, call.repository, pullOf(call), call.account, {
    event: optionalChoice(call.body, 'event', EVENTS),
    body: optionalText(call.body, 'body') ?? '',
    commitId: optionalText(call.body, 'commit_id'),
  });
  return ok(shown(call, review));
}

async function submit(call: Call) {
  const review = reviewOf(call);
  const event = optionalChoice(call.body, 'event', EVENTS);
  if (event === undefined) throw unprocessable('Invalid request.\n\n"event" wasn\'t supplied.');
  if (review.user.id !== call.account.id) throw forbidden();
  const body = optionalText(call.body, 'body') ?? review.body;
  await submitReview(call.hub, call.repository, pullOf(call), review, event, body);
  return ok(shown(call, review));
}

/** Whoever may write may edit anybody's (docs.github.com, "Managing disruptive comments"). */
function edit(call: Call) {
  const review = reviewOf(call);
  const isOwn = review.user.id === call.account.id;
  if (!isOwn && !atLeast(roleOf(call.hub, call.repository, call.account), 'write')) throw forbidden();
  editReview(call.hub, call.repository, pullOf(call), review, call.account, text(call.body, 'body'));
  return ok(shown(call, review));
}

function dismiss(call: Call) {
  const review = reviewOf(call);
  const message = text(call.body, 'message');
  const isPerson = call.actor.kind === 'user';
  if (isPerson && !atLeast(roleOf(call.hub, call.repository, call.account), 'write')) throw forbidden();
  dismissReview(call.hub, call.repository, pullOf(call), review, call.account, message);
  return ok(shown(call, review));
}

function requested(call: Call) {
  const pull = pullOf(call);
  return ok({
    users: pull.reviewers.map((each) => accountJson(call.hub, each)),
    teams: pull.reviewerTeams.map((each) => teamJson(call.hub, each)),
  });
}

/** 422 for somebody who cannot see the repository, and for the author. */
async function request(call: Call) {
  const { hub, repository } = call;
  const pull = pullOf(call);
  const users = texts(call.body, 'reviewers').map((login) => accountNamed(hub, login));
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  const teams = texts(call.body, 'team_reviewers').map((slug) => organization?.teams.get(slug.toLowerCase()));
  if (users.some((user) => user.id === pull.user.id))
    throw unprocessable('Review cannot be requested from pull request author.');
  if (users.some((user) => roleOf(hub, repository, user) === null) || teams.includes(undefined)) {
    throw unprocessable(
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.',
    );
  }
  const known = teams.filter((team) => team !== undefined);
  await requestReviewers(hub, repository, pull, users, known, call.account);
  return created(pullSimpleJson(hub, repository, pull));
}

async function withdraw(call: Call) {
  const { body, hub, repository } = call;
  const pull = pullOf(call);
  await withdrawRequests(hub, repository, pull, texts(body, 'reviewers'), texts(body, 'team_reviewers'), call.account);
  return ok(pullSimpleJson(hub, repository, pull));
}
