/**
 * Catalogs: what exists. Applies the defaults of each catalog to its resources, one level deep, and refuses what would
 * make a binding ambiguous. Credentials are judged in `secrets.ts`, bindings of several resources in `bindings.ts`.
 */
import type { JsonObject } from '../../json.ts';
import type { Action, Grants, InputRule, Principal, ProviderReference, Resource, Role } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { parsePrincipal } from '../parse-principal.ts';
import { recordOf } from '../record.ts';
import type {
  WrittenAction,
  WrittenCatalog,
  WrittenGrants,
  WrittenInputRule,
  WrittenProvider,
  WrittenResource,
  WrittenRole,
} from '../written.ts';
import { pointer } from '../yaml-document.ts';
import { catalogIssues } from './catalog-issues.ts';
import { placeOf, type Source } from './source.ts';

/** A resource with the file that defines it, and where in it each of its roles is written. */
export interface CatalogEntry {
  readonly resource: Resource;
  readonly source: Source<WrittenCatalog>;
  readonly path: string;
  rolePath(role: string): string;
}

export function readCatalogs(sources: readonly Source<WrittenCatalog>[]): { entries: CatalogEntry[]; issues: Issue[] } {
  const entries = sources.flatMap((source) =>
    Object.entries(source.written.resources).map(([name, written]) => entryOf(source, name, written)),
  );
  return { entries, issues: catalogIssues(sources, entries) };
}

function entryOf(source: Source<WrittenCatalog>, name: string, written: WrittenResource): CatalogEntry {
  const defaults = source.written;
  const path = pointer('/resources', name);
  const provider = resourceProvider(defaults.provider, written);
  const roles = { ...defaults.roles, ...written.roles };
  const actions = { ...defaults.actions, ...written.actions };
  return {
    source,
    path,
    rolePath: (role) => pointer(Object.hasOwn(written.roles ?? {}, role) ? `${path}/roles` : '/roles', role),
    resource: {
      name,
      owner: parsePrincipal(written.owner) as Principal,
      // What nobody has judged is treated as the worst.
      sensitivity: written.sensitivity ?? defaults.sensitivity ?? 'critical',
      labels: recordOf(Object.entries({ ...defaults.labels, ...written.labels })),
      roles: recordOf(sortedEntries(roles).map(([role, each]) => [role, roleOf(role, each, provider)])),
      actions: recordOf(sortedEntries(actions).map(([action, each]) => [action, actionOf(action, each)])),
      place: placeOf(source, path),
    },
  };
}

/** A provider while its type may still be unknown. */
export interface Provider {
  readonly type: string | null;
  readonly zone: string;
  readonly with: JsonObject;
}

function resourceProvider(defaults: WrittenProvider | undefined, written: WrittenResource): Provider {
  const base = mergeProvider({ type: null, zone: 'default', with: {} }, defaults);
  const own = mergeProvider(base, written.provider);
  return { ...own, with: { ...own.with, ...written.with } };
}

/** Another type is another system: its settings start empty, so that no credentials cross over. */
function mergeProvider(base: Provider, written: WrittenProvider | undefined): Provider {
  const type = written?.type ?? base.type;
  const inherited = type === base.type ? base.with : {};
  return { type, zone: written?.zone ?? base.zone, with: { ...inherited, ...written?.with } };
}

/** The provider of one binding. Without a type there is none, which `catalogIssues` tells. */
const NO_TYPE = '';

function roleOf(name: string, written: WrittenRole, provider: Provider): Role {
  return {
    name,
    grants: written.grants.map((item) => grantsOf(item, provider)),
    connect: written.connect ?? null,
    conflictsWith: written.conflictsWith ?? [],
  };
}

function grantsOf(item: WrittenGrants, base: Provider): Grants {
  const { provider: own, ...target } = item;
  const { type, zone, with: settings } = mergeProvider(base, own);
  const provider: ProviderReference = { type: type ?? NO_TYPE, zone, with: settings };
  return { provider, target };
}

function actionOf(name: string, written: WrittenAction): Action {
  return {
    name,
    runs: written.runs,
    inputs: recordOf(sortedEntries(written.inputs ?? {}).map(([input, rule]) => [input, inputRuleOf(rule)])),
  };
}

function inputRuleOf({ enum: values, type, maxLength, required = true }: WrittenInputRule): InputRule {
  if (values !== undefined) return { enum: values, required };
  return { type: type ?? 'string', maxLength: maxLength ?? 200, required };
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
