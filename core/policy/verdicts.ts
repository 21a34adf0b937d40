/** Putting decisions together: what all verdicts share, and the ones that grant nothing. */
import { ENGINE } from '../json.ts';
import type { Allow, Decision, Pending, PullKind, Reason } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { fails, type Refusal, unknown } from './reason.ts';

export type Common = Omit<Extract<Decision, { readonly verdict: 'invalid' }>, 'verdict' | 'issues'>;

export function commonOf(evidence: Evidence, pullKind: PullKind): Common {
  return {
    apiVersion: 'gatepass/v1',
    kind: 'Decision',
    engine: ENGINE,
    now: evidence.now,
    pullRequest: evidence.pullRequest.number,
    head: evidence.pullRequest.head.sha,
    governing: evidence.governing.commit,
    pullKind,
    asked: null,
    reasons: [],
    reviews: [],
    warnings: [],
  };
}

export function refuse(common: Common, refusal: Refusal, hint: string | null = null): Decision {
  const { is, issues } = refusal;
  const base = { ...common, reasons: [...common.reasons, ...refusal.reasons] };
  return is === 'deny' ? { ...base, verdict: is, hint, issues } : { ...base, verdict: is, issues };
}

/** What an allowance and a pending one have in common, before it is known which it is. */
export type Open = Omit<Allow, 'verdict'>;

/** Complete and not a draft: allowed. */
export function conclude(open: Open, is: 'complete' | 'missing' | 'unknown', isDraft: boolean): Decision {
  if (is === 'unknown') {
    const {
      requirements: _r,
      window: _w,
      bindings: _b,
      run: _n,
      rule: _u,
      reviewWithin: _v,
      returns: _t,
      ...common
    } = open;
    return { ...common, verdict: 'fault', issues: [] };
  }
  if (is === 'complete' && !isDraft) return { ...open, verdict: 'allow' };
  const draft: readonly Reason[] = isDraft ? [fails('pull-request-draft', 'the pull request is still a draft')] : [];
  const { reviewWithin: _v, returns: _t, ...pending } = open;
  return { ...pending, verdict: 'pending', reasons: [...open.reasons, ...draft] } satisfies Pending;
}

/** For evidence that breaks the decision itself. Reads each field with care, since any of them may be to blame. */
export function broken(evidence: Evidence): Decision {
  const given = (evidence ?? {}) as Partial<Evidence>;
  return {
    apiVersion: 'gatepass/v1',
    kind: 'Decision',
    engine: ENGINE,
    now: given.now ?? ('1970-01-01T00:00:00.000Z' as Evidence['now']),
    pullRequest: given.pullRequest?.number ?? 0,
    head: given.pullRequest?.head?.sha ?? '',
    governing: given.governing?.commit ?? '',
    pullKind: 'empty',
    asked: null,
    verdict: 'fault',
    reasons: [unknown('internal-error', 'the decision failed; nothing is granted')],
    reviews: [],
    warnings: [],
    issues: [],
  };
}
