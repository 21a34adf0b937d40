/** What is wrong within catalogs: names that mean two things, roles without a provider, inputs without a rule. */
import type { Issue } from '../issue.ts';
import type { WrittenCatalog, WrittenInputRule } from '../written.ts';
import { pointer } from '../yaml-document.ts';
import { bindingIssues } from './bindings.ts';
import type { CatalogEntry } from './catalog.ts';
import { secretIssues } from './secrets.ts';
import { type Source, wrongKey, wrongValue } from './source.ts';

export function catalogIssues(sources: readonly Source<WrittenCatalog>[], entries: readonly CatalogEntry[]): Issue[] {
  return [
    ...sources.flatMap(secretIssues),
    ...sources.flatMap(inputIssues),
    ...entries.flatMap((entry) => [
      ...emptyResource(entry),
      ...sharedNames(entry),
      ...missingProvider(entry),
      ...conflicts(entry),
    ]),
    ...duplicateResources(entries),
    ...bindingIssues(entries),
  ];
}

function duplicateResources(entries: readonly CatalogEntry[]): Issue[] {
  const seen = new Map<string, CatalogEntry>();
  return entries.flatMap((entry) => {
    const { name } = entry.resource;
    const before = seen.get(name);
    if (before === undefined) {
      seen.set(name, entry);
      return [];
    }
    return wrongKey(entry.source, entry.path, {
      code: 'catalog-resource-duplicate',
      message: 'this resource is in another catalog already',
      found: `${name}, as in \`${before.source.document.file}\``,
      expected: 'each resource once',
      fix: 'remove one of the two',
    });
  });
}

function emptyResource({ resource, source, path }: CatalogEntry): Issue[] {
  if (Object.keys(resource.roles).length + Object.keys(resource.actions).length > 0) return [];
  return [
    wrongKey(source, path, {
      code: 'catalog-resource-empty',
      message: 'nothing can be asked for here',
      found: 'neither roles nor actions',
      expected: '`roles` or `actions`, here or at the top of the catalog',
      fix: 'add a role or an action',
    }),
  ];
}

/** The path of a request names one or the other; it could not tell them apart. */
function sharedNames({ resource, source, path }: CatalogEntry): Issue[] {
  return Object.keys(resource.actions).flatMap((name) => {
    if (resource.roles[name] === undefined) return [];
    return wrongKey(source, path, {
      code: 'catalog-name-shared',
      message: 'a role and an action of this resource have the same name',
      found: name,
      expected: 'different names, since the path of a request names only one',
      fix: 'rename the role or the action',
    });
  });
}

function missingProvider({ resource, source, path }: CatalogEntry): Issue[] {
  return Object.values(resource.roles).flatMap((role) => {
    if (role.grants.every((grants) => grants.provider.type !== '')) return [];
    return wrongKey(source, path, {
      code: 'catalog-provider-missing',
      message: `no provider fills the role \`${role.name}\` of this resource`,
      found: 'nothing',
      expected: '`provider` with a `type`, at the top of the catalog, here, or beside the binding',
      fix: 'add `provider: { type: postgres }`, or the type it is',
    });
  });
}

function conflicts({ resource, source, rolePath }: CatalogEntry): Issue[] {
  return Object.values(resource.roles).flatMap((role) =>
    role.conflictsWith.flatMap((other, index) => {
      if (resource.roles[other] !== undefined) return [];
      return wrongValue(source, pointer(`${rolePath(role.name)}/conflictsWith`, index), {
        code: 'catalog-conflict-unknown',
        severity: 'warning',
        message: `\`${resource.name}\` has no such role, so nothing conflicts with it`,
        found: other,
        expected: 'another role of the same resource',
        fix: 'correct the name, or remove it',
      });
    }),
  );
}

/** Each input says either which values or which type. */
function inputIssues(source: Source<WrittenCatalog>): Issue[] {
  const { actions = {}, resources } = source.written;
  const places = [
    { base: '/actions', actions },
    ...Object.entries(resources).map(([name, resource]) => ({
      base: `${pointer('/resources', name)}/actions`,
      actions: resource.actions ?? {},
    })),
  ];
  return places.flatMap(({ base, actions: each }) =>
    Object.entries(each).flatMap(([name, { inputs = {} }]) =>
      Object.entries(inputs).flatMap(([input, rule]) => inputIssue(source, pointer(base, name, 'inputs', input), rule)),
    ),
  );
}

function inputIssue(source: Source<WrittenCatalog>, path: string, rule: WrittenInputRule): Issue[] {
  const both = rule.enum !== undefined && (rule.type !== undefined || rule.maxLength !== undefined);
  const neither = rule.enum === undefined && rule.type === undefined;
  if (!both && !neither) return [];
  return [
    wrongKey(source, path, {
      code: 'catalog-input-rule',
      message: 'an input says either its values or its type',
      found: both ? '`enum` and more' : 'neither `enum` nor `type`',
      expected: '`enum`, or `type` with an optional `maxLength`',
      fix: both ? 'remove `type` and `maxLength`' : 'add `enum: […]` or `type: string`',
    }),
  ];
}
