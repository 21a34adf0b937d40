/** Where the two answers to one history part; `null` when they agree. And a shorter history that still parts them. */
import { decide } from '../../core/policy/decide.ts';
import type { Decision } from '../../core/policy/decision.ts';
import type { Evidence } from '../../core/policy/evidence.ts';
import { evidenceOf, type History } from './history.ts';
import { type Answer, judge } from './oracle.ts';

/** What they disagree on, in words. */
export function disagreement(decision: Decision, answer: Answer): string | null {
  if (!answer.verdicts.includes(decision.verdict))
    return `verdict: decide says ${decision.verdict}, the oracle ${answer.verdicts.join(' or ')}`;
  if (decision.verdict !== 'allow' && decision.verdict !== 'pending') return null;
  if (decision.rule !== answer.rule) return `rule: decide says ${decision.rule}, the oracle ${answer.rule}`;
  const valid = decision.reviews
    .filter((one) => one.code === 'review-counts' || one.code === 'review-not-needed')
    .map((one) => one.user.id);
  const counted = decision.reviews
    .filter((one) => one.counts && one.code === 'review-counts')
    .map((one) => one.user.id);
  const approvers = [...(answer.approvers ?? [])].sort();
  const said = (decision.requirements.length === 0 ? counted : [...new Set(valid)]).sort();
  if (said.join() !== approvers.join())
    return `approvers: decide counts ${said.join()}, the oracle ${approvers.join()}`;
  const fills = decision.requirements.flatMap((one) => one.filledBy.map((by) => by.id));
  if (fills.some((id) => !counted.includes(id))) return `fills ${fills.join()} but counts ${counted.join()}`;
  if (answer.rule !== null && fills.length !== answer.filled)
    return `filled: decide ${fills.length}, the oracle ${answer.filled}`;
  const length = decision.window?.length ?? null;
  return length === answer.length ? null : `length: decide says ${length}, the oracle ${answer.length}`;
}

export function compared(evidence: Evidence): string | null {
  return disagreement(decide(evidence), judge(evidence));
}

/** Drops events one by one as long as the two still part. */
export function minimised(history: History): History {
  for (let index = history.events.length - 1; index >= 1; index -= 1) {
    const events = history.events.toSpliced(index, 1);
    const shorter = { ...history, events };
    if (compared(evidenceOf(shorter)) !== null) return minimised(shorter);
  }
  return history;
}
