/**
 * Which rule decides. The first that fits does; its `max` is a bound, not part of the fit, so a request that is too long
 * is denied and never falls to a looser rule. A rule whose fit could not be told is kept: what it demands is demanded too.
 *
 * | for, subjects, openers, during, when | then                                        |
 * |--------------------------------------|---------------------------------------------|
 * | one does not hold                    | next rule                                   |
 * | all hold                             | this rule decides                           |
 * | else                                 | keep its `max` and `approvals`; next rule   |
 * | no rule left                         | deny; after a rule was kept: fault          |
 */
import type { Rule, RuleSet } from '../document/documents.ts';
import { calendarReason } from './calendar-reason.ts';
import type { Reason } from './decision.ts';
import { conditionOf, isOwn } from './facts.ts';
import { labelOf } from './labels.ts';
import { isOneOf } from './principals.ts';
import { fails, holds, issueAt, type Refusal, topOf, unknown } from './reason.ts';
import { matches } from './selector.ts';
import type { Ask } from './setting.ts';

export interface Fit {
  readonly is: 'fit';
  readonly rule: Rule;
  /** Rules before it whose fit could not be told. */
  readonly kept: readonly Rule[];
  readonly reason: Reason;
}

export function fitRule(ask: Ask): Fit | Refusal {
  const sets = ask.setting.governance.ruleSets.filter((set) => matches(set.on, ask.resource));
  const [set] = sets;
  if (set === undefined) {
    const why = `no rule set is for \`${ask.resource.name}\``;
    return { is: 'deny', reasons: [fails('no-rule-set', why)], issues: [noRule(ask, why)] };
  }
  if (sets.length > 1) {
    const files = sets.map((one) => `${one.place.file}:${one.place.line}`).join(' and ');
    const why = `\`${ask.resource.name}\` falls under ${sets.length} rule sets: ${files}`;
    return { is: 'fault', reasons: [unknown('rule-sets-overlap', why)], issues: [] };
  }
  return firstFit(set, ask);
}

function firstFit(set: RuleSet, ask: Ask): Fit | Refusal {
  const tried: Reason[] = [];
  const kept: Rule[] = [];
  for (const rule of set.rules) {
    const reason = ruleReason(rule, ask);
    tried.push(reason);
    if (reason.holds === true) {
      return { is: 'fit', rule, kept, reason: holds('rule-decides', rule.name, { place: rule.place, because: tried }) };
    }
    if (reason.holds === null) kept.push(rule);
  }
  const why = `no rule lets ${ask.asked.subject.name} have \`${ask.asked.entitlement}\` of \`${ask.resource.name}\` now`;
  if (kept.length > 0) {
    const message = `whether a rule fits could not be told: ${kept.map((rule) => rule.name).join('; ')}`;
    return { is: 'fault', reasons: [unknown('no-rule-fits', message, { because: tried })], issues: [] };
  }
  return {
    is: 'deny',
    reasons: [fails('no-rule-fits', why, { because: tried })],
    issues: [noRule(ask, why, whoMay(set, ask))],
  };
}

function noRule(ask: Ask, why: string, expected: string | null = null) {
  return issueAt(topOf(ask.path), expected === null ? 'no-rule-set' : 'no-rule-fits', why, {
    found: ask.asked.subject.name,
    expected,
    fix: 'see what you may ask for with `gatepass can`',
  });
}

function whoMay(set: RuleSet, ask: Ask): string {
  const rules = set.rules.filter((rule) => rule.for.includes(ask.asked.entitlement));
  const labels = rules.map((rule) => labelOf(rule.subjects, ask));
  return labels.length === 0 ? 'nobody: no rule is for it' : [...new Set(labels)].join(', or ');
}

/** Whether one rule fits, with the first claim that does not hold, or all of them. */
export function ruleReason(rule: Rule, ask: Ask): Reason {
  const because: Reason[] = [];
  for (const claim of CLAIMS) {
    const reason = claim(rule, ask);
    if (reason === null) continue;
    because.push(reason);
    if (reason.holds === false) return fails('rule-skipped', rule.name, { place: rule.place, because });
  }
  return because.every((reason) => reason.holds)
    ? holds('rule-fits', rule.name, { place: rule.place, because })
    : unknown('rule-failed', rule.name, { place: rule.place, because });
}

/** `null`: the rule says nothing on it. */
const CLAIMS: readonly ((rule: Rule, ask: Ask) => Reason | null)[] = [
  entitlementReason,
  subjectReason,
  openerReason,
  (rule, ask) => (rule.during === null ? null : calendarReason(rule.during, ask)),
  whenReason,
];

function entitlementReason(rule: Rule, ask: Ask): Reason {
  const names = rule.for.join(', ');
  return rule.for.includes(ask.asked.entitlement)
    ? holds('entitlement-covered', `it is for ${names}`)
    : fails('entitlement-not-covered', `it is for ${names}`);
}

function subjectReason(rule: Rule, ask: Ask): Reason {
  const label = labelOf(rule.subjects, ask);
  const name = ask.asked.subject.name;
  switch (isOneOf(rule.subjects, ask.who, ask)) {
    case 'yes':
      return holds('subject-eligible', `${name} is in ${label}`);
    case 'no':
      return fails('subject-not-eligible', `${name} is not in ${label}`);
    case 'unknown':
      return unknown('membership-unknown', `whether ${name} is in ${label} could not be read`);
  }
}

/** Who asks for themselves needs no leave. */
function openerReason(rule: Rule, ask: Ask): Reason | null {
  if (isOwn(ask)) return null;
  const { id, login } = ask.asked.opener;
  if (rule.openers.length === 0) {
    return fails('opener-not-allowed', `only the receiver may ask here, not ${login} for ${ask.asked.subject.name}`);
  }
  const label = labelOf(rule.openers, ask);
  switch (isOneOf(rule.openers, { kind: 'person', id }, ask)) {
    case 'yes':
      return holds('opener-allowed', `${login}, who asks, is in ${label}`);
    case 'no':
      return fails('opener-not-allowed', `${login}, who asks, is not in ${label}`);
    case 'unknown':
      return unknown('membership-unknown', `whether ${login}, who asks, is in ${label} could not be read`);
  }
}

function whenReason(rule: Rule, ask: Ask): Reason | null {
  return rule.when === null ? null : conditionReason(rule.when, ask);
}

export function conditionReason(text: string, ask: Ask): Reason {
  const result = conditionOf(text, ask);
  switch (result.is) {
    case 'satisfied':
      return holds('condition-satisfied', text);
    case 'unsatisfied':
      return fails('condition-unsatisfied', text);
    case 'failed':
      return unknown('condition-failed', `${text}: ${result.why}`);
  }
}
