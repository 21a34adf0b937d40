/** Building reasons, issues and refusals, all in one shape. Decides nothing. */
import type { Place } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import type { Reason } from './decision.ts';
import type { ReasonCode } from './reason-codes.ts';

export function holds(code: ReasonCode, message: string, extra: Extra = {}): Reason {
  return build(code, true, message, extra);
}

export function fails(code: ReasonCode, message: string, extra: Extra = {}): Reason {
  return build(code, false, message, extra);
}

/** It could not be told. */
export function unknown(code: ReasonCode, message: string, extra: Extra = {}): Reason {
  return build(code, null, message, extra);
}

interface Extra {
  readonly place?: Place | null;
  readonly because?: readonly Reason[];
}

function build(code: ReasonCode, is: boolean | null, message: string, extra: Extra): Reason {
  const place = extra.place ?? null;
  return {
    code,
    message,
    holds: is,
    place: place === null ? null : `${place.file}:${place.line}`,
    because: extra.because ?? [],
  };
}

/** A definite end short of an approval. */
export interface Refusal {
  readonly is: 'deny' | 'invalid' | 'fault';
  readonly reasons: readonly Reason[];
  readonly issues: readonly Issue[];
}

export interface IssueText {
  readonly found?: string | null;
  readonly expected?: string | null;
  readonly fix?: string | null;
}

/** An error at a place of the changed document, under the same code as its reason. */
export function issueAt(place: Place, code: ReasonCode, message: string, text: IssueText = {}): Issue {
  const found = text.found ?? null;
  return {
    code,
    severity: 'error',
    file: place.file,
    line: place.line,
    column: place.column,
    length: found === null ? 1 : Math.max(1, [...found].length),
    message,
    found,
    expected: text.expected ?? null,
    fix: text.fix ?? null,
  };
}

/** A whole file is meant, or the pull request itself. */
export function topOf(file: string): Place {
  return { file, line: 1, column: 1 };
}

/** One issue, said as a reason too. */
export function refusal(is: 'deny' | 'invalid', issues: readonly Issue[]): Refusal {
  const reasons = issues.map((issue) => ({
    code: issue.code,
    message: issue.message,
    holds: false,
    place: `${issue.file}:${issue.line}`,
    because: [],
  }));
  return { is, reasons, issues };
}
