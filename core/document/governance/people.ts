/** People and services. One account, one login, one identity belongs to one of them. */
import type { People } from '../documents.ts';
import type { Issue } from '../issue.ts';
import type { IssueCode } from '../issue-codes.ts';
import { recordOf } from '../record.ts';
import type { WrittenPeople } from '../written.ts';
import { pointer, valueAt } from '../yaml-document.ts';
import { principals, type Source, wrongValue } from './source.ts';
import { zoneIssue } from './zones.ts';

export const NOBODY: People = { people: recordOf([]), services: recordOf([]), teams: recordOf([]) };

export function readPeople(source: Source<WrittenPeople>): { people: People; issues: Issue[] } {
  const { people, services = {}, teams = {} } = source.written;
  const value: People = {
    people: recordOf(
      Object.entries(people).map(([name, { github, zone, identities }]) => [
        name,
        {
          name,
          id: github.id,
          login: github.login.toLowerCase(),
          zone: zone ?? null,
          identities: recordOf(Object.entries(identities ?? {})),
        },
      ]),
    ),
    services: recordOf(
      Object.entries(services).map(([name, { controllers, claims, identities }]) => [
        name,
        {
          name,
          controllers: principals(controllers),
          claims: recordOf(Object.entries(claims)),
          identities: recordOf(Object.entries(identities ?? {})),
        },
      ]),
    ),
    teams: recordOf(Object.entries(teams)),
  };
  const names = Object.keys(people).sort();
  const issues = [
    ...names.flatMap((name) => zoneIssue(source, `${pointer('/people', name)}/zone`)),
    ...shared(source, 'people-id-duplicate', 'this GitHub id belongs to somebody else already', idPaths(names)),
    ...shared(source, 'people-login-duplicate', 'this login belongs to somebody else already', loginPaths(names)),
    ...shared(
      source,
      'people-identity-duplicate',
      'this identity belongs to somebody else already',
      identityPaths(source.written),
    ),
  ];
  return { people: value, issues };
}

/** Pointers of values that must differ within each group. */
type Groups = readonly { readonly group: string; readonly path: string }[];

function idPaths(names: readonly string[]): Groups {
  return names.map((name) => ({ group: '', path: `${pointer('/people', name)}/github/id` }));
}

function loginPaths(names: readonly string[]): Groups {
  return names.map((name) => ({ group: '', path: `${pointer('/people', name)}/github/login` }));
}

/** Of people and services alike: a shared account would be granted to both. */
function identityPaths({ people, services = {} }: WrittenPeople): Groups {
  const all = [
    ...Object.entries(people).map(([name, each]) => ({ base: pointer('/people', name), each })),
    ...Object.entries(services).map(([name, each]) => ({ base: pointer('/services', name), each })),
  ];
  return all.flatMap(({ base, each }) =>
    Object.keys(each.identities ?? {}).map((provider) => ({
      group: provider,
      path: pointer(`${base}/identities`, provider),
    })),
  );
}

function shared(source: Source<WrittenPeople>, code: IssueCode, message: string, groups: Groups): Issue[] {
  const seen = new Map<string, string>();
  return groups.flatMap(({ group, path }) => {
    const written = String(valueAt(source.document, path));
    // GitHub compares logins without regard to case; an identity's case may mean something, but never two people.
    const key = `${group} ${written.toLowerCase()}`;
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, path);
      return [];
    }
    const [, , holder] = before.split('/');
    return wrongValue(source, path, {
      code,
      message,
      found: `${written}, as for \`${holder}\``,
      expected: 'one of its own for everybody',
      fix: 'correct one of the two',
    });
  });
}
