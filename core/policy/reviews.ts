/**
 * Which reviews still speak, before asking who may approve. For each person the latest decisive review decides: a later
 * one replaces it, a dismissal takes the earlier ones with it. An approval must be of the head, by the merge, given after
 * the pull request last changed its base, and say what it said when it was submitted. What was dismissed after the merge
 * stands as it stood at the merge.
 */
import { type Instant, parseDuration, plus } from '../time.ts';
import type { Evidence, Review } from './evidence.ts';
import type { ReasonCode } from './reason-codes.ts';

export type Speaking =
  | { readonly review: Review; readonly is: 'approving' | 'blocking' }
  | { readonly review: Review; readonly is: 'void'; readonly code: ReasonCode; readonly why: string };

/** One for each review, in the order they were submitted. */
export function speakingReviews(evidence: Evidence): readonly Speaking[] {
  const reviews = evidence.reviews.map((review) => asMerged(review, evidence)).sort(byTime);
  const latest = latestByUser(reviews.filter((review) => isDecisive(review) && isInTime(review, evidence)));
  return reviews.map((review) => judge(review, latest, evidence));
}

/** A dismissal after the merge takes back nothing: neither an approval, nor changes that were requested. */
function asMerged(review: Review, { pullRequest: { mergedAt } }: Evidence): Review {
  const { dismissed } = review;
  if (review.state !== 'DISMISSED' || dismissed === undefined || mergedAt === null) return review;
  return dismissed.at > mergedAt ? { ...review, state: dismissed.was } : review;
}

function judge(review: Review, latest: ReadonlyMap<number, Review>, evidence: Evidence): Speaking {
  const nothing = (code: ReasonCode, why: string): Speaking => ({ review, is: 'void', code, why });
  if (!isDecisive(review)) return nothing('review-not-a-verdict', 'a comment approves nothing');
  if (!isInTime(review, evidence)) return nothing('review-after-merge', 'it was submitted after the merge');
  const last = latest.get(review.user.id) as Review;
  if (review.state === 'DISMISSED') return nothing('review-dismissed', 'it was dismissed');
  if (last !== review) {
    return last.state === 'DISMISSED'
      ? nothing('review-dismissed', 'a later review of the same person was dismissed, and this one with it')
      : nothing('review-superseded', 'the same person reviewed again later');
  }
  if (review.user.type !== 'User') return nothing('review-by-bot', 'only people approve');
  if (review.state === 'CHANGES_REQUESTED') return { review, is: 'blocking' };
  return approval(review, evidence, nothing);
}

function approval(review: Review, evidence: Evidence, nothing: (code: ReasonCode, why: string) => Speaking): Speaking {
  const { head, retargetedAt } = evidence.pullRequest;
  if (review.commitId !== head.sha) {
    return nothing(
      'review-stale',
      `it is of ${short(review.commitId)}, the head is now ${short(head.sha)}: approve again`,
    );
  }
  const submitted = review.submittedAt as Instant;
  if (retargetedAt.some((at) => at >= submitted)) {
    return nothing('review-before-retarget', 'the pull request changed its base since: approve again');
  }
  if (isEditedSince(review, submitted)) {
    return nothing('review-edited', 'its text was edited after it was submitted: approve again');
  }
  if (review.limit !== null && parseDuration(review.limit) === null) {
    return nothing(
      'review-limit-malformed',
      `\`limit: ${review.limit}\` is no duration: review again with, say, \`limit: 1h\``,
    );
  }
  return { review, is: 'approving' };
}

/** GitHub's page saves the text of a drafted review once more as it submits it. */
const SUBMITTING = 5_000;

/**
 * Whoever may write to the repository may edit anybody's review, and so take a `limit:` away or put a `digest:` in; who
 * edited before the last one GitHub does not say in one line, so an edit by the reviewer does not make it good.
 */
function isEditedSince({ edited, user }: Review, submitted: Instant): boolean {
  if (edited === undefined || edited === null) return false;
  return edited.by !== user.id || edited.at > plus(submitted, SUBMITTING);
}

/** `PENDING` is a draft that only its author sees; without a time it was never submitted. */
function isDecisive(review: Review): boolean {
  return review.state !== 'COMMENTED' && review.state !== 'PENDING' && review.submittedAt !== null;
}

function isInTime(review: Review, evidence: Evidence): boolean {
  const { mergedAt } = evidence.pullRequest;
  return mergedAt === null || (review.submittedAt as string) <= mergedAt;
}

function latestByUser(reviews: readonly Review[]): ReadonlyMap<number, Review> {
  return new Map(reviews.map((review) => [review.user.id, review]));
}

/** Ids only grow, so they settle what the second cannot. */
function byTime(a: Review, b: Review): number {
  const first = a.submittedAt ?? '';
  const second = b.submittedAt ?? '';
  if (first !== second) return first < second ? -1 : 1;
  return a.id - b.id;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
