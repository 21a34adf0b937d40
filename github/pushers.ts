/** Who moved the head branch of a pull request: a pusher has a hand in it, whatever the commits say. */
import type { Account } from '../core/policy/evidence.ts';
import { type Instant, toEpoch } from '../core/time.ts';
import { callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { accountOrNull, type Fields, fields, instant, text } from './read.ts';

/** From repository activity; `null` when that cannot be read in full. */
export async function readPushers(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  openedAt: Instant,
): Promise<readonly Account[] | null> {
  try {
    const activities = await callAll(
      github,
      'GET /repos/{owner}/{repo}/activity',
      { owner: repository.owner, repo: repository.name, ref: `refs/heads/${branch}`, direction: 'desc' },
      { most: 1000 },
    );
    return pushersOf(
      activities.map((activity) => fields(activity, 'activity')),
      openedAt,
    );
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) return null;
    throw error;
  }
}

/**
 * Newest first, back to the creation of the branch that the pull request was opened from: a name used before belongs to
 * others. Deletions move nothing into the branch. An actor that GitHub cannot name makes the whole list unknown, and so
 * does a list that does not go back that far: a branch that nobody made was not shown in full.
 */
function pushersOf(activities: readonly Fields[], openedAt: Instant): readonly Account[] | null {
  const pushers = new Map<number, Account>();
  for (const activity of activities) {
    const kind = text(activity['activity_type'], 'activity_type');
    if (kind === 'branch_deletion') continue;
    const actor = accountOrNull(activity['actor'], 'activity actor');
    if (actor === null) return null;
    pushers.set(actor.id, actor);
    const at = instant(activity['timestamp'], 'activity timestamp');
    const isItsCreation = kind === 'branch_creation' && toEpoch(at) <= toEpoch(openedAt);
    if (isItsCreation) return [...pushers.values()].sort((a, b) => a.id - b.id);
  }
  return null;
}
