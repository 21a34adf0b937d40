/** Approval requirements, as rules and guardrails write them. */
import { parseDuration } from '../../time.ts';
import type { ApprovalRequirement } from '../documents.ts';
import type { WrittenApproval } from '../written.ts';
import { principals } from './source.ts';

export function approvalsOf(written: readonly WrittenApproval[] | undefined): ApprovalRequirement[] {
  return (written ?? []).map(({ from, count, widen, digest }) => ({
    from: principals(from),
    count,
    widen: widen === undefined ? null : { after: durationOf(widen.after), to: principals(widen.to) },
    namesDigest: digest === 'required',
  }));
}

/** A duration that the schema has found to be one. */
export function durationOf(text: string): number {
  return parseDuration(text) as number;
}
