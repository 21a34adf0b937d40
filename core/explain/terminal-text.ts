/** A decision for a terminal: the same words as the comment, in columns and, if asked, in colour. */
import type { Issue } from '../document/issue.ts';
import type { Decision, Reason, RequirementStatus } from '../policy/decision.ts';
import { endingOf, endingText } from '../policy/ending.ts';
import { formatDuration } from '../time.ts';
import { plain } from './escape.ts';
import { verdictLine } from './verdict.ts';

const COLORS: Readonly<Record<Decision['verdict'], string>> = {
  allow: '32',
  pending: '33',
  deny: '31',
  invalid: '31',
  fault: '35',
};

/** Lines end in LF; nothing written by others can move the cursor or change a colour. */
export function terminalText(decision: Decision, { color }: { readonly color: boolean }): string {
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = [
    paint(`1;${COLORS[decision.verdict]}`, `${decision.verdict}: ${verdictLine(decision)}`),
    ...askedLines(decision),
    ...('issues' in decision ? decision.issues : []).flatMap(issueLines),
    ...('requirements' in decision ? decision.requirements : []).map(requirementLine),
    ...decision.reviews.map(
      ({ user, counts, why }) =>
        `  review by ${plain(user.login)}: ${counts ? 'counts' : 'does not count'}: ${plain(why)}`,
    ),
    ...reasonLines(decision.reasons, 1, paint),
    ...('hint' in decision && decision.hint !== null ? [`  hint: ${plain(decision.hint)}`] : []),
    ...decision.warnings.flatMap(issueLines),
  ];
  return `${lines.join('\n')}\n`;
}

function askedLines(decision: Decision): readonly string[] {
  const { asked } = decision;
  if (asked === null) return [];
  const { request } = asked;
  const length = request.kind === 'AccessRequest' ? `for ${formatDuration(request.duration)}` : 'once';
  const bindings = 'bindings' in decision ? decision.bindings : [];
  return [
    `  ${plain(asked.subject.name)} asks for ${asked.entitlement} of ${asked.resource}, ${length}: ${plain(request.reason)}`,
    ...bindings.map(
      ({ provider, zone, with: config }) =>
        `  ${plain(provider)} in ${plain(zone)}: ended ${endingText(endingOf(provider, config))}`,
    ),
  ];
}

function requirementLine({ label, needed, filledBy, candidates, source, digest }: RequirementStatus): string {
  const names = (people: readonly { readonly login: string }[]) => people.map(({ login }) => plain(login)).join(', ');
  const has = filledBy.length === 0 ? 'none yet' : names(filledBy);
  const open =
    filledBy.length < needed ? `; could approve: ${candidates.length === 0 ? 'nobody' : names(candidates)}` : '';
  const naming = digest === undefined ? '' : `, with the line \`digest: ${digest}\` in the review`;
  return `  needs ${needed} from ${plain(label)} (${plain(source)})${naming}: ${has}${open}`;
}

/** The look of a compiler's message: code, place, found, expected, fix. */
export function issueLines(issue: Issue): readonly string[] {
  return [
    `  ${issue.severity}[${issue.code}]: ${plain(issue.message)}`,
    `    --> ${plain(issue.file)}:${issue.line}:${issue.column}`,
    ...(issue.found === null ? [] : [`    found: ${plain(issue.found)}`]),
    ...(issue.expected === null ? [] : [`    expected: ${plain(issue.expected)}`]),
    ...(issue.fix === null ? [] : [`    fix: ${plain(issue.fix)}`]),
  ];
}

const MARKS = { true: ['32', '✓'], false: ['31', '✗'], null: ['35', '?'] } as const;

function reasonLines(
  reasons: readonly Reason[],
  depth: number,
  paint: (code: string, text: string) => string,
): readonly string[] {
  return reasons.flatMap((reason) => {
    const [code, mark] = MARKS[`${reason.holds}`];
    const place = reason.place === null ? '' : ` (${plain(reason.place)})`;
    const line = `${'  '.repeat(depth)}${paint(code, mark)} ${plain(reason.message)}${place}`;
    return [line, ...reasonLines(reason.because, depth + 1, paint)];
  });
}
