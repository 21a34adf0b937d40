/**
 * On which terms a request could be granted, whoever has approved: the rule that decides, every bound, what stands against
 * it, and which approvals it takes. Asked again with other lengths of time to find the nearest request that would do.
 */
import type { Issue } from '../document/issue.ts';
import { type Effect, effectOf } from './bindings.ts';
import { checkBounds, checkWindow } from './bounds.ts';
import { breakGlass } from './break-glass.ts';
import type { Reason } from './decision.ts';
import { NOTHING, together } from './findings.ts';
import { fitRule } from './fit.ts';
import { checkLiveGrants, guard } from './guardrails.ts';
import { checkFreezes, checkLocks } from './locks.ts';
import type { Refusal } from './reason.ts';
import { combine, naming, type Requirement } from './requirements.ts';
import type { Ask } from './setting.ts';
import { checkStuck } from './stuck.ts';
import { checkCombinations } from './toxic.ts';

export interface Terms {
  readonly is: 'terms';
  readonly rule: string;
  /** Empty: automatic, because the deciding rule says so or break-glass replaces them. */
  readonly requirements: readonly Requirement[];
  readonly effect: Effect;
  readonly reviewWithin: number | null;
  readonly reasons: readonly Reason[];
}

export function termsFor(ask: Ask): Terms | Refusal {
  const fitting = fitRule(ask);
  const guarded = guard(ask);
  const glass = breakGlass(ask);
  const effect = effectOf(ask);
  const rules = fitting.is === 'fit' ? [...fitting.kept, fitting.rule] : [];
  const bounds = [
    ...rules.map((rule) => ({ source: `the rule “${rule.name}”`, max: rule.max, place: rule.place })),
    ...guarded.bounds,
    ...(glass?.bounds ?? []),
  ];
  const found = together([
    fitting.is === 'fit' ? { reasons: [fitting.reason], issues: [] } : fitting,
    checkBounds(bounds, ask),
    checkWindow(ask),
    guarded,
    glass ?? NOTHING,
    checkLocks(ask),
    checkFreezes(ask),
    ...(ask.request.kind === 'AccessRequest' ? [checkLiveGrants(ask), checkCombinations(ask), checkStuck(ask)] : []),
    effect,
  ]);
  const { reasons, issues } = found;
  if (fitting.is !== 'fit' || reasons.some((reason) => reason.holds !== true)) {
    // A definite no wins over what could not be told.
    const is = reasons.some((reason) => reason.holds === false) ? 'deny' : 'fault';
    return { is, reasons, issues: unique(issues) };
  }
  const asked = rules.flatMap((rule) =>
    rule.approvals.map((approval) => ({ ...approval, source: rule.name, place: rule.place })),
  );
  return {
    is: 'terms',
    rule: fitting.rule.name,
    requirements: glass === null ? combine([...asked, ...guarded.requirements]).map(naming(guarded.namesDigest)) : [],
    effect,
    reviewWithin: glass?.reviewWithin ?? null,
    reasons,
  };
}

/** Two guardrails can ask for the same field. */
function unique(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const key = `${issue.code} ${issue.line} ${issue.column} ${issue.message}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}
