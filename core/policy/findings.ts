/** What checks hand back: reasons, and issues at the lines of the request that the author can change. */
import type { Issue } from '../document/issue.ts';
import type { Reason } from './decision.ts';

export interface Findings {
  readonly reasons: readonly Reason[];
  readonly issues: readonly Issue[];
}

export const NOTHING: Findings = { reasons: [], issues: [] };

export function together(findings: readonly Findings[]): Findings {
  return {
    reasons: findings.flatMap((one) => one.reasons),
    issues: findings.flatMap((one) => one.issues),
  };
}
