/** Rule sets: who may have what. Whether they fit the catalog is checked across files. */
import type { Rule, RuleSet } from '../documents.ts';
import type { Issue } from '../issue.ts';
import type { WrittenRule, WrittenRuleSet } from '../written.ts';
import { approvalsOf, durationOf } from './approvals.ts';
import { selectorOf } from './selector.ts';
import { duplicateNames, placeOf, principals, type Source } from './source.ts';

export function readRuleSets(sources: readonly Source<WrittenRuleSet>[]): { ruleSets: RuleSet[]; issues: Issue[] } {
  return {
    ruleSets: sources.map((source) => ({
      on: selectorOf(source.written.on),
      onTighten: source.written.onTighten ?? 'keep',
      rules: source.written.rules.map((rule, index) => ruleOf(rule, source, `/rules/${index}`)),
      place: placeOf(source, '/on'),
    })),
    issues: sources.flatMap((source) => duplicateNames(source, source.written.rules, '/rules')),
  };
}

function ruleOf(written: WrittenRule, source: Source<WrittenRuleSet>, path: string): Rule {
  return {
    name: written.name,
    for: written.for,
    subjects: principals(written.subjects),
    openers: principals(written.openers),
    during: written.during ?? null,
    when: written.when ?? null,
    explain: written.explain ?? null,
    max: durationOf(written.max),
    approvals: approvalsOf(written.approvals),
    place: placeOf(source, path),
  };
}
