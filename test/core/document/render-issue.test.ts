import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../core/document/issue.ts';
import { renderIssue, visible } from '../../../core/document/render-issue.ts';

const ISSUE: Issue = {
  code: 'document-duration',
  severity: 'error',
  file: 'requests/a/b/c.yaml',
  line: 3,
  column: 11,
  length: 6,
  message: '`duration` is not a duration',
  found: '3 days',
  expected: 'such as `2h`',
  fix: 'write `3d`',
};
const SOURCE = 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 3 days\n';

describe('renderIssue', () => {
  it('shows the line with a marker, what was expected, and the fix', () => {
    expect(renderIssue(ISSUE, SOURCE)).toBe(`error[document-duration]: \`duration\` is not a duration
  --> requests/a/b/c.yaml:3:11
3 | duration: 3 days
  |           ^^^^^^
  = found: 3 days
  = expected: such as \`2h\`
  help: write \`3d\``);
  });

  it('does without what it does not have', () => {
    const issue: Issue = { ...ISSUE, severity: 'warning', found: null, expected: null, fix: null };
    const head = 'warning[document-duration]: `duration` is not a duration\n  --> requests/a/b/c.yaml:3:11';
    expect(renderIssue(issue, null)).toBe(head);
    expect(renderIssue(issue, 'one line')).toBe(head);
    expect(renderIssue(issue, '\n\n\n')).toBe(head);
  });

  it('lets nothing act on a terminal', () => {
    const esc = '\u001b[2J';
    const text = renderIssue(
      { ...ISSUE, file: `a${esc}`, message: esc, found: '\u202e', fix: 'a\nb' },
      `x\n\nduration: ${esc}`,
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(text).toContain('<U+001B>[2J');
    expect(text).toContain('help: a<U+000A>b');
  });

  it('marks where a character is shown by its number', () => {
    const [, , line, marker] = renderIssue({ ...ISSUE, line: 1, column: 3, length: 1 }, 'a\u200b\u200bc').split('\n');
    expect(line).toBe('1 | a<U+200B><U+200B>c');
    expect(marker).toBe(`  | ${' '.repeat(9)}${'^'.repeat(8)}`);
  });

  it('cuts a long line around the marker', () => {
    const source = `${'a'.repeat(300)}X${'b'.repeat(300)}`;
    const [, , line, marker] = renderIssue({ ...ISSUE, line: 1, column: 301, length: 1 }, source).split('\n');
    expect(line).toBe(`1 | …${'a'.repeat(20)}X${'b'.repeat(79)}…`);
    expect(marker?.indexOf('^')).toBe(line?.indexOf('X'));
  });

  it('marks one character at the end of a line', () => {
    expect(renderIssue({ ...ISSUE, line: 1, column: 4, length: 1 }, 'abc').split('\n')[3]).toBe('  |    ^');
  });

  it('does not repeat a secret', () => {
    const issue: Issue = { ...ISSUE, code: 'catalog-secret-value', found: '6 characters' };
    expect(renderIssue(issue, SOURCE)).not.toContain('3 days');
  });
});

describe('visible', () => {
  it('names the character', () => {
    expect(visible('a\u0000\ud800😀')).toBe('a<U+0000><U+D800>😀');
  });
});
