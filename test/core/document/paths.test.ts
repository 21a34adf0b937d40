import { describe, expect, it } from 'vitest';
import { isGoverningPath, isNote, kindAtPath } from '../../../core/document/paths.ts';

describe('isGoverningPath', () => {
  it.each([
    ['policies/people.yaml', true],
    ['policies/anything/at.all', true],
    ['CODEOWNERS', true],
    ['.github/CODEOWNERS', true],
    ['docs/CODEOWNERS', true],
    ['docs/codeowners', true],
    ['.GitHub/CodeOwners', true],
    ['docs/CODEOWNERS.md', false],
    ['Policies/people.yaml', false],
    ['policies', false],
    ['requests/a/b/c.yaml', false],
    ['README.md', false],
  ])('knows `%s`: %s', (path, expected) => {
    expect(isGoverningPath(path)).toBe(expected);
  });
});

describe('kindAtPath', () => {
  it.each([
    ['policies/organization.yaml', 'Organization'],
    ['policies/people.yaml', 'People'],
    ['policies/rotas.yaml', 'Rota'],
    ['policies/locks.yaml', 'Lock'],
    ['policies/settings.yaml', 'Settings'],
    ['policies/catalog/databases.yaml', 'Catalog'],
    ['policies/catalog/eu/databases.yaml', 'Catalog'],
    ['policies/rules/databases.yaml', 'RuleSet'],
    ['policies/rules/databases.test.yaml', 'PolicyTest'],
    ['policies/catalog/databases.test.yaml', 'PolicyTest'],
    ['policies/all.test.yaml', 'PolicyTest'],
    ['policies/delegations/carol-to-dan.yaml', 'Delegation'],
    ['policies/catalog.yaml', null],
    ['policies/catalog/databases.yml', null],
    ['policies/catalog/Databases.yaml', null],
    ['policies/other/x.yaml', null],
    ['elsewhere/policies/people.yaml', null],
  ])('knows `%s`: %s', (path, expected) => {
    expect(kindAtPath(path)).toBe(expected);
  });
});

describe('isNote', () => {
  it.each([
    ['policies/README.md', true],
    ['policies/rules/why.md', true],
    ['policies/delegations/.gitkeep', true],
    ['policies/README.txt', false],
    ['README.md', false],
  ])('knows `%s`: %s', (path, expected) => {
    expect(isNote(path)).toBe(expected);
  });
});
