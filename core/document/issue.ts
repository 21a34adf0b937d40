/**
 * What is wrong with a document, said for people: a stable code, the place, what was found, what was expected, how to
 * fix it. The same words appear in the check, the comment and the terminal.
 */
export interface Issue {
  /** Stable and never reused, in kebab case with its area first: `yaml-duplicate-key`, `request-duration-format`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path in the repository, or the name given on the command line. */
  readonly file: string;
  /** From 1. Line 1, column 1 where the whole file is meant. */
  readonly line: number;
  /** From 1, in characters (Unicode code points). */
  readonly column: number;
  /** How many characters the marker covers, at least 1. */
  readonly length: number;
  /** One line, lower case, no full stop: `duration is longer than this rule allows`. */
  readonly message: string;
  readonly found: string | null;
  readonly expected: string | null;
  /** The next step, as an instruction: `use 8h or less`. */
  readonly fix: string | null;
}

/** Either a value or every issue that stood in its way. Warnings can come with a value. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly issues: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** More of the same helps nobody, and whoever writes a file can make any number of mistakes in it. */
export const MOST_ERRORS = 50;

/** The first ones; no further is looked. INVARIANT: for errors alone, since one of them is enough to refuse a document. */
export function firstErrors(errors: Iterable<Issue>): Issue[] {
  const first: Issue[] = [];
  for (const error of errors) {
    first.push(error);
    if (first.length === MOST_ERRORS) break;
  }
  return first;
}

/** Rules that came after trees were accepted which break them. */
const REFUSED_IN_PROPOSALS: ReadonlySet<string> = new Set(['catalog-maintainer']);

/**
 * The issues of files that are about to be accepted: what is only a warning of a tree that is in force is an error of one
 * that is proposed. If it were an error of both, nothing could be accepted any more, the repair included.
 */
export function inProposal(issues: readonly Issue[]): readonly Issue[] {
  return issues.map((issue) => (REFUSED_IN_PROPOSALS.has(issue.code) ? { ...issue, severity: 'error' } : issue));
}
