/**
 * What an access repository demands of its CODEOWNERS file. GitHub's own reading fails open in places (a skipped line,
 * a file too large, a second file that shadows the first) and leaves others undocumented; here each of these is an
 * error, so that a governed path is never unowned by accident. Whether the owners exist is not known here.
 */
import { firstErrors, type Issue } from '../document/issue.ts';
import { CODEOWNERS_LOCATIONS } from './locate.ts';
import { type CodeownersRule, parseCodeowners } from './parse.ts';

interface File {
  readonly path: string;
  readonly text: string;
}

/** The first issues of each file; none: the file may govern. Files that are no CODEOWNERS file are passed over. */
export function strictProfile(files: readonly File[]): Issue[] {
  const locations = CODEOWNERS_LOCATIONS.map((location) => location.toLowerCase());
  const found = files.filter(({ path }) => locations.includes(path.toLowerCase()));
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const [file, ...others] = found;
  if (file === undefined) return [missing()];
  return [...others.map((other) => several(other.path, file.path)), ...found.flatMap(fileIssues)];
}

const missing = (): Issue =>
  issue('CODEOWNERS', 1, 'codeowners-missing', 'there is no CODEOWNERS file, so nobody owns anything', {
    expected: CODEOWNERS_LOCATIONS.map((location) => `\`${location}\``).join(', or '),
    fix: 'add a file `CODEOWNERS` whose first line is `* @organization/team`',
  });

const several = (path: string, first: string): Issue =>
  issue(path, 1, 'codeowners-several', 'there is more than one CODEOWNERS file, and GitHub uses only one', {
    found: `\`${path}\` beside \`${first}\``,
    fix: 'keep one of them',
  });

function fileIssues({ path, text }: File): Issue[] {
  const { rules, issues } = parseCodeowners(text, path);
  // What GitHub passes over in silence is an error here.
  const all = issues.map((each): Issue => ({ ...each, severity: 'error' }));
  if (!CODEOWNERS_LOCATIONS.some((location) => location === path)) all.push(wrongCase(path));
  if (issues.every(({ code }) => code !== 'codeowners-too-large')) all.push(...fallbackIssues(path, rules));
  all.push(...hiddenCharacters(path, text), ...firstErrors(allRuleIssues(path, rules)));
  return firstErrors(all.sort((a, b) => a.line - b.line || (a.code < b.code ? -1 : 1)));
}

const wrongCase = (path: string): Issue =>
  issue(path, 1, 'codeowners-case', 'the name is not written as GitHub looks for it', {
    found: `\`${path}\``,
    expected: CODEOWNERS_LOCATIONS.map((location) => `\`${location}\``).join(', or '),
    fix: 'write CODEOWNERS in capitals, its folder in small letters',
  });

/** With `*` first and owners on every line, no path can be unowned. */
function fallbackIssues(file: string, rules: readonly CodeownersRule[]): Issue[] {
  const first = rules[0];
  if (first?.pattern === '*') return [];
  return [
    issue(file, first?.line ?? 1, 'codeowners-fallback', 'the first line is not the fallback for every path', {
      found: first === undefined ? null : `\`${first.pattern}\``,
      expected: '`*` and its owners',
      fix: 'begin with a line `* @organization/team`',
    }),
  ];
}

/** Format and control characters make a line read otherwise than it is: `\u202e`, zero width, a lone return. */
function hiddenCharacters(file: string, text: string): Issue[] {
  return text.split('\n').flatMap((line, at) => {
    const match = /(?![\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(line.replace(/\r$/, ''));
    if (match === null) return [];
    const found = `U+${(match[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
    const hidden = issue(file, at + 1, 'codeowners-hidden-character', 'the line holds a character that is not seen', {
      found,
      fix: 'remove it',
    });
    return [{ ...hidden, column: [...line.slice(0, match.index)].length + 1 }];
  });
}

function* allRuleIssues(file: string, rules: readonly CodeownersRule[]): Generator<Issue> {
  for (const rule of rules) yield* ruleIssues(file, rule);
}

function ruleIssues(file: string, { pattern, owners, line }: CodeownersRule): Issue[] {
  const found = `\`${pattern}\``;
  const all: Issue[] = [];
  if (pattern !== '*' && !pattern.startsWith('/')) {
    const message = 'the pattern is not anchored at the root, so it also matches in other folders';
    const fix = `write \`/${pattern}\``;
    all.push(
      issue(file, line, 'codeowners-pattern-anchor', message, { found, expected: '`*`, or a leading `/`', fix }),
    );
  }
  if (!/^[A-Za-z0-9._/*-]+$/.test(pattern)) {
    const expected = 'letters, digits and `. _ / * -`';
    const fix = 'match other characters with `*`';
    const message = 'the pattern has a character whose meaning is not certain';
    all.push(issue(file, line, 'codeowners-pattern-character', message, { found, expected, fix }));
  }
  if (!hasPlainGlobstars(pattern)) {
    const expected = 'a whole segment inside the pattern, or `/**` at its end';
    const message = '`**` stands where its meaning is not certain';
    const fix = 'use `*` within a name; end with `/` for everything below';
    all.push(issue(file, line, 'codeowners-pattern-globstar', message, { found, expected, fix }));
  }
  if (pattern.split('/').some((segment) => segment === '.' || segment === '..')) {
    const message = 'this pattern never matches anything';
    all.push(issue(file, line, 'codeowners-pattern-never', message, { found, fix: 'write the path from the root' }));
  }
  if (owners.length === 0) {
    const message = 'a line without owners makes its paths nobody’s';
    all.push(
      issue(file, line, 'codeowners-owner-missing', message, { found, fix: 'name an owner, or remove the line' }),
    );
  }
  for (const owner of owners) {
    if (/^@[A-Za-z0-9][A-Za-z0-9_-]*(\/[A-Za-z0-9][A-Za-z0-9_-]*)?$/.test(owner)) continue;
    const expected = '`@user` or `@organization/team`';
    const message = 'the owner is not an account or a team';
    const fix = 'name the account, or better a team';
    all.push(issue(file, line, 'codeowners-owner-form', message, { found: `\`${owner}\``, expected, fix }));
  }
  return all;
}

function hasPlainGlobstars(pattern: string): boolean {
  return !pattern.endsWith('**/') && pattern.split('/').every((segment) => segment === '**' || !segment.includes('**'));
}

function issue(file: string, line: number, code: string, message: string, more: Partial<Issue>): Issue {
  return {
    code,
    severity: 'error',
    file,
    line,
    column: 1,
    length: 1,
    message,
    found: null,
    expected: null,
    fix: null,
    ...more,
  };
}
