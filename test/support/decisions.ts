/** Reading decisions in tests. */
import type { Decision, Reason } from '../../core/policy/decision.ts';

/** Every reason, those below others included. */
export function reasonsOf(decision: Decision): readonly Reason[] {
  const walk = (reasons: readonly Reason[]): readonly Reason[] =>
    reasons.flatMap((reason) => [reason, ...walk(reason.because)]);
  return walk(decision.reasons);
}

/** Of reasons, issues and reviews. */
export function codesOf(decision: Decision): readonly string[] {
  return [
    ...reasonsOf(decision).map((reason) => reason.code),
    ...issuesOf(decision).map((issue) => issue.code),
    ...decision.reviews.map((review) => review.code),
  ];
}

/** `deny duration-over-max`: the verdict and what stands against it, by code. */
export function summary(decision: Decision): string {
  const against = decision.reasons.flatMap((reason) =>
    reason.holds === true
      ? []
      : [reason.code, ...reason.because.filter((one) => one.holds !== true).map((one) => one.code)],
  );
  return [decision.verdict, ...new Set(against)].join(' ');
}

export function issuesOf(decision: Decision) {
  return 'issues' in decision ? decision.issues : [];
}
