/**
 * What the policies in force still allow of a grant that is held. Only what they say outright shortens it: a membership
 * that cannot be read and a condition that would have to be asked again count in its favour, since doubt ends nothing.
 */
import type { Guardrail, Resource, Rule, RuleSet } from '../document/documents.ts';
import type { GrantTerms } from '../ledger/entry.ts';
import type { Instant, Milliseconds } from '../time.ts';
import { lookup } from './lookup.ts';
import { isOneOf } from './principals.ts';
import { isFor, matches } from './selector.ts';
import type { Scope, Setting, Who } from './setting.ts';

export interface Allowance {
  readonly most: Milliseconds;
  /** What allows no more: `the rule “writes need the owners”`. */
  readonly by: string;
  /** What its rule set wants to become of grants that are held for longer. */
  readonly onTighten: RuleSet['onTighten'];
}

export interface Granted {
  readonly terms: GrantTerms;
  /** Of the rule that granted it. */
  readonly rule: string;
  /** Of the request. */
  readonly path: string;
}

/** What is without a rule now is allowed for no time at all. */
export function allowanceOf(granted: Granted, setting: Setting, at: Instant): Allowance {
  const { terms, path } = granted;
  const { governance } = setting;
  const resource = lookup(governance.resources, terms.resource);
  if (resource === undefined || lookup(resource.roles, terms.entitlement) === undefined)
    return { most: 0, by: 'the catalog, which no longer has it', onTighten: 'keep' };
  const { id, name } = terms.subject;
  const who: Who = id === null ? { kind: 'service', name } : { kind: 'person', id };
  const scope: Scope = { setting, resource, path, at };
  const set = governance.ruleSets.find(({ on }) => matches(on, resource));
  const bounds = [
    ruleBound(set?.rules ?? [], granted, who, scope),
    ...governance.organization.guardrails.flatMap((guardrail) =>
      guardrailBounds(guardrail, terms, who, resource, scope),
    ),
    ...glassBounds(granted, setting),
  ];
  const strictest = bounds.reduce((least, bound) => (bound.most < least.most ? bound : least));
  return { ...strictest, onTighten: set?.onTighten ?? 'keep' };
}

interface Bound {
  readonly most: Milliseconds;
  readonly by: string;
}

/** The rule of that name; where it is gone, the most generous that could be for this receiver. */
function ruleBound(rules: readonly Rule[], { terms, rule }: Granted, who: Who, scope: Scope): Bound {
  const open = rules.filter(
    ({ for: names, subjects }) => names.includes(terms.entitlement) && isOneOf(subjects, who, scope) !== 'no',
  );
  const same = open.filter(({ name }) => name === rule);
  const bounds = (same.length > 0 ? same : open).map(({ name, max }) => ({ most: max, by: `the rule “${name}”` }));
  return bounds.reduce((most, bound) => (bound.most > most.most ? bound : most), NO_RULE);
}

const NO_RULE: Bound = { most: 0, by: 'no rule' };

function guardrailBounds(
  { name, on, for: names, subjects, when, require }: Guardrail,
  { entitlement }: GrantTerms,
  who: Who,
  resource: Resource,
  scope: Scope,
): readonly Bound[] {
  const isMeant = matches(on, resource) && isFor(names, entitlement) && when === null;
  if (!isMeant || (subjects.length > 0 && isOneOf(subjects, who, scope) !== 'yes')) return [];
  return [require.max, require.maxContinuous].flatMap((max) =>
    max === null ? [] : [{ most: max, by: `the guardrail “${name}”` }],
  );
}

function glassBounds({ terms }: Granted, { governance }: Setting): readonly Bound[] {
  if (!terms.breakGlass) return [];
  const { breakGlass } = governance.organization;
  return [
    breakGlass === null
      ? { most: 0, by: 'break-glass, which is no longer offered' }
      : { most: breakGlass.max, by: 'break-glass' },
  ];
}
