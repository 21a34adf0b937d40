import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODEOWNERS_MAX_BYTES, parseCodeowners, parseRule } from '../../../core/codeowners/parse.ts';

describe('one line', () => {
  it.each([
    ['a comment after the owners', 'file.txt @user # c', 'file.txt', ['@user']],
    ['spaces around', ' pattern @user ', 'pattern', ['@user']],
    ['no owners', 'pattern', 'pattern', []],
    ['no owners and a comment', 'pattern # x', 'pattern', []],
    ['a parenthesis', 'file(1.txt @user', 'file(1.txt', ['@user']],
    ['a bar', 'foo|bar @org/team', 'foo|bar', ['@org/team']],
    ['escaped brackets', 'nameWith\\[b\\] @org/team', 'nameWith\\[b\\]', ['@org/team']],
    ['rule 6: tabs and several spaces', '\t/a \t  @one\t@two  ', '/a', ['@one', '@two']],
    ['rule 6: a return at the end of the line', '/a @one\r', '/a', ['@one']],
    ['rule 7: an escaped space', 'foo/b\\ ar.py @one', 'foo/b\\ ar.py', ['@one']],
    ['rule 7: an escaped backslash before the owners', 'a\\\\ @one', 'a\\\\', ['@one']],
    ['rule 5: a comment that touches the owner', '/a @one#two', '/a', ['@one']],
    ['rule 22: an e-mail address', '*.go docs+x@mail.example.com', '*.go', ['docs+x@mail.example.com']],
    ['rule 8: an escaped `#` within a pattern', '/a\\#b @one', '/a\\#b', ['@one']],
    ['rule 10: letters beyond ASCII', '/grüße/ @one', '/grüße/', ['@one']],
  ])('stands: %s', (_, line, pattern, owners) => {
    expect(parseRule(line)).toEqual({ rule: { pattern, owners }, findings: [] });
  });

  it.each([
    [
      'an owner without its sign',
      'file.txt missing-at-sign',
      'codeowners-owner-format',
      10,
      'did you mean `@missing-at-sign`?',
    ],
    ['two words', 'malformed rule', 'codeowners-owner-format', 11, 'did you mean `@rule`?'],
    ['nothing', '', 'codeowners-rule-empty', 1, 'write a pattern'],
    ['an owner with a wrong character', '/a @on$e', 'codeowners-owner-format', 4, 'correct the name'],
    ['an address without a domain', '/a one@localhost', 'codeowners-owner-format', 4, 'correct the name'],
    ['a sign alone', '/a @', 'codeowners-owner-format', 4, 'correct the name'],
    ['half of a joined owner', '/a @one@', 'codeowners-owner-format', 4, 'correct the name'],
    ['a backslash at the end', '/a\\', 'codeowners-pattern-escape', 1, 'remove the backslash'],
    [
      'rule 8: an escaped `#` at the start',
      '\\#a @one',
      'codeowners-pattern-hash',
      1,
      'match it with `?`, or put a space before a comment',
    ],
    [
      'rule 8: a `#` in the path',
      '/a#b @one',
      'codeowners-pattern-hash',
      1,
      'match it with `?`, or put a space before a comment',
    ],
    [
      'rule 9: a negation',
      '!/a @one',
      'codeowners-pattern-negation',
      1,
      'add a later line without owners for what is to be left out',
    ],
    [
      'rule 10: a range',
      '*.[ch] @one',
      'codeowners-pattern-range',
      1,
      'write one line for each case; a backslash makes a bracket an ordinary character',
    ],
    [
      'rule 19: three stars',
      '/a/*** @one',
      'codeowners-pattern-stars',
      1,
      'use `*` within a name, or `**` for any number of folders',
    ],
    ['rule 20: a slash alone', '/ @one', 'codeowners-pattern-never', 1, 'did you mean `*`?'],
    ['rule 20: an empty segment', '/ä//b @one', 'codeowners-pattern-never', 1, 'remove one slash'],
    [
      'a control character',
      '  /a\u0000b @one',
      'codeowners-pattern-control',
      3,
      'remove the character; it may be invisible in an editor',
    ],
    [
      'rule 27: a section of GitLab',
      '[Docs] @one',
      'codeowners-pattern-range',
      1,
      'write one line for each case; a backslash makes a bracket an ordinary character',
    ],
    [
      'rule 27: an optional section of GitLab',
      '^[Docs]',
      'codeowners-pattern-range',
      1,
      'write one line for each case; a backslash makes a bracket an ordinary character',
    ],
  ])('is left out: %s', (_, line, code, column, fix) => {
    const { rule, findings } = parseRule(line);
    expect(rule).toBeNull();
    expect(findings).toMatchObject([{ code, severity: 'error', column, fix }]);
  });

  it('rule 22: joined owners stand, name nobody, and are reported', () => {
    const { rule, findings } = parseRule('/a @one@acme/two');
    expect(rule).toEqual({ pattern: '/a', owners: ['@one@acme/two'] });
    expect(findings).toEqual([
      {
        code: 'codeowners-owner-joined',
        severity: 'warning',
        column: 4,
        length: 13,
        message: 'owners that are joined name nobody',
        found: '`@one@acme/two`',
        expected: null,
        fix: 'separate the owners: `@one @acme/two`',
      },
    ]);
  });

  it('says what an owner looks like', () => {
    expect(parseRule('/a x').findings[0]).toMatchObject({
      found: '`x`',
      length: 1,
      expected: '`@user`, `@organization/team` or an e-mail address',
    });
  });
});

it('a line without a pattern has nothing to show', () => {
  expect(parseRule('  ').findings).toMatchObject([{ code: 'codeowners-rule-empty', found: null, length: 1 }]);
});

describe('a file', () => {
  it('rule 4: leaves out an invalid line and keeps the rest', () => {
    const { rules, issues } = parseCodeowners('* @one\n/b oops\n/c @two\n', '.github/CODEOWNERS');
    expect(rules).toEqual([
      { pattern: '*', owners: ['@one'], line: 1 },
      { pattern: '/c', owners: ['@two'], line: 3 },
    ]);
    expect(issues).toMatchObject([{ code: 'codeowners-owner-format', file: '.github/CODEOWNERS', line: 2, column: 4 }]);
  });

  it('rule 5: passes over blank lines and comments', () => {
    const { rules, issues } = parseCodeowners('\n \t\r\n# one\n  # two\n* @one');
    expect(rules).toEqual([{ pattern: '*', owners: ['@one'], line: 5 }]);
    expect(issues).toEqual([]);
  });

  it('has no rules when empty', () => {
    expect(parseCodeowners('')).toMatchObject({ file: 'CODEOWNERS', rules: [], issues: [] });
  });

  const fill = (size: number) => `* @one\n#${'x'.repeat(size - 8)}`;

  it('rule 3: is loaded up to 3 MB', () => {
    expect(parseCodeowners(fill(CODEOWNERS_MAX_BYTES)).rules).toHaveLength(1);
  });

  it('rule 3: is not loaded above 3 MB, counted in bytes', () => {
    const over = parseCodeowners(fill(CODEOWNERS_MAX_BYTES + 1));
    expect(over.rules).toEqual([]);
    expect(over.index.last('a')).toBeNull();
    expect(over.issues).toMatchObject([
      { code: 'codeowners-too-large', line: 1, found: `${CODEOWNERS_MAX_BYTES + 1} bytes` },
    ]);
    expect(parseCodeowners(`* @one\n#${'ä'.repeat(CODEOWNERS_MAX_BYTES / 2)}`).rules).toEqual([]);
  });

  it('never throws, and numbers its lines', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        '/',
        '*',
        '?',
        '\\',
        ' ',
        '\t',
        '\n',
        '#',
        '!',
        '[',
        ']',
        '@',
        '\ud800',
        '\u0000',
        '💣',
      ),
    });
    fc.assert(
      fc.property(text, (any) => {
        const { rules, issues, index } = parseCodeowners(any);
        const lines = any.split('\n').length;
        for (const { line } of [...rules, ...issues]) expect(line >= 1 && line <= lines).toBe(true);
        index.last('a/b');
      }),
      { numRuns: 2000 },
    );
  });
});
