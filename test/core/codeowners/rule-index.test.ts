import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndex } from '../../../core/codeowners/rule-index.ts';

const matches = (pattern: string, path: string): boolean => createIndex([{ pattern }]).last(path) !== null;

/**
 * Pattern, paths that match, paths that do not. Sources: GitHub's documentation, and the behaviour that the tests of
 * hmarr/codeowners (MIT) and sbdchd/codeowners (MIT) agree on.
 */
const CASES: readonly (readonly [pattern: string, matching: string, other: string])[] = [
  ['foo', 'foo | foo/bar | bar/foo | bar/foo/baz', 'foo.txt | bar/baz'],
  ['/foo', 'foo | foo/bar | foo/bar/baz', 'fool.txt | bar/foo'],
  ['foo/', 'foo/bar | bar/foo/baz', 'foo | bar/foo'],
  ['/foo/', 'foo/bar | foo/bar/baz', 'foo | bar/foo/baz'],
  ['foo/bar', 'foo/bar | foo/bar/baz', 'foo/bart | baz/foo/bar'],
  ['foo/bar/', 'foo/bar/baz', 'foo/bar | baz/foo/bar/qux'],
  ['*', 'foo | bar/foo/baz | .github/CODEOWNERS', ''],
  ['f*', 'foo | foo/bar | bar/foo/baz', 'xfoo | bar/baz'],
  ['/*', 'foo', 'foo/bar | foo/bar/baz'],
  ['/f*', 'foo | foo/bar/baz', 'bar/foo | xfoo'],
  ['f*/', 'foo/bar | bar/foo/baz', 'foo | bar/foo'],
  ['/*/', 'foo/bar | bar/foo/baz', 'foo'],
  ['f\\*o', 'f*o', 'foo'],
  ['foo/*', 'foo/bar', 'foo | foo/bar/baz | bar/foo/baz'],
  ['foo/*.txt', 'foo/bar.txt', 'foo/bar/baz.txt | qux/foo/bar.txt'],
  ['foo/*/baz', 'foo/bar/baz | foo/bar/baz/qux', 'foo/baz'],
  ['f?o', 'foo', 'fo | fooo'],
  ['f\\?o', 'f?o', 'foo'],
  ['**/foo/bar', 'foo/bar | qux/foo/bar/baz', 'foo/baz/bar | notfoo/bar'],
  ['**/*bar*', 'bar | foo/rebar | foo/qux/bar', ''],
  ['foo/bar/**', 'foo/bar/baz/qux', 'foo/bar | qux/foo/bar/baz'],
  ['foo/**/bar', 'foo/bar | foo/qux/quux/bar/baz', 'qux/foo/bar | foo/notbar'],
  ['foo/**/bar/b*', 'foo/qux/bar/baz', 'foo/bar/qux'],
  ['services/foo:bar/**/*', 'services/foo:bar/baz.json', 'services/foo-bar/baz.json'],
  ['*.go', 'foo.go | bar/foo.go', 'forgo'],
  ['foo/b\\ ar.py', 'foo/b ar.py', 'foo/bar.py'],
  ['bar{foo}.log', 'bar{foo}.log', 'barf'],
  ['*.yaml', 'x.yaml/evil', ''],
  ['/requests/**/prod-*.yaml', 'requests/prod-a.yaml | requests/x/y/prod-a.yaml', ''],
  ['/Requests/', '', 'requests/a.yaml'],
];

const pathsOf = (list: string): string[] => (list === '' ? [] : list.split(' | '));
const PAIRS = CASES.flatMap(([pattern, matching, other]) => [
  ...pathsOf(matching).map((path) => ({ pattern, path, isMatch: true })),
  ...pathsOf(other).map((path) => ({ pattern, path, isMatch: false })),
]);

describe('pattern and path', () => {
  it('has all 94 pairs', () => {
    expect(PAIRS).toHaveLength(94);
  });

  it.each(PAIRS)('`$pattern` on `$path`: $isMatch', ({ pattern, path, isMatch }) => {
    expect(matches(pattern, path)).toBe(isMatch);
  });
});

describe('the rules between segments', () => {
  it.each([
    ['rule 14: no slash matches at any depth', 'foo', 'a/b/foo', true],
    ['rule 14: only a trailing slash matches at any depth', 'foo/', 'a/b/foo/c', true],
    ['rule 14: an inner slash anchors', 'a/foo', 'b/a/foo', false],
    ['rule 15: a final name matches everything below', '/apps', 'apps/a/b/c', true],
    ['rule 15: a final name matches the file', '/apps', 'apps', true],
    ['rule 16: a trailing slash does not match a file', '/apps/', 'apps', false],
    ['rule 17: a star does not cross a slash', '/a*c', 'a/c', false],
    ['rule 17: a question mark does not match a slash', '/a?c', 'a/c', false],
    ['rule 17: a star as a whole segment needs a character', '/a/*', 'a/', false],
    ['rule 18: a final star is not recursive', '/a/*', 'a/b/c', false],
    ['rule 18: a name with a star is recursive', '/f*', 'foo/bar', true],
    ['rule 19: leading `**/` matches the root too', '**/a', 'a', true],
    ['rule 19: `/**/` stands for no folder', '/a/**/b', 'a/b', true],
    ['rule 19: `/**/` stands for several folders', '/a/**/b', 'a/x/y/b', true],
    ['rule 19: `/**/` twice in a row is one', '/a/**/**/b', 'a/x/y/b', true],
    ['rule 19: trailing `/**` matches below', '/a/**', 'a/b/c', true],
    ['rule 19: trailing `/**` does not match the folder itself', '/a/**', 'a', false],
    ['rule 19: `/**` alone matches everything', '/**', 'a/b', true],
    ['rule 19: `**` alone matches everything', '**', 'a', true],
    ['`/**/` before a trailing slash asks for no more than `/**`', 'foo/**/', 'foo/bar', true],
    ['rule 21: upper and lower case differ', '/README', 'readme', false],
    ['a suffix longer than the segment', '*.production', 'x.go', false],
    ['a suffix as long as the segment', '*.go', '.go', true],
    ['a glob in the middle stands for one folder, not for several', '/f?o/a', 'foo/x/a', false],
    ['the same glob in two places', '/a?/**/a?', 'ab/x/ac', true],
  ])('%s', (_, pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('a glob that begins several patterns leads to each of them', () => {
    const index = createIndex([{ pattern: '/f?o/a' }, { pattern: '/f?o/b' }]);
    expect(['foo/a', 'fxo/b', 'foo/c'].map((path) => index.last(path)?.pattern)).toEqual([
      '/f?o/a',
      '/f?o/b',
      undefined,
    ]);
  });

  it('rule 11: the last rule that matches wins, whatever it looks like', () => {
    const patterns = ['*', '/a/', '*.go', 'a?', '/a/**/x.go', '*.go', '/b/*.go', 'a?', '/b/?.go', '/**/z'];
    const last = (path: string) => {
      const index = createIndex(patterns.map((pattern, number) => ({ pattern, number })));
      return index.last(path)?.number;
    };
    expect(['q', 'a/q', 'q.go', 'a/b/x.go', 'b/xy.go', 'b/x.go', 'c/ab', 'ab/z'].map(last)).toEqual([
      0, 1, 5, 5, 6, 8, 7, 9,
    ]);
  });
});

/** A second reading of the same rules, by recursion over lists, with nothing shared. */
function reference(pattern: string, path: string): boolean {
  let parts = pattern.split('/');
  if (parts.filter((part) => part !== '').length === 1 && !pattern.startsWith('/')) parts = ['**', ...parts];
  if (parts[0] === '') parts = parts.slice(1);
  if (parts.at(-1) === '') parts = [...parts.slice(0, -1), '**'];
  const isBelow = parts.at(-1) === '**';
  while (parts.at(-1) === '**') parts = parts.slice(0, -1);
  if (isBelow) parts.push('+');
  else if (parts.at(-1) !== '*') parts.push('~');
  return sequence(parts, path.split('/'));
}

/** `+`: one or more segments; `~`: none or more. */
function sequence(parts: string[], segments: string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return segments.length === 0;
  if (part === '~') return true;
  if (part === '+') return segments.length > 0;
  const [segment, ...more] = segments;
  if (part === '**') return sequence(rest, segments) || (segment !== undefined && sequence(parts, more));
  return segment !== undefined && characters(part, segment) && sequence(rest, more);
}

function characters(part: string, segment: string): boolean {
  if (part === '') return segment === '';
  if (part === '*') return true;
  if (part.startsWith('*')) {
    return characters(part.slice(1), segment) || (segment !== '' && characters(part, segment.slice(1)));
  }
  const isEscape = part.startsWith('\\');
  const wanted = isEscape ? part[1] : part[0];
  const fits = segment !== '' && ((wanted === '?' && !isEscape) || wanted === segment[0]);
  return fits && characters(part.slice(isEscape ? 2 : 1), segment.slice(1));
}

describe('against a naive reading', () => {
  const piece = fc.constantFrom('a', 'b', 'ab', 'ba', '*', '?', 'a*', '*b', '*a*', 'a?', '?b', '\\*', '\\?', '*ab');
  const name = fc.array(piece, { minLength: 1, maxLength: 2 }).map((pieces) => pieces.join('').replace(/\*{2,}/g, '*'));
  const segment = fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: fc.constant('**') });
  const pattern = fc
    .tuple(fc.constantFrom('', '/'), fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/'))
    .map(([head, segments, tail]) => `${head}${segments.join('/')}${tail}`);
  const path = fc
    .array(fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((segments) => segments.join('/'));

  it('agrees on one pattern', () => {
    fc.assert(
      fc.property(pattern, path, (one, at) => {
        expect(matches(one, at)).toBe(reference(one, at));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees on the last of many', () => {
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 30 }),
        fc.array(path, { minLength: 1, maxLength: 5 }),
        (many, paths) => {
          const index = createIndex(many.map((each, number) => ({ pattern: each, number })));
          for (const at of paths) {
            const expected = many.findLastIndex((each) => reference(each, at));
            expect(index.last(at)?.number ?? -1).toBe(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('size', () => {
  it('answers 3,000 paths under 10,000 rules at once', () => {
    const rules = Array.from({ length: 10_000 }, (_, at) => ({
      pattern:
        [`/services/s${at % 997}/part${at}/`, `*.ext${at}`, `/lib/**/mod${at}/*.ts`, `/pkg${at}/f*.go`][at % 4] ?? '',
    }));
    const started = performance.now();
    const index = createIndex(rules);
    for (let at = 0; at < 3_000; at += 1) index.last(`services/s${at % 997}/part${at * 4}/deep/file.ext${at}`);
    expect(index.last('services/s4/part4/deep/x')).toBe(rules[4]);
    expect(index.last('lib/a/b/mod2/x.ts')).toBe(rules[2]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

// A backslash before the slash escapes nothing, so nothing follows the star: fuzzing found it matching no path at all.
it('lets a star match a segment when nothing is to follow it', () => {
  expect(['foo/bar', 'bar/foo/baz', 'foo'].map((path) => matches('/*\\/', path))).toEqual([true, true, false]);
});
