/**
 * What one governing file says about another: people, rotas, services, calendars, roles and resources that are named
 * must exist, and exactly one rule set must match each resource. What could not be read is not held against others.
 */
import { nearest, oneOf } from '../did-you-mean.ts';
import type { Governance } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { parsePrincipal } from '../parse-principal.ts';
import type { WrittenSelector } from '../written.ts';
import { pointer, stepsOf, valueAt } from '../yaml-document.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Loaded } from './load.ts';
import { selectorOf, selects } from './selector.ts';
import { type Source, wrongKey, wrongValue } from './source.ts';

export type CheckCondition = (text: string, signals: Governance['organization']['signals']) => string | null;

/** What is known of each kind; `null` where a file of that kind could not be read. */
export interface Known {
  readonly entries: readonly CatalogEntry[] | null;
  readonly people: Governance['people'] | null;
  readonly rotas: Governance['rotas'] | null;
  readonly organization: Governance['organization'] | null;
}

/** Every source that may name something, in the order of its path. */
export function allSources(loaded: Loaded): Source<unknown>[] {
  return [
    ...loaded.catalogs,
    ...loaded.ruleSets,
    ...loaded.delegations,
    ...loaded.tests,
    ...[loaded.organization, loaded.people, loaded.rotas, loaded.locks].filter((source) => source !== null),
  ];
}

/** Fields whose texts are principals, alone or in a list. */
const PRINCIPAL_FIELDS = new Set(['owner', 'subjects', 'openers', 'from', 'to', 'controllers', 'seats']);

/** Fields whose texts are keys of `people.yaml`. `from` and `to` are so only in a delegation. */
const PERSON_PATH =
  /^\/(?:from|to)$|^\/rotas\/[^/]+\/(?:rotation\/people\/\d+|shifts\/\d+\/person)$|^\/tests\/\d+\/(?:subject|opener|approvedBy\/\d+)$|^\/teams\/[^/]+\/\d+$/;

/** Every text of a source with its pointer. */
function* textsOf(source: Source<unknown>): Generator<{ path: string; field: string; text: string }> {
  for (const path of source.document.ranges.keys()) {
    const text = valueAt(source.document, path);
    if (typeof text !== 'string') continue;
    const field = stepsOf(path).findLast((step) => !/^\d+$/.test(step)) as string;
    yield { path, field, text };
  }
}

/** Where each team is named, whatever for. Slugs are lower case. */
export function teamsNamed(loaded: Loaded): Map<string, string> {
  const named = new Map<string, string>();
  const add = (slug: string, file: string) => {
    if (!named.has(slug)) named.set(slug, file);
  };
  for (const source of allSources(loaded)) {
    for (const { field, text } of textsOf(source)) {
      const principal = PRINCIPAL_FIELDS.has(field) ? parsePrincipal(text) : null;
      if (principal?.kind === 'team') add(principal.name, source.document.file);
    }
  }
  for (const { path, text } of loaded.codeowners) {
    for (const match of text.matchAll(/@[A-Za-z0-9-]+\/([A-Za-z0-9_-]+)/g))
      add((match[1] as string).toLowerCase(), path);
  }
  return named;
}

export function principalIssues(loaded: Loaded, known: Known): Issue[] {
  return allSources(loaded).flatMap((source) =>
    [...textsOf(source)].flatMap(({ path, field, text }) => {
      if (PERSON_PATH.test(path)) return unknownName(source, path, 'person', text, known.people?.people);
      const principal = PRINCIPAL_FIELDS.has(field) ? parsePrincipal(text) : null;
      if (principal?.kind === 'person')
        return unknownName(source, path, 'person', principal.name, known.people?.people);
      if (principal?.kind === 'service') {
        return unknownName(source, path, 'service', principal.name, known.people?.services);
      }
      if (principal?.kind === 'rota')
        return unknownName(source, path, 'rota', principal.name, known.rotas ?? undefined);
      return [];
    }),
  );
}

const HOMES = {
  person: 'policies/people.yaml',
  service: 'policies/people.yaml',
  rota: 'policies/rotas.yaml',
  calendar: 'policies/organization.yaml',
};

function unknownName(
  source: Source<unknown>,
  path: string,
  what: keyof typeof HOMES,
  name: string,
  there: Readonly<Record<string, unknown>> | undefined,
): Issue[] {
  if (there === undefined || there[name] !== undefined) return [];
  const names = Object.keys(there).sort();
  const meant = nearest(name, names);
  return [
    wrongValue(source, path, {
      code: `${what}-unknown`,
      message: `there is no ${what} \`${name}\``,
      found: name,
      expected: names.length === 0 ? `a ${what} of \`${HOMES[what]}\`` : oneOf(names.slice(0, 12)),
      fix: meant === null ? `add it to \`${HOMES[what]}\`, or correct the name` : `write \`${meant}\``,
    }),
  ];
}

/** Rules and guardrails: their calendars and conditions. */
export function conditionIssues(loaded: Loaded, known: Known, check: CheckCondition | undefined): Issue[] {
  const { organization } = known;
  if (organization === null) return [];
  const sources = [...loaded.ruleSets, loaded.organization].filter((source) => source !== null);
  return sources.flatMap((source) =>
    [...textsOf(source)].flatMap(({ path, field, text }) => {
      if (field === 'during') return unknownName(source, path, 'calendar', text, organization.calendars);
      const problem = field === 'when' ? (check?.(text, organization.signals) ?? null) : null;
      if (problem === null) return [];
      return wrongValue(source, path, {
        code: 'condition-invalid',
        message: `this condition cannot be evaluated: ${problem}`,
        found: text.length > 80 ? `${text.slice(0, 79)}…` : text,
        expected: 'a CEL expression over `request`, `subject`, `opener`, `resource`, `now`, `history` and `signals`',
        fix: 'correct the expression',
      });
    }),
  );
}

/** Names of roles and actions that nothing in the catalog has. */
export function entitlementIssues(loaded: Loaded, known: Known): Issue[] {
  const { entries } = known;
  if (entries === null) return [];
  const everywhere = namesOf(entries);
  const rules = loaded.ruleSets.flatMap((source) => {
    const matched = entries.filter(({ resource }) => selects(selectorOf(source.written.on), resource));
    const names = matched.length === 0 ? everywhere : namesOf(matched);
    return source.written.rules.flatMap((rule, index) => unknownRoles(source, `/rules/${index}/for`, rule.for, names));
  });
  const others = [
    ...forLists(loaded.organization, '/guardrails', loaded.organization?.written.guardrails),
    ...forLists(loaded.locks, '/locks', loaded.locks?.written.locks),
  ].flatMap(({ source, path, names }) => unknownRoles(source, path, names, everywhere));
  return [...rules, ...others, ...toxicIssues(loaded, entries)];
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

function unknownRoles(
  source: Source<unknown>,
  path: string,
  written: readonly string[],
  names: readonly string[],
): Issue[] {
  return written.flatMap((name, index) => {
    if (names.includes(name)) return [];
    const meant = nearest(name, names);
    return wrongValue(source, pointer(path, index), {
      code: 'role-unknown',
      message: `no resource that this is about has a role or action \`${name}\``,
      found: name,
      expected: names.length === 0 ? 'a role or action of the catalog' : oneOf(names.slice(0, 12)),
      fix: meant === null ? 'correct the name, or add it to the catalog' : `write \`${meant}\``,
    });
  });
}

function toxicIssues(loaded: Loaded, entries: readonly CatalogEntry[]): Issue[] {
  const { organization } = loaded;
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

/** Exactly one rule set for each resource: none or two is an error, never a guess. */
export function coverageIssues(loaded: Loaded, known: Known): Issue[] {
  const { entries } = known;
  if (entries === null || loaded.broken.has('RuleSet')) return [];
  return entries.flatMap((entry) => {
    const { resource } = entry;
    const [first, second] = loaded.ruleSets.filter(({ written }) => selects(selectorOf(written.on), resource));
    if (first === undefined) {
      return wrongKey(entry.source, entry.path, {
        code: 'rules-missing',
        message: `no rule set is about \`${resource.name}\`, so nobody could ever have it`,
        found: factsOf(entry),
        expected: 'exactly one rule set whose `on` matches it',
        fix: 'widen the `on` of a rule set, or add one in `policies/rules/`',
      });
    }
    if (second === undefined) return [];
    return wrongKey(second, '/on', {
      code: 'rules-overlap',
      message: `two rule sets are about \`${resource.name}\``,
      found: `this one and \`${first.document.file}\``,
      expected: 'exactly one',
      fix: 'narrow the `on` of one of them',
    });
  });
}

function factsOf({ resource }: CatalogEntry): string {
  const labels = Object.entries(resource.labels).map(([key, value]) => `${key}: ${value}`);
  return [...labels.sort(), `sensitivity: ${resource.sensitivity}`].join(', ');
}

const SENSITIVITIES = ['low', 'medium', 'high', 'critical'];

/** Selectors that can choose nothing: by a slip an error, by the catalog as it is a warning. */
export function selectorIssues(loaded: Loaded, known: Known): Issue[] {
  const { entries } = known;
  if (entries === null) return [];
  const resources = entries.map(({ resource }) => resource.name).sort();
  return selectorsOf(loaded).flatMap(({ source, path, selector }) => {
    const slips = [
      ...unknownValues(source, `${path}/sensitivity`, selector['sensitivity'], SENSITIVITIES),
      ...unknownValues(source, `${path}/resource`, selector['resource'], resources),
    ];
    if (slips.length > 0 || entries.some(({ resource }) => selects(selectorOf(selector), resource))) return slips;
    return wrongKey(source, path, {
      code: 'selector-matches-nothing',
      severity: 'warning',
      message: 'this matches no resource',
      found: Object.entries(selector)
        .map(([key, values]) => `${key}: ${values.join(' or ')}`)
        .join(', '),
      expected: 'labels and values that a resource has',
      fix: 'correct it, or add the resource to a catalog',
    });
  });
}

function selectorsOf(loaded: Loaded): { source: Source<unknown>; path: string; selector: WrittenSelector }[] {
  const { organization, locks } = loaded;
  const lists = [
    { source: organization, path: '/guardrails', items: organization?.written.guardrails },
    { source: organization, path: '/freezes', items: organization?.written.freezes },
    { source: locks, path: '/locks', items: locks?.written.locks },
  ];
  return [
    ...loaded.ruleSets.map((source) => ({ source, path: '/on', selector: source.written.on })),
    ...lists.flatMap(({ source, path, items }) =>
      (items ?? []).flatMap(({ on }, index) =>
        source === null || on === undefined ? [] : [{ source, path: `${path}/${index}/on`, selector: on }],
      ),
    ),
  ];
}

function unknownValues(
  source: Source<unknown>,
  path: string,
  values: readonly string[] | undefined,
  known: readonly string[],
): Issue[] {
  return (values ?? []).flatMap((value, index) => {
    if (known.includes(value)) return [];
    const meant = nearest(value, known);
    return wrongValue(source, pointer(path, index), {
      code: 'selector-value-unknown',
      message: `nothing has the value \`${value}\``,
      found: value,
      expected: known.length === 0 ? 'a resource of the catalog' : oneOf(known.slice(0, 12)),
      fix: meant === null ? 'correct the value' : `write \`${meant}\``,
    });
  });
}
