/** The verdict in one line, and the effect in one sentence. Says what was decided; decides nothing. */
import type { AccessRequest, ActionRequest } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import type { Allow, Asked, Decision, Pending, Reason, RequirementStatus, Window } from '../policy/decision.ts';
import { formatDuration, type Instant, type Milliseconds } from '../time.ts';
import { code, person, plain, shorten } from './escape.ts';

/** GitHub shows about so much of a check's title. */
const TITLE = 60;

/** `Waiting for 1 of 2 approvals, from team:dba`: plain text of at most so many characters, 60 unless told. */
export function verdictLine(decision: Decision, most: number = TITLE): string {
  return shorten(plain(lineOf(decision)), most);
}

function lineOf(decision: Decision): string {
  switch (decision.verdict) {
    case 'allow':
      return allowLine(decision);
    case 'pending':
      return pendingLine(decision);
    case 'deny':
      return `Denied: ${overMost(decision.issues) ?? whatFailed(decision) ?? 'no rule allows it'}`;
    case 'invalid':
      return decision.issues.length > 1
        ? `Not valid: ${decision.issues.length} problems`
        : `Not valid: ${whatFailed(decision) ?? 'not a request'}`;
    case 'fault':
      return `Cannot decide yet: ${whatFailed(decision) ?? 'a fact is missing'}`;
  }
}

/** `3d asked, at most 4h allowed`: where a bound was passed, the two numbers say it best. */
function overMost([issue]: readonly Issue[]): string | null {
  if (issue?.code !== 'duration-over-max') return null;
  return `${issue.found} asked, ${issue.expected} allowed`;
}

function allowLine(decision: Allow): string {
  if (decision.pullKind === 'return') {
    if (decision.returns.length === 0) return 'Approved: removes files of requests that are over';
    return `Approved: gives back ${counted(decision.returns.length, 'grant')}`;
  }
  const { asked } = decision;
  if (asked === null) return 'Approved: policy change';
  const { request, subject, resource, entitlement } = asked;
  if (request.kind === 'ActionRequest') return `Approved: ${entitlement} of ${resource}, once`;
  return `Approved: ${subject.name} gets ${resource} ${entitlement} for ${formatDuration(lengthOf(decision, request.duration))}`;
}

function pendingLine(decision: Pending): string {
  const open = unfilled(decision.requirements);
  const [next] = open;
  if (next === undefined) return `Waiting: ${whatFailed(decision) ?? 'not ready yet'}`;
  const needed = decision.requirements.reduce((sum, requirement) => sum + requirement.needed, 0);
  const missing = open.reduce((sum, requirement) => sum + requirement.needed - requirement.filledBy.length, 0);
  const count = missing === needed ? counted(needed, 'approval') : `${missing} of ${counted(needed, 'approval')}`;
  return `Waiting for ${count}, from ${next.label}`;
}

export function unfilled(requirements: readonly RequirementStatus[]): readonly RequirementStatus[] {
  return requirements.filter((requirement) => requirement.filledBy.length < requirement.needed);
}

/** The first issue, or else what stopped it in the end: an unknown before a no. `null`: the decision does not say. */
export function whatFailed(decision: Decision): string | null {
  const [issue] = 'issues' in decision ? decision.issues : [];
  const unknown = decision.reasons.findLast((reason) => reason.holds === null);
  const no = decision.reasons.findLast((reason) => reason.holds === false);
  return (issue ?? unknown ?? no)?.message ?? null;
}

/** Codes that a pending decision explains elsewhere: rules before the one that fits, and the approvals table. */
const TOLD: ReadonlySet<string> = new Set(['rule-skipped', 'approval-missing']);

/** What else keeps a pending request waiting: a draft, requested changes. */
export function blockers(decision: Pending): readonly Reason[] {
  return decision.reasons.filter(({ holds, code }) => holds !== true && !TOLD.has(code));
}

/**
 * Markdown: "On approval, `@alice` gets `orders-db` **read-only** for 2h from the merge." `null` when nothing would
 * happen, or when what is asked is not known.
 */
export function effectSentence(decision: Decision): string | null {
  if (decision.verdict !== 'allow' && decision.verdict !== 'pending') return null;
  const { asked } = decision;
  if (asked === null) return null;
  const when = decision.verdict === 'allow' ? 'On merge' : 'On approval';
  const { request } = asked;
  return request.kind === 'ActionRequest'
    ? `${when}, ${code(asked.entitlement)} of ${code(asked.resource)} runs once, within ${formatDuration(lengthOf(decision, request.within))}${inputsOf(request)}.`
    : `${when}, ${subjectOf(asked)} gets ${code(asked.resource)} ${code(asked.entitlement)} for ${windowOf(decision, request)}.`;
}

export function subjectOf(asked: Asked): string {
  return asked.subject.login === null ? code(asked.subject.name) : person(asked.subject.login);
}

function inputsOf(request: ActionRequest): string {
  const inputs = Object.entries(request.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return inputs.length === 0 ? '' : `, with ${inputs.map(([name, value]) => code(`${name}: ${value}`)).join(', ')}`;
}

function windowOf(decision: Allow | Pending, request: AccessRequest): string {
  const length = lengthOf(decision, request.duration);
  const limited = length < request.duration ? ` (asked for ${formatDuration(request.duration)})` : '';
  return `${formatDuration(length)}${limited} ${boundsOf(decision.window)}`;
}

function lengthOf(decision: Allow | Pending, asked: Milliseconds): Milliseconds {
  return decision.window?.length ?? asked;
}

function boundsOf(window: Window | null): string {
  if (window === null || window.starts === null) return 'from the merge, then it is removed';
  const from = `from ${clock(window.starts)}`;
  return window.expires === null ? from : `${from}, removed by ${clock(window.expires)} at the latest`;
}

/** `2026-11-23 10:00 UTC`. */
export function clock(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
