/**
 * What somebody may ask for, and what it takes: for every entitlement the rules that would let them have it. It can be told
 * without GitHub; then memberships are unknown, and what rests on them is said to be.
 */
import { parseCodeowners } from '../codeowners/parse.ts';
import type { Governance, Person, Request, Resource, Role, Rule } from '../document/documents.ts';
import { type Instant, type Milliseconds, plus } from '../time.ts';
import type { Reason } from './decision.ts';
import { endingOf, endingText } from './ending.ts';
import type { Evidence } from './evidence.ts';
import { ruleReason } from './fit.ts';
import { applies, guard } from './guardrails.ts';
import { hypotheticalEvidence, organizationIn } from './hypothetical.ts';
import { labelOf } from './labels.ts';
import { lookup } from './lookup.ts';
import { combine, naming } from './requirements.ts';
import { matches } from './selector.ts';
import type { Ask, Setting } from './setting.ts';

export interface Facts {
  readonly at: Instant;
  /** As in evidence. Empty when nobody asked GitHub: then memberships are unknown. */
  readonly teams: Evidence['teams'];
  readonly signals: Evidence['signals'];
}

export interface Possibility {
  readonly resource: string;
  readonly entitlement: string;
  readonly kind: 'role' | 'action';
  readonly sensitivity: string;
  /** How it ends, each way once: `by the sweep; no session outlives it`. Empty for an action. */
  readonly ends: readonly string[];
  /** In the order in which they are tried: the first that fits decides. */
  readonly ways: readonly Way[];
}

export interface Way {
  readonly rule: string;
  /** `null`: could not be told; `because` says what is unknown. */
  readonly holds: true | null;
  /** After every guardrail. */
  readonly max: Milliseconds;
  /** `1 of code owners (team:orders)`, `…, naming the digest`. Empty: automatic. */
  readonly approvals: readonly string[];
  /** Fields that a guardrail asks for, and calendars that the window must lie in. */
  readonly fields: readonly string[];
  readonly during: readonly string[];
  readonly because: readonly Reason[];
}

/** Sorted by resource, then by entitlement; entitlements without any way are left out. */
export function whatCan(governance: Governance, person: Person, facts: Facts): readonly Possibility[] {
  const setting = settingFor(governance, person, facts);
  return Object.values(governance.resources).flatMap((resource) => {
    const entitlements = [...Object.keys(resource.roles), ...Object.keys(resource.actions)].sort();
    return entitlements.flatMap((name) => {
      const kind = lookup(resource.roles, name) === undefined ? 'action' : 'role';
      const ways = waysTo(resource, name, kind, person, setting);
      const { sensitivity } = resource;
      const ends = endsOf(lookup(resource.roles, name));
      return ways.length === 0 ? [] : [{ resource: resource.name, entitlement: name, kind, sensitivity, ends, ways }];
    });
  });
}

function endsOf(role: Role | undefined): readonly string[] {
  const ways = (role?.grants ?? []).map(({ provider }) => endingText(endingOf(provider.type, provider.with)));
  return [...new Set(ways)].sort();
}

function settingFor(governance: Governance, person: Person, facts: Facts): Setting {
  const evidence = hypotheticalEvidence({
    organization: organizationIn(governance.codeowners.text),
    people: governance.people.people,
    pins: governance.people.teams,
    at: facts.at,
    opener: person.name,
    approvedBy: [],
    path: '',
    text: '',
    teams: {},
    signals: facts.signals,
    grants: [],
  });
  const codeowners = parseCodeowners(governance.codeowners.text, governance.codeowners.path);
  return { evidence: { ...evidence, teams: facts.teams }, governance, codeowners };
}

/** Only where exactly one rule set is for the resource: anything else is an error, and grants nothing. */
function waysTo(
  resource: Resource,
  entitlement: string,
  kind: 'role' | 'action',
  person: Person,
  setting: Setting,
): readonly Way[] {
  const sets = setting.governance.ruleSets.filter((set) => matches(set.on, resource));
  const rules = sets.length === 1 ? sets.flatMap((set) => set.rules) : [];
  return rules.flatMap((rule) => wayBy(rule, askFor(resource, entitlement, kind, person, rule.max, setting)));
}

function wayBy(rule: Rule, ask: Ask): readonly Way[] {
  const reason = ruleReason(rule, ask);
  if (reason.holds === false) return [];
  const guarded = guard(ask);
  const applying = ask.setting.governance.organization.guardrails.filter((guardrail) => applies(guardrail, ask));
  const asked = rule.approvals.map((approval) => ({ ...approval, source: rule.name, place: rule.place }));
  const approvals = combine([...asked, ...guarded.requirements]).map(naming(guarded.namesDigest));
  return [
    {
      rule: rule.name,
      holds: reason.holds,
      max: Math.min(rule.max, ...guarded.bounds.map((bound) => bound.max)),
      approvals: approvals.map(
        (one) => `${one.count} of ${labelOf(one.from, ask)}${one.namesDigest ? ', naming the digest' : ''}`,
      ),
      fields: [...new Set(applying.flatMap((guardrail) => guardrail.require.fields))].sort(),
      during: [...new Set(applying.flatMap(({ require }) => require.during ?? []))].sort(),
      because: reason.because,
    },
  ];
}

/** The longest that the rule allows, starting now. */
function askFor(
  resource: Resource,
  entitlement: string,
  kind: 'role' | 'action',
  person: Person,
  length: Milliseconds,
  setting: Setting,
): Ask {
  const { now: at } = setting.evidence;
  const path = `requests/${resource.name}/${entitlement}/example.yaml`;
  const fields = {
    path: { path, resource: resource.name, entitlement, slug: 'example' },
    reason: '',
    ticket: null,
    subject: null,
    starts: null,
    startsBy: null,
    places: {},
  };
  const request: Request =
    kind === 'role'
      ? { kind: 'AccessRequest', ...fields, duration: length, breakGlass: false }
      : { kind: 'ActionRequest', ...fields, within: length, inputs: {} };
  const { name, id, login, identities } = person;
  return {
    setting,
    resource,
    path,
    at,
    starts: at,
    request,
    asked: {
      request,
      subject: { kind: 'person', name, id, login, identities },
      opener: { id, login },
      resource: resource.name,
      entitlement,
      sensitivity: resource.sensitivity,
    },
    who: { kind: 'person', id },
    length,
    end: plus(at, length),
  };
}
