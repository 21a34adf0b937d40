/** Every submitted review of a pull request, oldest first. Which of them counts is the core's business. */
import type { Review } from '../core/policy/evidence.ts';
import { callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { accountOrNull, fields, instantOrNull, integer, text, textOrEmpty } from './read.ts';

const STATES: readonly Review['state'][] = ['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING'];

/** A review of a commit that is gone for good: equal to no head. */
const NO_COMMIT = '0'.repeat(40);

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
  return items.flatMap(readReview);
}

function readReview(value: unknown): readonly Review[] {
  const review = fields(value, 'review');
  const user = accountOrNull(review['user'], 'review user');
  // A deleted account's review can neither count nor be told apart from another's.
  if (user === null) return [];
  const state = STATES.find((known) => known === review['state']);
  if (state === undefined) throw new GitHubError('unexpected', `unknown review state \`${String(review['state'])}\``);
  return [
    {
      id: integer(review['id'], 'review id'),
      user,
      state,
      commitId: review['commit_id'] === null ? NO_COMMIT : text(review['commit_id'], 'review commit_id'),
      submittedAt: instantOrNull(review['submitted_at'], 'review submitted_at'),
      limit: state === 'APPROVED' ? limitIn(textOrEmpty(review['body'])) : null,
    },
  ];
}

const KEY = 'limit:';

/**
 * What follows `limit:` on a line of its own, as written; `null` without such a line. Two lines that differ are given
 * together, which is no duration, so that the review does not count by luck of order.
 */
export function limitIn(body: string): string | null {
  const found = body.split('\n').flatMap((line) => {
    const text = line.trim();
    return text.slice(0, KEY.length).toLowerCase() === KEY ? [text.slice(KEY.length).trim()] : [];
  });
  return found.length === 0 ? null : [...new Set(found)].join(' / ');
}
