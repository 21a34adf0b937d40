/** The approvals that carried a decision, as the ledger keeps them: by numeric id, with the review they came from. */
import type { RecordedApproval } from '../core/ledger/entry.ts';
import type { Allow } from '../core/policy/decision.ts';
import type { Evidence } from '../core/policy/evidence.ts';

export function recordedApprovals(decision: Allow, evidence: Evidence): readonly RecordedApproval[] {
  return decision.requirements.flatMap((requirement) =>
    requirement.filledBy.map(({ id, login, review }): RecordedApproval => {
      const submittedAt = evidence.reviews.find((one) => one.id === review)?.submittedAt ?? evidence.now;
      const onBehalfOf = decision.reviews.find((finding) => finding.review === review)?.onBehalfOf ?? null;
      return { review, user: { id, login }, fills: requirement.source, submittedAt, onBehalfOf };
    }),
  );
}
