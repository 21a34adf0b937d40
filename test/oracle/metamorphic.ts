/**
 * What must hold between two decisions, whatever either is: taking a person's approvals away never creates an allowance,
 * and neither does anything that has nothing to do with the request.
 */
import { decide } from '../../core/policy/decide.ts';
import type { Decision } from '../../core/policy/decision.ts';
import type { Evidence, Review } from '../../core/policy/evidence.ts';
import { account } from './history.ts';

/** Tries each change; the first that turns a no into an allowance is told. */
export function metamorphicFailure(
  evidence: Evidence,
  decision: Decision,
): { readonly tried: number; readonly why: string | null } {
  const changes = [...withoutApprovals(evidence), ...withoutCounted(evidence, decision), ...unrelated(evidence)];
  for (const { what, changed, same } of changes) {
    const { verdict } = decide(changed);
    if (verdict === 'allow' && decision.verdict !== 'allow')
      return { tried: changes.length, why: `${what} turns ${decision.verdict} into an allowance` };
    if (same && verdict !== decision.verdict)
      return { tried: changes.length, why: `${what} turns ${decision.verdict} into ${verdict}` };
  }
  return { tried: changes.length, why: null };
}

interface Changed {
  readonly what: string;
  readonly changed: Evidence;
  /** The verdict must stay as it is, not only be no allowance. */
  readonly same: boolean;
}

/** All approvals of one person go. What they said against it stays. */
function withoutApprovals(evidence: Evidence): Changed[] {
  const people = new Set(evidence.reviews.filter((one) => one.state === 'APPROVED').map((one) => one.user.id));
  return [...people].map((id) => ({
    what: `removing the approvals of ${id}`,
    changed: { ...evidence, reviews: evidence.reviews.filter((one) => one.user.id !== id || one.state !== 'APPROVED') },
    same: false,
  }));
}

/** One approval that counts goes, and those of the same person that it replaced: they would come back. */
function withoutCounted(evidence: Evidence, decision: Decision): Changed[] {
  return decision.reviews
    .filter((one) => one.counts)
    .map(({ review, user }) => ({
      what: `removing review ${review}`,
      changed: { ...evidence, reviews: evidence.reviews.filter((one) => one.user.id !== user.id || one.id > review) },
      same: false,
    }));
}

function unrelated(evidence: Evidence): Changed[] {
  const { head } = evidence.pullRequest;
  const review = (name: string, state: Review['state']): Review => ({
    id: 9000,
    user: account(name),
    state,
    commitId: head.sha,
    submittedAt: evidence.now,
    limit: null,
  });
  const reviewed = (one: Review): Evidence => ({ ...evidence, reviews: [...evidence.reviews, one] });
  const elsewhere = '8'.repeat(40);
  return [
    { what: 'a comment by bob', changed: reviewed(review('bob', 'COMMENTED')), same: true },
    { what: 'an approval by a stranger', changed: reviewed(review('stranger', 'APPROVED')), same: true },
    {
      what: 'changes requested by a stranger',
      changed: reviewed(review('stranger', 'CHANGES_REQUESTED')),
      same: false,
    },
    {
      what: 'a push to another branch',
      changed: {
        ...evidence,
        governing: { ...evidence.governing, commit: elsewhere },
        pullRequest: { ...evidence.pullRequest, base: { ...evidence.pullRequest.base, sha: elsewhere } },
      },
      same: true,
    },
  ];
}
