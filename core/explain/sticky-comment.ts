/**
 * The one comment under a pull request, edited in place. Six parts: verdict, effect and what is held now, plan, approvals, what you can do,
 * and the policy behind it, folded. Same decision, same bytes, so that nothing is posted twice.
 */
import type { Decision } from '../policy/decision.ts';
import type { HeldGrant } from '../policy/evidence.ts';
import { code, fitBytes, prose } from './escape.ts';
import { fromNow } from './from-now.ts';
import {
  approvalsTable,
  issuesList,
  type Links,
  nextSteps,
  planTable,
  reasonsTree,
  reviewsList,
  whyNot,
} from './sections.ts';
import { effectSentence, verdictLine } from './verdict.ts';

/** How the app finds its comment again; it also asks that the comment is its own. */
export const STICKY_MARKER = '<!-- gatepass:sticky -->';

/** GitHub takes 65,536 characters; bytes are the safer count. */
const MOST_BYTES = 65_000;

/** A comment has more room than the title of a check. */
const HEADING = 200;

const SIGNS: Readonly<Record<Decision['verdict'], string>> = {
  allow: '🟢',
  pending: '🟡',
  deny: '🔴',
  invalid: '🔴',
  fault: '⚪',
};

/** @param held everybody's grants, as the ledger says; `null`: nobody looked */
export function stickyComment(decision: Decision, links: Links, held: readonly HeldGrant[] | null = null): string {
  const open = [heading(SIGNS[decision.verdict], verdictLine(decision, HEADING)), ...body(decision, links, held)];
  return fitBytes(
    [STICKY_MARKER, ...open, folded(decision, links)].filter((part) => part !== '').join('\n\n'),
    MOST_BYTES,
  );
}

/** The comment while nothing could be decided, or when something other than a decision speaks. */
export function plainComment(sign: string, title: string, why: string): string {
  return fitBytes([STICKY_MARKER, heading(sign, title), prose(why)].join('\n\n'), MOST_BYTES);
}

export function heading(sign: string, title: string): string {
  return `### ${sign} ${prose(title)}`;
}

function body(decision: Decision, links: Links, held: readonly HeldGrant[] | null): readonly string[] {
  const issues = 'issues' in decision ? decision.issues : [];
  const reviews = reviewsList(decision);
  const steps = nextSteps(decision).map((step) => `- ${step}`);
  return [
    effectSentence(decision) ?? '',
    fromNow(decision, held),
    reasonOf(decision),
    whyNot(decision),
    issuesList(issues, decision, links),
    'bindings' in decision ? planTable(decision.bindings, decision.asked?.sensitivity ?? '') : '',
    'requirements' in decision ? approvalsTable(decision.requirements) : '',
    reviews === '' ? '' : `**Reviews that do not count**\n\n${reviews}`,
    `**What you can do**\n\n${steps.join('\n')}`,
  ];
}

/** What the person wrote, so that an approver need not open the file. */
function reasonOf(decision: Decision): string {
  if (decision.asked === null) return '';
  const { reason, ticket } = decision.asked.request;
  return `> ${prose(reason)}${ticket === null ? '' : ` (ticket ${code(ticket)})`}`;
}

function folded(decision: Decision, links: Links): string {
  const rule = 'rule' in decision && decision.rule !== null ? `Rule: ${prose(decision.rule)}.` : '';
  const policy = `[${code(decision.governing.slice(0, 7))}](${links.repository}/tree/${decision.governing}/policies)`;
  const parts = [
    rule,
    reasonsTree(decision, links),
    issuesList(decision.warnings, decision, links),
    `Decided for ${code(decision.head.slice(0, 7))} under the policy at ${policy}. Commands: \`/gatepass explain\`, \`/gatepass retry\`, and after the merge \`/gatepass return\`, \`/gatepass extend\`.`,
  ];
  return [
    '<details><summary>Why, by which policy</summary>',
    ...parts.filter((part) => part !== ''),
    '</details>',
  ].join('\n\n');
}
