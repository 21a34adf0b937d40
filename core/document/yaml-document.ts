/** A YAML file as read: its value, and where in the text each part of it stands. */
import type { JsonObject } from '../json.ts';
import type { Place } from './documents.ts';
import type { Issue } from './issue.ts';
import type { IssueCode } from './issue-codes.ts';

/** Offsets into the text, in UTF-16 units; the end is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface NodeRanges {
  /** The key, for a field of a mapping. */
  readonly key: Range | null;
  readonly value: Range;
}

export interface YamlDocument {
  readonly file: string;
  readonly text: string;
  /** Plain JSON: no aliases, no tags, no key twice, no reserved keys. */
  readonly value: JsonObject;
  /** By JSON pointer (RFC 6901): `/rules/0/max`. The document itself is the empty pointer. */
  readonly ranges: ReadonlyMap<string, NodeRanges>;
}

/** A place with the number of characters that a marker there covers. */
export interface Span extends Place {
  readonly length: number;
}

/** One more step of a JSON pointer. */
export function pointer(base: string, ...steps: readonly (string | number)[]): string {
  return steps.reduce<string>((path, step) => `${path}/${String(step).replace(/~/g, '~0').replace(/\//g, '~1')}`, base);
}

/** The steps of a JSON pointer: `/rules/0` → `['rules', '0']`. */
export function stepsOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** The part of the document at a pointer; `undefined` where there is none. */
export function valueAt(document: YamlDocument, path: string): unknown {
  return stepsOf(path).reduce<unknown>((value, step) => {
    const record = value as Readonly<Record<string, unknown>>;
    return Object.hasOwn(record, step) ? record[step] : undefined;
  }, document.value);
}

/**
 * Where to point for a part of the document: at its key or its value. What is not there is pointed at by the key of the
 * mapping it is missing from, and the document itself by its first line.
 */
export function spanAt(document: YamlDocument, path: string, part: 'key' | 'value'): Span {
  const found = document.ranges.get(path);
  if (path === '' || found === undefined) {
    if (path === '') return { file: document.file, line: 1, column: 1, length: 1 };
    return spanAt(document, path.slice(0, path.lastIndexOf('/')), 'key');
  }
  return spanOf(document.file, document.text, part === 'key' && found.key !== null ? found.key : found.value);
}

/** The line and column of a range. A range over several lines is marked on its first. */
export function spanOf(file: string, text: string, range: Range): Span {
  const before = text.slice(0, range.start);
  const lines = before.split(LINE_BREAK);
  const marked = text.slice(range.start, range.end).split(LINE_BREAK, 1)[0] as string;
  const column = [...(lines.at(-1) as string)].length + 1;
  return { file, line: lines.length, column, length: Math.max(1, [...marked.trimEnd()].length) };
}

export const LINE_BREAK = /\r\n|\n|\r/;

/** What an issue says, apart from where. Every issue says what to do. */
export interface Words {
  readonly code: IssueCode;
  readonly message: string;
  readonly found: string | null;
  readonly expected: string;
  readonly fix: string;
  readonly severity?: 'error' | 'warning';
}

export function issueAt(span: Span, words: Words): Issue {
  return {
    code: words.code,
    severity: words.severity ?? 'error',
    file: span.file,
    line: span.line,
    column: span.column,
    length: span.length,
    message: words.message,
    found: words.found,
    expected: words.expected,
    fix: words.fix,
  };
}

/** By file, then by place: the order in which a person reads them. */
export function sortIssues(issues: readonly Issue[]): Issue[] {
  return [...issues].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
