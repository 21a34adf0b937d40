/**
 * What may not stand in the text of any document, whatever YAML makes of it: too much of it, bytes that are not UTF-8,
 * and characters that a reviewer cannot see or that change what a reviewer sees (threats 34, 38 and 39).
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Issue } from './issue.ts';
import { issueAt, type Range, spanOf, type Words } from './yaml-document.ts';

/** 64 KiB, counted in UTF-8 bytes. */
export const MAX_BYTES = 65_536;

/** More of the same helps nobody. */
const MAX_ISSUES = 20;

export function bytesOf(text: string): number {
  return utf8ToBytes(text).length;
}

/** Every character of the source that is refused, at most twenty of them. */
export function textIssues(text: string, file: string): Issue[] {
  const issues: Issue[] = [];
  for (const match of text.matchAll(REFUSED)) {
    const character = match[0];
    if (issues.length === MAX_ISSUES) break;
    if (character === '\n' || character === '\r\n') continue;
    const range: Range = { start: match.index, end: match.index + character.length };
    issues.push(issueAt(spanOf(file, text, range), wordsFor(character, match.index)));
  }
  return issues;
}

/** The first refused character of a text that was written with escapes, such as `"\u202e"`. */
export function escapedIssue(decoded: string): Words | null {
  for (const [character] of decoded.matchAll(REFUSED)) {
    if (character !== '\n') return wordsFor(character, NOT_AT_START);
  }
  return null;
}

const NOT_AT_START = -1;

/**
 * Control (Cc) and format (Cf) characters, surrogates without their other half (Cs), line separators, the replacement
 * character, and letters that draw nothing.
 */
const REFUSED =
  /\r\n|\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\u{fffd}|\u{34f}|\u{115f}|\u{1160}|\u{17b4}|\u{17b5}|\u{3164}|\u{ffa0}/gu;

function wordsFor(character: string, index: number): Words {
  const name = codePointName(character);
  if (character === '\u{feff}' && index === 0) {
    return {
      code: 'yaml-byte-order-mark',
      message: 'the file begins with a byte order mark',
      found: name,
      expected: 'UTF-8 without a byte order mark',
      fix: 'save the file as UTF-8 without BOM',
    };
  }
  if (character === '\u{fffd}' || /^\p{Cs}$/u.test(character)) {
    return {
      code: 'yaml-encoding',
      message: 'the file is not valid UTF-8 here',
      found: name,
      expected: 'UTF-8',
      fix: 'save the file as UTF-8 and write this character again',
    };
  }
  if (character === '\t') {
    return {
      code: 'yaml-tab',
      message: 'tab characters are not used in these files',
      found: name,
      expected: 'spaces',
      fix: 'replace the tab with spaces',
    };
  }
  if (/^\p{Cc}$/u.test(character)) {
    return {
      code: 'yaml-control-character',
      message: 'a control character stands here',
      found: name,
      expected: 'text that can be seen',
      fix: 'remove the character',
    };
  }
  return {
    code: 'yaml-invisible-character',
    message: 'a character stands here that a reviewer cannot see',
    found: name,
    expected: 'text that can be seen, and reads in the order it is written',
    fix: 'remove the character',
  };
}

/** `U+202E`. */
export function codePointName(character: string): string {
  const code = character.codePointAt(0) as number;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
