/** Every submitted review of a pull request, oldest first. Which of them counts is the core's business. */
import type { Review } from '../core/policy/evidence.ts';
import { callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import type { IssueEvents } from './pull-request.ts';
import { accountOrNull, fields, instantOrNull, integer, text, textOrEmpty } from './read.ts';
import { readReviewEdits } from './review-edits.ts';

const STATES: readonly Review['state'][] = ['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING'];

/** A review of a commit that is gone for good: equal to no head. */
const NO_COMMIT = '0'.repeat(40);

/** A dismissed one may have been dismissed after the merge, and then stand all the same. */
const TOLD_BY_TEXT: ReadonlySet<Review['state']> = new Set(['APPROVED', 'DISMISSED']);

export async function readReviews(
  github: GitHub,
  repository: RepositoryName,
  number: number,
): Promise<readonly Review[]> {
  const items = await callAll(github, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
    owner: repository.owner,
    repo: repository.name,
    pull_number: number,
  });
  const written = items.flatMap(readReview);
  const edits = await readReviewEdits(
    github,
    written.flatMap(({ review, nodeId }) => (TOLD_BY_TEXT.has(review.state) ? [{ id: review.id, nodeId }] : [])),
  );
  return written.map(({ review }) => {
    const edited = edits.get(review.id);
    return edited === undefined ? review : { ...review, edited };
  });
}

function readReview(value: unknown): readonly { readonly review: Review; readonly nodeId: string }[] {
  const written = fields(value, 'review');
  const user = accountOrNull(written['user'], 'review user');
  // A deleted account's review can neither count nor be told apart from another's.
  if (user === null) return [];
  const state = STATES.find((known) => known === written['state']);
  if (state === undefined) throw new GitHubError('unexpected', `unknown review state \`${String(written['state'])}\``);
  const body = TOLD_BY_TEXT.has(state) ? textOrEmpty(written['body']) : '';
  const digest = digestIn(body);
  const review: Review = {
    id: integer(written['id'], 'review id'),
    user,
    state,
    commitId: written['commit_id'] === null ? NO_COMMIT : text(written['commit_id'], 'review commit_id'),
    submittedAt: instantOrNull(written['submitted_at'], 'review submitted_at'),
    limit: limitIn(body),
    ...(digest !== null && { digest }),
  };
  return [{ review, nodeId: text(written['node_id'], 'review node_id') }];
}

/** When each dismissed review was dismissed, and what it was: by its id, from the issue events. */
export function withDismissals(reviews: readonly Review[], dismissals: IssueEvents['dismissals']): readonly Review[] {
  return reviews.map((review) => {
    const first = dismissals.find(({ review: id }) => id === review.id);
    return review.state !== 'DISMISSED' || first === undefined
      ? review
      : { ...review, dismissed: { at: first.at, was: first.was } };
  });
}

/**
 * What follows `limit:` on a line of its own, as written; `null` without such a line. Two lines that differ are given
 * together, which is no duration, so that the review does not count by luck of order.
 */
export function limitIn(body: string): string | null {
  return lineIn(body, 'limit:');
}

/** What follows `digest:`, likewise. */
export function digestIn(body: string): string | null {
  return lineIn(body, 'digest:');
}

function lineIn(body: string, key: string): string | null {
  const found = body.split('\n').flatMap((line) => {
    const text = line.trim();
    return text.slice(0, key.length).toLowerCase() === key ? [text.slice(key.length).trim()] : [];
  });
  return found.length === 0 ? null : [...new Set(found)].join(' / ');
}
