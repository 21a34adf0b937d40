/**
 * The decision, told from above. Pure and total: the same evidence gives the same bytes, whoever asks, and whatever goes
 * wrong ends as a `fault`, which grants nothing.
 *
 *   evidence → what kind of pull request is it?      pull-kind.ts
 *            → is it whole, ours, and by somebody?   pull-shape.ts
 *            → which policy governs?                 governance.ts
 *            → request: which terms, who approved?   decide-request.ts
 *            → return: whose is it?                  decide-return.ts
 *            → policy change: valid, and approved?   decide-policy.ts
 *
 * | the pull request                               | verdict                  |
 * |------------------------------------------------|--------------------------|
 * | is malformed, mixed, from a fork, truncated    | `invalid`, with issues   |
 * | rests on something that could not be read      | `fault`                  |
 * | asks for what no rule gives, or beyond a bound | `deny`, with a hint      |
 * | lacks approvals, or is a draft                 | `pending`, from whom     |
 * | all of it holds                                | `allow`, and the effects |
 */

import { decidePolicy } from './decide-policy.ts';
import { decideRequest } from './decide-request.ts';
import { decideReturn } from './decide-return.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { readGovernance } from './governance.ts';
import { kindIssues, pullKind } from './pull-kind.ts';
import { shapeIssues } from './pull-shape.ts';
import { fails, refusal, unknown } from './reason.ts';
import { broken, commonOf, refuse } from './verdicts.ts';

export function decide(evidence: Evidence): Decision {
  try {
    return decideUnguarded(evidence);
  } catch {
    // What was thrown may hold anything, and goes to nobody: the evidence can be decided again to find it.
    return broken(evidence);
  }
}

function decideUnguarded(evidence: Evidence): Decision {
  const kind = pullKind(evidence);
  const common = commonOf(evidence, kind);
  const issues = [...kindIssues(evidence, kind), ...shapeIssues(evidence, kind)];
  if (issues.length > 0) return refuse(common, refusal('invalid', issues));
  if (evidence.pullRequest.state === 'closed') {
    const reasons = [fails('pull-request-closed', 'the pull request was closed without being merged')];
    return refuse(common, { is: 'deny', reasons, issues: [] });
  }
  const governed = readGovernance(evidence.governing.files);
  if (!governed.ok) {
    const why = `the governing files at ${evidence.governing.commit.slice(0, 7)} are not valid`;
    return refuse(common, { is: 'fault', reasons: [unknown('governance-invalid', why)], issues: governed.issues });
  }
  const setting = { evidence, ...governed.value };
  const warned = { ...common, warnings: governed.issues };
  if (kind === 'request') return decideRequest(setting, warned);
  return kind === 'return' ? decideReturn(setting, warned) : decidePolicy(setting, warned);
}
