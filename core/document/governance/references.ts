/**
 * Names in one governing file that another must have: people, rotas, services and calendars, and the conditions that
 * read declared signals. What could not be read is not held against others.
 */
import { nearest, oneOf } from '../did-you-mean.ts';
import type { Governance } from '../documents.ts';
import { firstErrors, type Issue } from '../issue.ts';
import { parsePrincipal } from '../parse-principal.ts';
import { stepsOf, valueAt } from '../yaml-document.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Loaded } from './load.ts';
import { type Source, wrongValue } from './source.ts';

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
  return firstErrors(unknownPrincipals(loaded, known));
}

function* unknownPrincipals(loaded: Loaded, { people, rotas }: Known): Generator<Issue> {
  for (const source of allSources(loaded)) {
    for (const { path, field, text } of textsOf(source)) {
      const isPerson = PERSON_PATH.test(path);
      const principal = !isPerson && PRINCIPAL_FIELDS.has(field) ? parsePrincipal(text) : null;
      if (isPerson) yield* unknownName(source, path, 'person', text, people?.people);
      else if (principal?.kind === 'person') yield* unknownName(source, path, 'person', principal.name, people?.people);
      else if (principal?.kind === 'service')
        yield* unknownName(source, path, 'service', principal.name, people?.services);
      else if (principal?.kind === 'rota') yield* unknownName(source, path, 'rota', principal.name, rotas ?? undefined);
    }
  }
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
  return known.organization === null ? [] : firstErrors(wrongConditions(loaded, known.organization, check));
}

function* wrongConditions(
  loaded: Loaded,
  { calendars, signals }: Governance['organization'],
  check: CheckCondition | undefined,
): Generator<Issue> {
  for (const source of [...loaded.ruleSets, loaded.organization].filter((each) => each !== null)) {
    for (const { path, field, text } of textsOf(source)) {
      if (field === 'during') yield* unknownName(source, path, 'calendar', text, calendars);
      const problem = field === 'when' ? (check?.(text, signals) ?? null) : null;
      if (problem === null) continue;
      yield wrongValue(source, path, {
        code: 'condition-invalid',
        message: `this condition cannot be evaluated: ${problem}`,
        found: text.length > 80 ? `${text.slice(0, 79)}…` : text,
        expected: 'a CEL expression over `request`, `subject`, `opener`, `resource`, `now`, `history` and `signals`',
        fix: 'correct the expression',
      });
    }
  }
}
