/**
 * Reads a CODEOWNERS file the way GitHub does: a line that cannot be understood is skipped and reported, the rest
 * applies, and a file that is too large is not loaded at all. It does not know whether an owner exists, nor what an
 * access repository should demand of the file (`strict-profile.ts` does).
 *
 * Source: GitHub, "About code owners".
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Issue } from '../document/issue.ts';
import { createIndex, type RuleIndex } from './rule-index.ts';

/** One line that takes part: a pattern and who owns what it matches. No owners: it clears ownership. */
export interface CodeownersRule {
  /** As written, escapes included. */
  readonly pattern: string;
  /** As written: `@user`, `@org/team` or an e-mail address. Names compare without regard to case. */
  readonly owners: readonly string[];
  /** From 1. */
  readonly line: number;
}

export interface Codeowners {
  readonly file: string;
  readonly rules: readonly CodeownersRule[];
  /** Errors: lines (or the whole file) that GitHub leaves out. Warnings: lines that stand, but not as they look. */
  readonly issues: readonly Issue[];
  /** Finds the last rule that matches a path, in time that does not grow with the number of rules. */
  readonly index: RuleIndex<CodeownersRule>;
}

/** GitHub does not load a larger file, and then nobody owns anything. In bytes of UTF-8. */
export const CODEOWNERS_MAX_BYTES = 3 * 1024 * 1024;

/** Never throws. `file` is only said in issues. */
export function parseCodeowners(text: string, file = 'CODEOWNERS'): Codeowners {
  const bytes = utf8ToBytes(text.toWellFormed()).length;
  if (bytes > CODEOWNERS_MAX_BYTES) {
    return { file, rules: [], issues: [tooLarge(file, bytes)], index: createIndex([]) };
  }
  const rules: CodeownersRule[] = [];
  const issues: Issue[] = [];
  text.split('\n').forEach((written, at) => {
    const content = written.replace(/^[ \t\r]+/, '');
    if (content === '' || content.startsWith('#')) return;
    const read = parseRule(written);
    if (read.rule !== null) rules.push({ ...read.rule, line: at + 1 });
    for (const found of read.findings) issues.push({ ...found, file, line: at + 1 });
  });
  return { file, rules, issues, index: createIndex(rules) };
}

function tooLarge(file: string, bytes: number): Issue {
  return {
    code: 'codeowners-too-large',
    severity: 'error',
    file,
    line: 1,
    column: 1,
    length: 1,
    message: 'the file is too large, so GitHub does not load it and nobody owns anything',
    found: `${bytes} bytes`,
    expected: `at most ${CODEOWNERS_MAX_BYTES} bytes`,
    fix: 'replace many narrow lines by a few wide ones',
  };
}

/** An issue that does not know its file and line yet. */
type Finding = Omit<Issue, 'file' | 'line'>;

export interface ParsedRule {
  /** `null`: the line is left out. */
  readonly rule: Omit<CodeownersRule, 'line'> | null;
  readonly findings: readonly Finding[];
}

/** One line: a pattern, then owners, then perhaps a comment. */
export function parseRule(line: string): ParsedRule {
  const pattern = readPattern(line);
  if ('code' in pattern) return { rule: null, findings: [pattern] };
  const owners: string[] = [];
  const findings: Finding[] = [];
  for (const word of wordsFrom(line, pattern.end)) {
    const kind = ownerKind(word.text);
    if (kind === 'malformed') return { rule: null, findings: [malformedOwner(line, word)] };
    if (kind === 'nobody') findings.push(nobody(line, word));
    owners.push(word.text);
  }
  return { rule: { pattern: pattern.text, owners }, findings };
}

interface Word {
  readonly text: string;
  /** UTF-16 offsets in the line. */
  readonly start: number;
  readonly end: number;
}

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\t' || char === '\r';

/** Up to the first space that no backslash escapes. */
function readPattern(line: string): Word | Finding {
  let start = 0;
  while (isSpace(line[start])) start += 1;
  let end = start;
  while (end < line.length && !isSpace(line[end])) end += line[end] === '\\' ? 2 : 1;
  const word = { text: line.slice(start, end), start, end };
  return patternProblem(line, word) ?? word;
}

/** What GitHub cannot match, or documents as not working. `null`: the pattern is fine. */
function patternProblem(line: string, word: Word): Finding | null {
  const { text, end } = word;
  if (text === '') return problem(line, word, 'codeowners-rule-empty', 'the line has no pattern', 'write a pattern');
  if (end > line.length) {
    return problem(line, word, 'codeowners-pattern-escape', 'a backslash ends the line', 'remove the backslash');
  }
  if (text.startsWith('!')) {
    const fix = 'add a later line without owners for what is to be left out';
    return problem(line, word, 'codeowners-pattern-negation', 'patterns cannot be negated with `!`', fix);
  }
  const bare = text.replace(/\\./gsu, 'x');
  if (text.startsWith('\\#') || bare.includes('#')) {
    const fix = 'match it with `?`, or put a space before a comment';
    return problem(line, word, 'codeowners-pattern-hash', 'a pattern cannot contain `#`', fix);
  }
  if (/[[\]]/u.test(bare)) {
    const fix = 'write one line for each case; a backslash makes a bracket an ordinary character';
    return problem(line, word, 'codeowners-pattern-range', 'character ranges with `[ ]` do not work', fix);
  }
  if (bare.includes('***')) {
    const fix = 'use `*` within a name, or `**` for any number of folders';
    return problem(line, word, 'codeowners-pattern-stars', 'three `*` in a row mean nothing', fix);
  }
  if (text === '/' || bare.includes('//')) {
    const fix = text === '/' ? 'did you mean `*`?' : 'remove one slash';
    return problem(line, word, 'codeowners-pattern-never', 'this pattern never matches anything', fix);
  }
  if (/\p{Cc}/u.test(text)) {
    const fix = 'remove the character; it may be invisible in an editor';
    return problem(line, word, 'codeowners-pattern-control', 'a pattern cannot contain control characters', fix);
  }
  return null;
}

/** Words from an offset up to a comment. */
function wordsFrom(line: string, from: number): Word[] {
  const words: Word[] = [];
  const hash = line.indexOf('#', from);
  const until = hash < 0 ? line.length : hash;
  let start = from;
  while (start < until) {
    let end = start;
    while (end < until && !isSpace(line[end])) end += 1;
    if (end > start) words.push({ text: line.slice(start, end), start, end });
    start = end + 1;
  }
  return words;
}

const USER = /^@[A-Za-z0-9_-]+$/;
const TEAM = /^@[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/;
const EMAIL = /^[A-Za-z0-9._'%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/**
 * `nobody`: joined by accident, as in `@alice@bob`. GitHub does not flag it, so the line stands and wins over earlier
 * ones, although nobody can approve for it.
 */
function ownerKind(text: string): 'user' | 'team' | 'email' | 'nobody' | 'malformed' {
  if (USER.test(text)) return 'user';
  if (TEAM.test(text)) return 'team';
  if (EMAIL.test(text)) return 'email';
  const parts = text.split('@').slice(1);
  return text.startsWith('@') &&
    parts.length > 1 &&
    parts.every((part) => USER.test(`@${part}`) || TEAM.test(`@${part}`))
    ? 'nobody'
    : 'malformed';
}

function malformedOwner(line: string, word: Word): Finding {
  const fix = word.text.includes('@') ? 'correct the name' : `did you mean \`@${word.text}\`?`;
  return { ...problem(line, word, 'codeowners-owner-format', 'this is not an owner', fix), expected: OWNER_FORMS };
}

const OWNER_FORMS = '`@user`, `@organization/team` or an e-mail address';

function nobody(line: string, word: Word): Finding {
  const fix = `separate the owners: \`${word.text
    .slice(1)
    .split('@')
    .map((name) => `@${name}`)
    .join(' ')}\``;
  return {
    ...problem(line, word, 'codeowners-owner-joined', 'owners that are joined name nobody', fix),
    severity: 'warning',
  };
}

function problem(line: string, word: Word, code: string, message: string, fix: string): Finding {
  return {
    code,
    severity: 'error',
    column: [...line.slice(0, word.start)].length + 1,
    length: Math.max(1, [...word.text].length),
    message,
    found: word.text === '' ? null : `\`${word.text}\``,
    expected: null,
    fix,
  };
}
