/**
 * An issue as a block of plain text, the same for the check, the comment and the terminal: what is wrong, where, the
 * line itself with a marker below, what was expected, what to do. What a person wrote is shown, never interpreted.
 */
import type { Issue } from './issue.ts';
import { LINE_BREAK } from './yaml-document.ts';
import { codePointName } from './yaml-text.ts';

/** `source` is the text of the file; `null` when it is not at hand, or is not a text. No line break at the end. */
export function renderIssue(issue: Issue, source: string | null): string {
  const place = `${visible(issue.file)}:${issue.line}:${issue.column}`;
  return [
    `${issue.severity}[${issue.code}]: ${visible(issue.message)}`,
    `  --> ${place}`,
    ...markedLine(issue, source),
    ...(issue.found === null ? [] : [`  = found: ${visible(issue.found)}`]),
    ...(issue.expected === null ? [] : [`  = expected: ${visible(issue.expected)}`]),
    ...(issue.fix === null ? [] : [`  help: ${visible(issue.fix)}`]),
  ].join('\n');
}

/** What these mark is not repeated: the words are shown in comments and kept in logs. */
const SECRET = new Set(['catalog-secret-value', 'catalog-secret-name']);

/** The widest line that is shown; the rest of a longer one is cut around the marker. */
const WIDTH = 100;

function markedLine(issue: Issue, source: string | null): string[] {
  const line = source?.split(LINE_BREAK)[issue.line - 1];
  if (line === undefined || line.trim() === '') return [];
  const secret = SECRET.has(issue.code);
  const end = issue.column - 1 + issue.length;
  const characters = [...line].map((character, index) =>
    secret && index >= issue.column - 1 && index < end ? '*' : visible(character),
  );
  const start = issue.column - 1;
  const from = Math.max(0, Math.min(start - 20, characters.length - WIDTH));
  const shown = characters.slice(from, from + WIDTH);
  const marked = shown.slice(start - from, start - from + issue.length).join('');
  const before = shown.slice(0, start - from).join('');
  const number = String(issue.line);
  const cut = [from > 0 ? '…' : '', from + WIDTH < characters.length ? '…' : ''] as const;
  return [
    `${number} | ${cut[0]}${shown.join('')}${cut[1]}`,
    `${' '.repeat(number.length)} | ${' '.repeat(cut[0].length + [...before].length)}${'^'.repeat(Math.max(1, [...marked].length))}`,
  ];
}

/** Control, format and broken characters by their number, so that none of them acts on a terminal or hides. */
export function visible(text: string): string {
  return text.replace(ACTS, (character) => `<${codePointName(character)}>`);
}

const ACTS = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu;
