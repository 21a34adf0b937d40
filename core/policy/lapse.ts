/**
 * When a request that nobody decided is over: after the organisation's `lapse`, or when it could not begin in time any
 * more. What waits for a person to merge it, what could not be told, and drafts do not lapse.
 */
import { type Instant, type Milliseconds, plus } from '../time.ts';
import { lengthOf } from './asked.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';

/** `null`: not by itself. */
export function lapsesAt(evidence: Evidence, decision: Decision, lapse: Milliseconds): Instant | null {
  const { draft, openedAt, readyAt, headPushedAt } = evidence.pullRequest;
  if (draft || decision.pullKind !== 'request' || !UNDECIDED.has(decision.verdict)) return null;
  // Whoever pushes, says that it is ready, or opens it again, asks anew.
  const asked = [openedAt, readyAt ?? openedAt, headPushedAt ?? openedAt].sort().at(-1) as Instant;
  const ends = [plus(asked, lapse), ...latestStarts(decision)];
  return ends.sort()[0] as Instant;
}

const UNDECIDED: ReadonlySet<Decision['verdict']> = new Set(['pending', 'deny', 'invalid']);

function latestStarts({ asked }: Decision): readonly Instant[] {
  if (asked === null) return [];
  const { request } = asked;
  const { starts, startsBy } = request;
  return [...(startsBy === null ? [] : [startsBy]), ...(starts === null ? [] : [plus(starts, lengthOf(request))])];
}
