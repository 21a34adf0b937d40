import { describe, expect, it } from 'vitest';
import { annotationOf, parseCommand, parseFileCommand } from '../../../hub/actions/commands.ts';
import { createMasker } from '../../../hub/actions/mask.ts';
import { passesFilter } from '../../../hub/actions/ref-filter.ts';

describe('what a step says', () => {
  it('is read as an annotation with its place', () => {
    const command = parseCommand('::error file=a%2Cb.yaml,line=3,title=too long%3A 3d::first%0Asecond 100%25');
    expect(command).not.toBeNull();
    expect(command === null ? null : annotationOf(command)).toEqual({
      level: 'error',
      file: 'a,b.yaml',
      line: 3,
      title: 'too long: 3d',
      message: 'first\nsecond 100%',
    });
  });

  it('is only text when it is no command', () => {
    expect(parseCommand('a :: b ::')).toBeNull();
    expect(parseCommand('::not a command')).toBeNull();
  });

  it('is read from a file, with values of many lines', () => {
    expect(parseFileCommand('a=1\nb<<END\nx=1\n\ny\nEND\nc=\n')).toEqual({ a: '1', b: 'x=1\n\ny', c: '' });
    expect(() => parseFileCommand('b<<END\nx')).toThrow(/delimiter/);
    expect(() => parseFileCommand('nonsense')).toThrow(/invalid format/);
  });
});

describe('a masker', () => {
  it('hides whole values and each of their lines, and never nothing', () => {
    const masker = createMasker();
    ['', 'abc', 'abcdef', 'one\ntwo'].forEach(masker.add);
    expect(masker.hide('abcdef abc one and two')).toBe('*** *** *** and ***');
  });
});

describe('a push filter', () => {
  const filter = { branches: null, branchesIgnore: null, tags: null, paths: null, pathsIgnore: null };
  const changed =
    (...paths: string[]) =>
    async () =>
      paths;
  it.each([
    ['no filter', {}, 'refs/heads/any/thing', ['a'], true],
    ['a branch named', { branches: ['main'] }, 'refs/heads/main', ['a'], true],
    ['another branch', { branches: ['main'] }, 'refs/heads/main2', ['a'], false],
    ['a star that stops at a slash', { branches: ['release/*'] }, 'refs/heads/release/a/b', ['a'], false],
    ['two stars', { branches: ['release/**'] }, 'refs/heads/release/a/b', ['a'], true],
    ['a pattern taken back', { branches: ['**', '!gatepass/**'] }, 'refs/heads/gatepass/ledger', ['a'], false],
    ['a branch ignored', { branchesIgnore: ['gatepass/ledger'] }, 'refs/heads/gatepass/ledger', ['a'], false],
    ['a tag where branches are named', { branches: ['main'] }, 'refs/tags/v1', ['a'], false],
    ['a branch where tags are named', { tags: ['v*'] }, 'refs/heads/main', ['a'], false],
    ['a path that changed', { paths: ['requests/**'] }, 'refs/heads/main', ['requests/a/b.yaml'], true],
    ['no such path', { paths: ['requests/**'] }, 'refs/heads/main', ['README.md'], false],
    ['only ignored paths', { pathsIgnore: ['**/*.md'] }, 'refs/heads/main', ['README.md', 'docs/a.md'], false],
    ['a path beside ignored ones', { pathsIgnore: ['**/*.md'] }, 'refs/heads/main', ['README.md', 'a'], true],
  ])('with %s', async (_, given, ref, paths, expected) => {
    expect(await passesFilter({ ...filter, ...given }, ref, changed(...paths))).toBe(expected);
  });
});
