/** The parts that the check and the comment share, in Markdown: approvals, reviews, reasons, problems, next steps. */
import type { Issue } from '../document/issue.ts';
import type { Binding, Candidate, Decision, Pending, Reason, RequirementStatus } from '../policy/decision.ts';
import { endingOf, endingText } from '../policy/ending.ts';
import { code, person, prose } from './escape.ts';
import { blockers, unfilled, whatFailed } from './verdict.ts';

/** Where the reader can follow a reference. */
export interface Links {
  /** `https://github.com/acme/access`, without a trailing slash. */
  readonly repository: string;
}

/** What stopped it, in full: the title is short. Empty where issues say it, and where nothing did. */
export function whyNot(decision: Decision): string {
  if (decision.verdict === 'allow' || decision.verdict === 'pending' || decision.issues.length > 0) return '';
  const why = whatFailed(decision);
  return why === null ? '' : `**${prose(why)}**`;
}

/** Empty when no approval is asked for. */
export function approvalsTable(requirements: readonly RequirementStatus[]): string {
  if (requirements.length === 0) return '';
  const rows = requirements.map(
    (requirement) =>
      `| ${prose(requirement.label)} | ${requirement.needed} | ${filled(requirement)} | ${whoCan(requirement)} | ${prose(requirement.source)} |`,
  );
  return ['| approval from | needs | has | who can approve | asked by |', '|---|---|---|---|---|', ...rows].join('\n');
}

function filled(requirement: RequirementStatus): string {
  const { filledBy } = requirement;
  return filledBy.length === 0 ? '0' : `${filledBy.length}: ${filledBy.map(({ login }) => person(login)).join(', ')}`;
}

/** More names than this help nobody. */
const MOST_NAMES = 8;

function whoCan(requirement: RequirementStatus): string {
  if (requirement.filledBy.length >= requirement.needed) return '✓';
  const { candidates } = requirement;
  if (candidates.length === 0) return 'nobody who may';
  const awakeFirst = [
    ...candidates.filter(({ awake }) => awake === true),
    ...candidates.filter(({ awake }) => awake !== true),
  ];
  const shown = awakeFirst.slice(0, MOST_NAMES).map(candidateName);
  const more = candidates.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function candidateName({ login, awake }: Candidate): string {
  if (awake === null) return person(login);
  return `${person(login)} (${awake ? 'awake' : 'probably asleep'})`;
}

/** Reviews that do not count, each with its reason. Empty when all count. */
export function reviewsList(decision: Decision): string {
  return decision.reviews
    .filter(({ counts }) => !counts)
    .map(({ user, why }) => `- ${person(user.login)}: ${prose(why)}`)
    .join('\n');
}

/** What would be set where, and how it ends. Empty when nothing would. */
export function planTable(bindings: readonly Binding[], sensitivity: string): string {
  if (bindings.length === 0) return '';
  const rows = bindings.map(
    ({ provider, zone, target, with: config }) =>
      `| ${code(provider)} in ${code(zone)} | ${targetOf(target)} | ${prose(sensitivity)} | ${endingText(endingOf(provider, config))} |`,
  );
  return ['| target | gets | risk | ended |', '|---|---|---|---|', ...rows].join('\n');
}

function targetOf(target: Binding['target']): string {
  const pairs = Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs
    .map(([name, value]) => code(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`))
    .join(', ');
}

/** More in a row than anybody reads: files with mistakes can be many. */
const MOST_ISSUES = 100;

export function issuesList(issues: readonly Issue[], decision: Decision, links: Links): string {
  const more = issues.length - MOST_ISSUES;
  const items = issues.slice(0, MOST_ISSUES).map((issue) => issueItem(issue, decision, links));
  return [...items, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n');
}

function issueItem(issue: Issue, decision: Decision, links: Links): string {
  const facts = [
    issue.found === null ? null : `found ${code(issue.found)}`,
    issue.expected === null ? null : `expected ${prose(issue.expected)}`,
    issue.fix === null ? null : `**${prose(issue.fix)}**`,
  ].filter((fact) => fact !== null);
  const place = permalink(`${issue.file}:${issue.line}`, decision, links);
  return `- ${issue.severity === 'warning' ? 'warning: ' : ''}${prose(issue.message)} (${place})${facts.length === 0 ? '' : `: ${facts.join('; ')}`}`;
}

const MARKS = { true: '✓', false: '✗', null: '?' } as const;

/** The whole tree of reasons, a claim a line. */
export function reasonsTree(decision: Decision, links: Links): string {
  return branches(decision.reasons, 0, decision, links).join('\n');
}

function branches(reasons: readonly Reason[], depth: number, decision: Decision, links: Links): readonly string[] {
  return reasons.flatMap(({ holds, message, place, because }) => {
    const where = place === null ? '' : ` (${permalink(place, decision, links)})`;
    const line = `${'  '.repeat(depth)}- ${MARKS[`${holds}`]} ${prose(message)}${where}`;
    return [line, ...branches(because, depth + 1, decision, links)];
  });
}

const PLACE = /^([A-Za-z0-9._/-]+):(\d+)$/;

/**
 * `policies/rules/databases.yaml:12`, at the commit that governs; what the pull request brings, at its head. A path with
 * characters that we do not expect is shown, not linked.
 */
function permalink(place: string, decision: Decision, links: Links): string {
  const [, path, line] = PLACE.exec(place) ?? [];
  if (path === undefined) return code(place);
  const isBrought = path.startsWith('requests/') || decision.pullKind === 'policy';
  const commit = isBrought ? decision.head : decision.governing;
  return `[${code(place)}](${links.repository}/blob/${commit}/${path}#L${line})`;
}

/** The next steps, the most useful first. */
export function nextSteps(decision: Decision): readonly string[] {
  switch (decision.verdict) {
    case 'allow':
      return decision.pullKind === 'policy'
        ? ['Merge it when its code owners have approved: it governs from then on.']
        : ['Nothing: it is merged by itself, unless your organisation merges by hand.'];
    case 'pending':
      return pendingSteps(decision);
    case 'deny':
      return [
        ...(decision.hint === null ? [] : [`${prose(decision.hint)}.`]),
        'Change the file in this branch and push: it is decided again at once.',
      ];
    case 'invalid':
      return ['Fix the lines named above and push: it is decided again at once.'];
    case 'fault':
      return ['Nothing: it is tried again by itself. `/gatepass retry` tries now.'];
  }
}

function pendingSteps(decision: Pending): readonly string[] {
  const asks = unfilled(decision.requirements).map(({ needed, filledBy, label }) => {
    const missing = needed - filledBy.length;
    return `${missing} more approving review${missing === 1 ? '' : 's'} from ${prose(label)}.`;
  });
  const blocks = blockers(decision).map(({ message }) => `First: ${prose(message)}.`);
  return [
    ...blocks,
    ...asks,
    ...digestSteps(decision),
    'Approvers: a line `limit: 1h` in the approving review shortens it.',
  ];
}

/** The line to paste: hexadecimal digits, so there is nothing in it to escape. */
function digestSteps(decision: Pending): readonly string[] {
  const [digest] = unfilled(decision.requirements).flatMap((requirement) => requirement.digest ?? []);
  return digest === undefined
    ? []
    : [
        `Approvers: read the file, then approve with this line in the review, or it does not count: \`digest: ${digest}\``,
      ];
}
