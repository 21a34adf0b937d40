/** The native review rule: approvals that count, code owners, required reviewers by path, the last push. */
import { atLeast, membersOf, roleOf } from '../access.ts';
import { isObject, objects, optionalFlag, optionalNumber, texts } from '../body.ts';
import type { FileChange } from '../git/types.ts';
import type { PullRequest, Repository, Review, Rule } from '../model.ts';
import type { HubState } from '../types.ts';
import { findOwner, isOwnedBy, ownersOfPath, readOwners } from './code-owners.ts';
import { matchesAny } from './patterns.ts';

/** A sentence for each part of the rule that is not met. */
export async function missingReviews(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  rule: Rule,
  changes: readonly FileChange[],
): Promise<string[]> {
  const settings = rule.parameters ?? {};
  const latest = decisiveReviews(hub, repository, pull);
  const approvals = latest.filter((review) => review.state === 'APPROVED');
  const missing: string[] = [];
  if (latest.some((review) => review.state === 'CHANGES_REQUESTED')) missing.push('Changes have been requested.');
  const needed = optionalNumber(settings, 'required_approving_review_count') ?? 0;
  if (approvals.length < needed)
    missing.push(`At least ${needed} approving review is required by reviewers with write access.`);
  if (
    optionalFlag(settings, 'require_last_push_approval') === true &&
    !approvals.some((review) => approvesLastPush(pull, review))
  ) {
    missing.push('New changes require approval from someone other than the last pusher.');
  }
  if (
    optionalFlag(settings, 'require_code_owner_review') === true &&
    !(await ownersApproved(hub, repository, pull, approvals, changes))
  ) {
    missing.push('Waiting on code owner review.');
  }
  missing.push(...requiredReviewers(repository, hub, rule, approvals, changes));
  return missing;
}

/** The latest review of each writer that approves, asks for changes or was dismissed; comments change nothing. */
export function decisiveReviews(hub: HubState, repository: Repository, pull: PullRequest): Review[] {
  const latest = new Map<number, Review>();
  for (const review of pull.reviews) {
    if (review.state === 'COMMENTED' || review.state === 'PENDING') continue;
    if (atLeast(roleOf(hub, repository, review.user), 'write')) latest.set(review.user.id, review);
  }
  return [...latest.values()];
}

function approvesLastPush(pull: PullRequest, review: Review): boolean {
  return review.commitId === pull.head.sha && review.user.id !== pull.lastPusher.id;
}

async function ownersApproved(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  approvals: readonly Review[],
  changes: readonly FileChange[],
): Promise<boolean> {
  const file = await readOwners(repository, `refs/heads/${pull.base.ref}`);
  if (file === null) return true;
  return changedPaths(changes).every((path) => {
    const owners = ownersOfPath(file, path).flatMap((owner) => findOwner(hub, repository, owner) ?? []);
    return owners.length === 0 || owners.some((owner) => approvals.some((review) => isOwnedBy(owner, review.user)));
  });
}

/** `required_reviewers` of the pull_request rule: so many of a team, where a changed file matches. */
function requiredReviewers(
  repository: Repository,
  hub: HubState,
  rule: Rule,
  approvals: readonly Review[],
  changes: readonly FileChange[],
): string[] {
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  return objects(rule.parameters ?? {}, 'required_reviewers').flatMap((wanted) => {
    const patterns = texts(wanted, 'file_patterns');
    if (!changedPaths(changes).some((path) => matchesAny(patterns, path))) return [];
    const reviewer = isObject(wanted['reviewer']) ? wanted['reviewer'] : {};
    const team = [...(organization?.teams.values() ?? [])].find((each) => each.id === reviewer['id']);
    const needed = optionalNumber(wanted, 'minimum_approvals') ?? 1;
    const members = team === undefined ? new Map() : membersOf(team);
    const given = approvals.filter((review) => members.has(review.user.id)).length;
    return given >= needed ? [] : [`Waiting on ${needed} approval from ${team?.name ?? 'an unknown team'}.`];
  });
}

function changedPaths(changes: readonly FileChange[]): string[] {
  return changes.flatMap((change) =>
    change.previousPath === null ? [change.path] : [change.path, change.previousPath],
  );
}
