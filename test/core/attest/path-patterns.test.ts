import { describe, expect, it } from 'vitest';
import { covers } from '../../../core/attest/path-patterns.ts';

describe('native reviewer patterns', () => {
  it.each<[readonly string[], string, boolean]>([
    [['**'], 'a', true],
    [['**'], 'a/b/c', true],
    [['**/*'], 'a/b', true],
    [['*'], 'a', true],
    [['*.yml'], 'a/b.yml', true],
    [['*.yml'], 'a/b.yaml', false],
    [['CODEOWNERS'], 'docs/CODEOWNERS', true],
    [['/CODEOWNERS'], 'docs/CODEOWNERS', false],
    [['/policies/**'], 'policies/a/b.yaml', true],
    [['/policies/**'], 'policies', false],
    [['/policies/'], 'policies/a.yaml', true],
    [['/policies/*'], 'policies/a/b.yaml', false],
    [['policies/a?.yaml'], 'policies/ab.yaml', true],
    [['policies/**/c'], 'policies/c', true],
    [['policies/**/c'], 'policies/a/b/c', true],
    [['policies/**/c'], 'policies/a/b', false],
    [['a/b'], 'a/b/c', false],
    // The two readings differ: what is below a folder is not sure to be covered, and is sure to be taken back.
    [['/policies'], 'policies/a.yaml', false],
    [['**', '!/policies'], 'policies/a.yaml', false],
    [['**', '!/requests/**'], 'requests/a', false],
    [['**', '!/requests/**', '/requests/a'], 'requests/a', true],
    [['**', '!docs/'], 'src/a', true],
    [['[ab]'], 'a', false],
    [['**', '![ab]'], 'c', false],
    [[], 'a', false],
  ])('%j cover %s: %s', (patterns, path, expected) => {
    expect(covers(patterns, path)).toBe(expected);
  });

  it('are matched in time that does not explode', () => {
    const pattern = `/${Array.from({ length: 40 }, () => '**').join('/')}/x`;
    expect(covers([pattern], Array.from({ length: 400 }, () => 'y').join('/'))).toBe(false);
  });
});
