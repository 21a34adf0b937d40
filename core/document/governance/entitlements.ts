/** Roles and actions that rules, guardrails, locks and toxic combinations name, and that must exist in the catalog. */
import { nearest, oneOf } from '../did-you-mean.ts';
import { firstErrors, type Issue } from '../issue.ts';
import { pointer } from '../yaml-document.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Loaded } from './load.ts';
import type { Known } from './references.ts';
import { selectorOf, selects } from './selector.ts';
import { type Source, wrongValue } from './source.ts';

/** Names of roles and actions that nothing in the catalog has. */
export function entitlementIssues(loaded: Loaded, known: Known): Issue[] {
  const { entries } = known;
  return entries === null ? [] : firstErrors(wrongEntitlements(loaded, entries));
}

function* wrongEntitlements(loaded: Loaded, entries: readonly CatalogEntry[]): Generator<Issue> {
  const everywhere = namesOf(entries);
  for (const source of loaded.ruleSets) {
    const matched = entries.filter(({ resource }) => selects(selectorOf(source.written.on), resource));
    const names = matched.length === 0 ? everywhere : namesOf(matched);
    for (const [index, rule] of source.written.rules.entries())
      yield* unknownRoles(source, `/rules/${index}/for`, rule.for, names);
  }
  const others = [
    ...forLists(loaded.organization, '/guardrails', loaded.organization?.written.guardrails),
    ...forLists(loaded.locks, '/locks', loaded.locks?.written.locks),
  ];
  for (const { source, path, names } of others) yield* unknownRoles(source, path, names, everywhere);
  yield* toxicIssues(loaded, entries);
}

function namesOf(entries: readonly CatalogEntry[]): string[] {
  const names = entries.flatMap(({ resource }) => [...Object.keys(resource.roles), ...Object.keys(resource.actions)]);
  return [...new Set(names)].sort();
}

function forLists(
  source: Source<unknown> | null,
  path: string,
  items: readonly { readonly for?: readonly string[] }[] | undefined,
): { source: Source<unknown>; path: string; names: readonly string[] }[] {
  if (source === null) return [];
  return (items ?? []).map((item, index) => ({ source, path: `${path}/${index}/for`, names: item.for ?? [] }));
}

function* unknownRoles(
  source: Source<unknown>,
  path: string,
  written: readonly string[],
  names: readonly string[],
): Generator<Issue> {
  for (const [index, name] of written.entries()) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    yield wrongValue(source, pointer(path, index), {
      code: 'role-unknown',
      message: `no resource that this is about has a role or action \`${name}\``,
      found: name,
      expected: names.length === 0 ? 'a role or action of the catalog' : oneOf(names.slice(0, 12)),
      fix: meant === null ? 'correct the name, or add it to the catalog' : `write \`${meant}\``,
    });
  }
}

function toxicIssues({ organization }: Loaded, entries: readonly CatalogEntry[]): Issue[] {
  if (organization === null) return [];
  const all = entries.flatMap(({ resource }) =>
    Object.keys(resource.roles).map((role) => [resource.name, role] as const),
  );
  return (organization.written.toxic ?? []).flatMap(({ of }, index) =>
    of.flatMap((pair, item) => {
      const [resource, role] = pair.split('/');
      const fits = all.some(
        (each) => [each[0], '*'].includes(resource as string) && [each[1], '*'].includes(role as string),
      );
      if (fits) return [];
      return wrongValue(organization, `/toxic/${index}/of/${item}`, {
        code: 'role-unknown',
        message: 'no resource has this role, so the combination could never happen',
        found: pair,
        expected: '`resource/role` of the catalog; `*` stands for every name',
        fix: 'correct the name',
      });
    }),
  );
}
