/**
 * Whether rule sets cover the catalog: exactly one matches each resource, and no selector is about what does not exist.
 * None or two is an error, never a guess.
 */
import { nearest, oneOf } from '../did-you-mean.ts';
import { firstErrors, type Issue } from '../issue.ts';
import type { WrittenSelector } from '../written.ts';
import { pointer } from '../yaml-document.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Loaded } from './load.ts';
import type { Known } from './references.ts';
import { selectorOf, selects } from './selector.ts';
import { type Source, wrongKey, wrongValue } from './source.ts';

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
  const selectors = selectorsOf(loaded);
  const slips = firstErrors(slipsIn(selectors, entries.map(({ resource }) => resource.name).sort()));
  // Warnings can wait: where there is an error, nothing governs.
  if (slips.length > 0) return slips;
  return selectors.flatMap(({ source, path, selector }) => {
    if (entries.some(({ resource }) => selects(selectorOf(selector), resource))) return [];
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

interface Selected {
  readonly source: Source<unknown>;
  readonly path: string;
  readonly selector: WrittenSelector;
}

function* slipsIn(selectors: readonly Selected[], resources: readonly string[]): Generator<Issue> {
  for (const { source, path, selector } of selectors) {
    yield* unknownValues(source, `${path}/sensitivity`, selector['sensitivity'], SENSITIVITIES);
    yield* unknownValues(source, `${path}/resource`, selector['resource'], resources);
  }
}

function selectorsOf(loaded: Loaded): Selected[] {
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

function* unknownValues(
  source: Source<unknown>,
  path: string,
  values: readonly string[] = [],
  known: readonly string[],
): Generator<Issue> {
  for (const [index, value] of values.entries()) {
    if (known.includes(value)) continue;
    const meant = nearest(value, known);
    yield wrongValue(source, pointer(path, index), {
      code: 'selector-value-unknown',
      message: `nothing has the value \`${value}\``,
      found: value,
      expected: known.length === 0 ? 'a resource of the catalog' : oneOf(known.slice(0, 12)),
      fix: meant === null ? 'correct the value' : `write \`${meant}\``,
    });
  }
}
