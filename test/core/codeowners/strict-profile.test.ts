import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownersOf } from '../../../core/codeowners/owners.ts';
import { CODEOWNERS_MAX_BYTES, parseCodeowners } from '../../../core/codeowners/parse.ts';
import { strictProfile } from '../../../core/codeowners/strict-profile.ts';

const GOOD = '# who approves what\n* @acme/platform\n/requests/orders-db/ @acme/orders @alice_acme # both\n';
const issuesOf = (text: string, path = 'CODEOWNERS') =>
  strictProfile([{ path, text }]).map(({ code, line }) => `${line} ${code}`);

describe('what may govern', () => {
  it.each([
    ['the example organisation', readFileSync(new URL('../../../CODEOWNERS', import.meta.url), 'utf8')],
    ['a fallback and folders', GOOD],
    ['`**` as a whole segment and at the end', '* @a\n/requests/**/prod-*.yaml @b\n/policies/** @acme/c\n'],
    ['returns at the ends of lines, tabs', '* @a\r\n/b\t@c\r\n'],
  ])('%s', (_, text) => {
    expect(
      strictProfile([
        { path: 'README.md', text: '' },
        { path: 'CODEOWNERS', text },
      ]),
    ).toEqual([]);
  });

  it('nothing with mistakes by the thousand, of which the first fifty are said', () => {
    expect(issuesOf(`* @a\n${'b\n'.repeat(5_000)}`)).toHaveLength(50);
    expect(issuesOf(`* @a\n${'!b\n'.repeat(5_000)}`)).toHaveLength(50);
  });

  it.each(['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'])('the file may be `%s`', (path) => {
    expect(issuesOf(GOOD, path)).toEqual([]);
  });
});

describe('what may not', () => {
  it.each([
    ['an unanchored pattern', '* @a\nfoo @b\n', ['2 codeowners-pattern-anchor']],
    ['an inner slash alone', '* @a\nfoo/bar @b\n', ['2 codeowners-pattern-anchor']],
    ['a question mark', '* @a\n/f?o @b\n', ['2 codeowners-pattern-character']],
    ['an escape', '* @a\n/f\\ o @b\n', ['2 codeowners-pattern-character']],
    ['a letter beyond ASCII', '* @a\n/grüße @b\n', ['2 codeowners-pattern-character']],
    ['`**` within a name', '* @a\n/a**/b @b\n', ['2 codeowners-pattern-globstar']],
    ['`**/` at the end', '* @a\n/a/**/ @b\n', ['2 codeowners-pattern-globstar']],
    ['a dot segment', '* @a\n/a/../b @b\n', ['2 codeowners-pattern-never']],
    ['a line without owners', '* @a\n/a\n', ['2 codeowners-owner-missing']],
    ['a fallback without owners', '*\n', ['1 codeowners-owner-missing']],
    ['an e-mail address', '* a@example.com\n', ['1 codeowners-owner-form']],
    ['joined owners', '* @a@b\n', ['1 codeowners-owner-form', '1 codeowners-owner-joined']],
    ['no fallback', '/a @a\n', ['1 codeowners-fallback']],
    ['a fallback that comes later', '# c\n/a @a\n* @b\n', ['2 codeowners-fallback']],
    ['an empty file', '', ['1 codeowners-fallback']],
    ['a line that GitHub leaves out', '* @a\n/b oops\n', ['2 codeowners-owner-format']],
    ['text that runs backwards in a comment', '* @a # \u202e\n', ['1 codeowners-hidden-character']],
    [
      'a byte order mark',
      '\ufeff* @a\n',
      [
        '1 codeowners-fallback',
        '1 codeowners-hidden-character',
        '1 codeowners-pattern-anchor',
        '1 codeowners-pattern-character',
      ],
    ],
    ['a lone return', '* @a # x\r/policies/ @b\n', ['1 codeowners-hidden-character']],
    ['too large a file', `* @a\n#${'x'.repeat(CODEOWNERS_MAX_BYTES)}`, ['1 codeowners-too-large']],
  ])('%s', (_, text, expected) => {
    expect(issuesOf(text)).toEqual(expected);
  });

  it('no file', () => {
    expect(strictProfile([{ path: 'policies/people.yaml', text: '' }])).toMatchObject([
      { code: 'codeowners-missing', file: 'CODEOWNERS' },
    ]);
  });

  it('more than one file', () => {
    const both = ['CODEOWNERS', 'docs/CODEOWNERS', '.github/CODEOWNERS'].map((path) => ({ path, text: GOOD }));
    expect(strictProfile(both)).toMatchObject([
      { code: 'codeowners-several', file: 'CODEOWNERS', found: '`CODEOWNERS` beside `.github/CODEOWNERS`' },
      { code: 'codeowners-several', file: 'docs/CODEOWNERS' },
    ]);
  });

  it('a file whose name GitHub may not find', () => {
    expect(issuesOf(GOOD, '.github/codeowners')).toEqual(['1 codeowners-case']);
  });

  it('says where the hidden character stands', () => {
    const [issue] = strictProfile([{ path: 'CODEOWNERS', text: '* @a # 💣\u200b\n' }]);
    expect(issue).toMatchObject({ found: 'U+200B', line: 1, column: 9, severity: 'error' });
  });

  it('says everything that is wrong at once: a line that GitHub skips does not hide that the fallback is missing', () => {
    expect(issuesOf('/a oops\n/b @b\n')).toEqual(['1 codeowners-owner-format', '2 codeowners-fallback']);
  });

  it('says what stands first instead of the fallback, and what leads nowhere', () => {
    const issues = strictProfile([{ path: 'CODEOWNERS', text: '/./a @b\n' }]);
    expect(issues.map(({ code, found, expected, fix }) => [code, found, expected, fix])).toEqual([
      ['codeowners-fallback', '`/./a`', '`*` and its owners', 'begin with a line `* @organization/team`'],
      ['codeowners-pattern-never', '`/./a`', null, 'write the path from the root'],
    ]);
  });

  it('shows the owners of one line in their order', () => {
    const issues = strictProfile([{ path: 'CODEOWNERS', text: '* a@b.test c@d.test\n' }]);
    expect(issues.map(({ found }) => found)).toEqual(['`a@b.test`', '`c@d.test`']);
  });

  it('makes every issue an error', () => {
    const all = strictProfile([{ path: 'CODEOWNERS', text: '* @a@b\n' }]);
    expect(all.map(({ severity }) => severity)).toEqual(['error', 'error']);
  });
});

describe('what it promises', () => {
  const line = fc.tuple(
    fc.constantFrom('*', '/a', '/a/', '/a/*', '/**/b', '/a/**', 'a', '/', '/a**', '/[a]'),
    fc.constantFrom('@a', '@acme/b', '', 'a@example.com', 'oops', '@a @b'),
  );
  it('no path is unowned in a file that passes', () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('a', 'a/b', 'c/b', 'x/y/z'),
        (lines, path) => {
          const text = `* @a\n${lines.map((words) => words.join(' ')).join('\n')}\n`;
          if (strictProfile([{ path: 'CODEOWNERS', text }]).length > 0) return;
          passed += 1;
          expect(ownersOf(parseCodeowners(text), path).owners).not.toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
    expect(passed).toBeGreaterThan(20);
  });
});
