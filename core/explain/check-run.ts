/**
 * A decision as a check run. Never neutral and never skipped, since both satisfy a required check: what is not allowed
 * is red, what is not decided stays in progress.
 */
import type { Issue } from '../document/issue.ts';
import type { Decision } from '../policy/decision.ts';
import type { HeldGrant } from '../policy/evidence.ts';
import { code, fitBytes, plain, prose, shorten } from './escape.ts';
import { fromNow } from './from-now.ts';
import { approvalsTable, issuesList, type Links, nextSteps, reasonsTree, reviewsList, whyNot } from './sections.ts';
import { effectSentence, verdictLine } from './verdict.ts';

/** One marked line. Columns count from 1 and are given on a single line only (GitHub's rule). */
export interface Annotation {
  readonly path: string;
  readonly line: number;
  readonly startColumn: number;
  readonly endColumn: number;
  readonly level: 'failure' | 'warning';
  readonly title: string;
  readonly message: string;
}

export interface CheckRun {
  readonly status: 'in_progress' | 'completed';
  /** `null` while in progress. */
  readonly conclusion: 'success' | 'failure' | null;
  /** At most 60 characters. */
  readonly title: string;
  /** Markdown, at most 65,535 bytes. */
  readonly summary: string;
  /** At most fifty. */
  readonly annotations: readonly Annotation[];
}

const MOST_BYTES = 65_535;
/** What GitHub takes in one request. Whoever makes mistakes by the thousand must not spend the writes of everybody. */
const MOST_ANNOTATIONS = 50;

/**
 * | verdict | status | conclusion |
 * |---|---|---|
 * | allow | completed | success |
 * | pending, fault | in_progress | |
 * | deny, invalid | completed | failure |
 *
 * @param held everybody's grants, as the ledger says; `null`: nobody looked
 */
export function checkRun(decision: Decision, links: Links, held: readonly HeldGrant[] | null = null): CheckRun {
  const issues = 'issues' in decision ? decision.issues : [];
  return {
    ...statusOf(decision),
    title: verdictLine(decision),
    summary: fitBytes(summaryOf(decision, issues, links, held), MOST_BYTES),
    annotations: [...issues, ...decision.warnings].slice(0, MOST_ANNOTATIONS).map(annotationOf),
  };
}

function statusOf(decision: Decision): Pick<CheckRun, 'status' | 'conclusion'> {
  switch (decision.verdict) {
    case 'allow':
      return { status: 'completed', conclusion: 'success' };
    case 'pending':
    case 'fault':
      return { status: 'in_progress', conclusion: null };
    case 'deny':
    case 'invalid':
      return { status: 'completed', conclusion: 'failure' };
  }
}

function summaryOf(
  decision: Decision,
  issues: readonly Issue[],
  links: Links,
  held: readonly HeldGrant[] | null,
): string {
  const parts = [
    effectSentence(decision) ?? '',
    fromNow(decision, held),
    whyNot(decision),
    issuesList(issues, decision, links),
    'requirements' in decision ? approvalsTable(decision.requirements) : '',
    reviewsList(decision),
    nextSteps(decision)
      .map((step) => `- ${step}`)
      .join('\n'),
    reasonsTree(decision, links),
    issuesList(decision.warnings, decision, links),
    `Decided for ${code(decision.head)} under the policy at ${code(decision.governing)} by ${code(decision.engine)}.`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** GitHub takes 255 characters of title and 64 KB of message. */
function annotationOf(issue: Issue): Annotation {
  const details = [
    plain(issue.message),
    issue.found === null ? null : `found: ${plain(issue.found)}`,
    issue.expected === null ? null : `expected: ${plain(issue.expected)}`,
    issue.fix === null ? null : `fix: ${plain(issue.fix)}`,
  ];
  return {
    path: issue.file,
    line: issue.line,
    startColumn: issue.column,
    endColumn: issue.column + issue.length,
    level: issue.severity === 'error' ? 'failure' : 'warning',
    title: shorten(`${issue.code}: ${plain(issue.message)}`, 255),
    message: fitBytes(details.filter((detail) => detail !== null).join('\n'), 60_000),
  };
}

/** What is shown while there is no decision: being decided, or something keeps us from it. Never green. */
export function undecidedRun(title: string, why: string): CheckRun {
  return {
    status: 'in_progress',
    conclusion: null,
    title: shorten(plain(title), 60),
    summary: fitBytes(prose(why), MOST_BYTES),
    annotations: [],
  };
}

/** A refusal that no decision could make: it concerns more than one pull request. */
export function refusedRun(title: string, why: string): CheckRun {
  return { ...undecidedRun(title, why), status: 'completed', conclusion: 'failure' };
}
