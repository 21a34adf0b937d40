import { describe, expect, it } from 'vitest';
import { locateCodeowners } from '../../../core/codeowners/locate.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path }));

describe('rule 1: where code owners are looked for', () => {
  it.each([
    ['`.github` wins', ['docs/CODEOWNERS', 'CODEOWNERS', '.github/CODEOWNERS'], '.github/CODEOWNERS'],
    ['then the root', ['docs/CODEOWNERS', 'CODEOWNERS'], 'CODEOWNERS'],
    ['then `docs`', ['README.md', 'docs/CODEOWNERS'], 'docs/CODEOWNERS'],
  ])('%s', (_, paths, expected) => {
    expect(locateCodeowners(files(...paths))?.path).toBe(expected);
  });

  it.each([
    ['no file at all', []],
    ['other folders do not count', ['src/CODEOWNERS', '.gitlab/CODEOWNERS']],
    ['the name is exact', ['codeowners', '.github/CodeOwners']],
  ])('nothing: %s', (_, paths) => {
    expect(locateCodeowners(files(...paths))).toBeNull();
  });
});
