/**
 * Reads one YAML 1.2 document, once: its value, the place of every part, and everything that is refused in it. Knows
 * nothing of what the document means.
 */
import { constructFromEvents, parseEvents, type YAMLException } from 'js-yaml';
import type { JsonObject } from '../json.ts';
import type { Issue, Parsed } from './issue.ts';
import { shown } from './shape-words.ts';
import { issueAt, type Span, sortIssues, spanOf, type Words, type YamlDocument } from './yaml-document.ts';
import { walkEvents } from './yaml-events.ts';
import { bytesOf, MAX_BYTES, textIssues } from './yaml-text.ts';
import { TOO_DEEP } from './yaml-words.ts';

/** The document, or every issue that stood in its way. `file` only names it in the issues. */
export function readYaml(text: string, file: string): Parsed<YamlDocument> {
  const { document, issues } = inspectYaml(text, file);
  return document === null || issues.length > 0 ? { ok: false, issues } : { ok: true, value: document, issues: [] };
}

/**
 * Like `readYaml`, but hands out the document even when something in it is refused, where it can be read all the same
 * (a tab, an invisible character), so that the issues of its fields are told in the same breath. With issues it must
 * not be used for anything else.
 */
export function inspectYaml(text: string, file: string): { document: YamlDocument | null; issues: readonly Issue[] } {
  const whole = { file, line: 1, column: 1, length: 1 };
  if (bytesOf(text) > MAX_BYTES)
    return { document: null, issues: [issueAt(whole, { ...TOO_LARGE, found: `${bytesOf(text)} bytes` })] };
  const characters = textIssues(text, file);
  const events = eventsOf(text, file);
  // A character that is refused by name explains a syntax error better than the parser does.
  if ('issue' in events) return { document: null, issues: characters.length > 0 ? characters : [events.issue] };
  const walked = walkEvents(events.events, text, file);
  const issues = sortIssues([...characters, ...walked.issues]);
  if (walked.documents > 1) issues.push(issueAt(secondDocument(text, file), SEVERAL));
  if (walked.documents > 1 || walked.issues.some((issue) => !CAN_BE_READ.has(issue.code))) {
    return { document: null, issues };
  }
  const [value] = constructFromEvents(events.events, { source: text, maxAliases: 0 });
  if (value === undefined || value === null) return { document: null, issues: [...issues, issueAt(whole, EMPTY)] };
  if (typeof value !== 'object' || Array.isArray(value)) {
    return { document: null, issues: [...issues, issueAt(whole, { ...NOT_A_MAPPING, found: shown(value) })] };
  }
  return { document: { file, text, value: value as JsonObject, ranges: walked.ranges }, issues };
}

/** Refused, but without an effect on the shape of the value. */
const CAN_BE_READ = new Set(['yaml-control-character', 'yaml-invisible-character']);

function eventsOf(text: string, file: string): { events: ReturnType<typeof parseEvents> } | { issue: Issue } {
  try {
    return { events: parseEvents(text, {}) };
  } catch (error) {
    const { reason, mark } = error as YAMLException;
    const start = Math.min(mark?.position as number, Math.max(0, text.trimEnd().length - 1));
    const span = spanOf(file, text, { start, end: start + 1 });
    return {
      issue: issueAt(
        span,
        reason.startsWith('nesting exceeded')
          ? { ...TOO_DEEP, found: 'more than 100 levels' }
          : { ...SYNTAX, found: reason },
      ),
    };
  }
}

/** The mark at which the second document begins: the first one that has something before it. */
function secondDocument(text: string, file: string): Span {
  const marks = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map((match) => match.index);
  const isHeadless =
    text
      .slice(0, marks[0])
      .replace(/^[#%].*/gm, '')
      .trim() !== '';
  const start = marks[isHeadless ? 0 : 1] ?? 0;
  return spanOf(file, text, { start, end: start + 3 });
}

const TOO_LARGE: Omit<Words, 'found'> = {
  code: 'yaml-too-large',
  message: 'the file is too large',
  expected: `at most ${MAX_BYTES} bytes`,
  fix: 'split it into several files',
};
const SEVERAL: Words = {
  code: 'yaml-several-documents',
  message: 'the file holds more than one document',
  found: '---',
  expected: 'one document a file',
  fix: 'put each document in a file of its own',
};
const EMPTY: Words = {
  code: 'yaml-empty',
  message: 'the file is empty',
  found: 'nothing',
  expected: 'a document with `apiVersion` and `kind`',
  fix: 'write the document, or delete the file',
};
const NOT_A_MAPPING: Omit<Words, 'found'> = {
  code: 'yaml-not-a-mapping',
  message: 'the document is not a set of fields',
  expected: 'fields such as `apiVersion: gatepass/v1`',
  fix: 'begin with `apiVersion: gatepass/v1` and `kind:`',
};
const SYNTAX: Omit<Words, 'found'> = {
  code: 'yaml-syntax',
  message: 'the file cannot be read as YAML here',
  expected: 'YAML 1.2',
  fix: 'check the indentation and the brackets; put quotes around text that contains `: `, ` #` or brackets',
};
