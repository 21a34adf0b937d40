import { describe, expect, it } from 'vitest';
import { isSameOwner, ownersOf } from '../../../core/codeowners/owners.ts';
import { parseCodeowners } from '../../../core/codeowners/parse.ts';

/** The example of GitHub's documentation, without most of its comments. */
const EXAMPLE = `# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/apps/ @octocat
/apps/github
`;

describe('the example of the documentation', () => {
  it.each([
    ['docs/build-app/troubleshooting.md', ['@doctocat'], 9, '/docs/'],
    ['buzz/docs/gettingstarted.md', ['@global-owner1', '@global-owner2'], 2, '*'],
    ['foo/bar.js', ['@js-owner'], 3, '*.js'],
    ['foo/apps/foo.js', ['@octocat'], 8, 'apps/'],
    ['build/logs/foo.go', ['@doctocat'], 6, '/build/logs/'],
    ['foo/build/logs/foo.go', ['docs@example.com'], 4, '*.go'],
    ['docs/foo.js', ['@doctocat'], 9, '/docs/'],
    ['apps/github/x', [], 11, '/apps/github'],
  ])('%s is owned by %j', (path, owners, line, pattern) => {
    expect(ownersOf(parseCodeowners(EXAMPLE), path)).toEqual({ path, owners, line, pattern });
  });
});

describe('who owns', () => {
  const of = (text: string, path: string) => ownersOf(parseCodeowners(text), path);

  it('rule 11: the last line that matches decides alone', () => {
    expect(of('/a/ @one\n/a/b @two\n', 'a/b').owners).toEqual(['@two']);
    expect(of('/a/b @two\n/a/ @one\n', 'a/b').owners).toEqual(['@one']);
  });

  it('rule 12: owners on one line stand beside each other', () => {
    expect(of('* @one @two\n', 'a').owners).toEqual(['@one', '@two']);
  });

  it('rule 13: a line without owners clears, which is not the same as no line', () => {
    expect(of('* @one\n/a\n', 'a')).toEqual({ path: 'a', owners: [], line: 2, pattern: '/a' });
    expect(of('/b @one\n', 'a')).toEqual({ path: 'a', owners: [], line: null, pattern: null });
  });

  it('rule 21: names compare without regard to case, paths with it', () => {
    expect(isSameOwner('@Acme/Orders', '@acme/orders')).toBe(true);
    expect(isSameOwner('@acme/orders', '@acme/billing')).toBe(false);
    expect(of('/Requests/ @one\n', 'requests/a').line).toBeNull();
  });
});
