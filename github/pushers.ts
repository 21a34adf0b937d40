/** Who moved the head branch of a pull request: a pusher has a hand in it, whatever the commits say. */
import type { Account } from '../core/policy/evidence.ts';
import { type Instant, toEpoch } from '../core/time.ts';
import { callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { accountOrNull, type Fields, fields, instant, text } from './read.ts';

export interface Pushes {
  /** `null` when the activity cannot be read in full. */
  readonly pushers: readonly Account[] | null;
  /** When the branch was last moved, up to the merge; `null`: unknown. */
  readonly headPushedAt: Instant | null;
}

interface Span {
  readonly openedAt: Instant;
  readonly mergedAt: Instant | null;
}

const UNKNOWN: Pushes = { pushers: null, headPushedAt: null };

/** From repository activity. */
export async function readPushes(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  span: Span,
): Promise<Pushes> {
  try {
    const activities = await callAll(
      github,
      'GET /repos/{owner}/{repo}/activity',
      { owner: repository.owner, repo: repository.name, ref: `refs/heads/${branch}`, direction: 'desc' },
      { most: 1000 },
    );
    return pushesIn(
      activities.map((activity) => fields(activity, 'activity')),
      span,
    );
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) return UNKNOWN;
    throw error;
  }
}

/**
 * Newest first, back to the creation of the branch that the pull request was opened from: a name used before belongs to
 * others. Deletions move nothing into the branch. An actor that GitHub cannot name makes the whole list unknown, and so
 * does a list that does not go back that far: a branch that nobody made was not shown in full.
 */
function pushesIn(activities: readonly Fields[], { openedAt, mergedAt }: Span): Pushes {
  const pushers = new Map<number, Account>();
  let headPushedAt: Instant | null = null;
  for (const activity of activities) {
    const kind = text(activity['activity_type'], 'activity_type');
    if (kind === 'branch_deletion') continue;
    const actor = accountOrNull(activity['actor'], 'activity actor');
    if (actor === null) return UNKNOWN;
    pushers.set(actor.id, actor);
    const at = instant(activity['timestamp'], 'activity timestamp');
    if (mergedAt === null || toEpoch(at) <= toEpoch(mergedAt)) headPushedAt ??= at;
    const isItsCreation = kind === 'branch_creation' && toEpoch(at) <= toEpoch(openedAt);
    if (isItsCreation) return { pushers: [...pushers.values()].sort((a, b) => a.id - b.id), headPushedAt };
  }
  return UNKNOWN;
}
