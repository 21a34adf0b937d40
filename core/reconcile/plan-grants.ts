/** The part of a plan that is about grants without a slot: actions, and approvals that came too late. */
import { lapseOf, windowOf } from '../ledger/live.ts';
import type { GrantState } from '../ledger/state.ts';
import { type Instant, plus } from '../time.ts';
import type { Change } from './change.ts';
import type { PlanInput } from './plan.ts';
import { mayBegin } from './slots.ts';

/** An action is started at most once: after its intent it is only looked for. */
export function planActions(input: PlanInput): readonly Change[] {
  return [...input.state.grants.values()].flatMap((grant) => planAction(grant, input));
}

function planAction(grant: GrantState, input: PlanInput): readonly Change[] {
  const { terms, action } = grant;
  if (action !== null) {
    if (action.state !== 'started' && action.state !== 'running') return [];
    const { runId, correlation, intent } = action;
    return [{ kind: 'follow', grant: terms.id, runId, correlation, intent }];
  }
  if (terms.run === null || !input.mayGrant || !input.resolved.has(terms.id)) return [];
  if (!mayBegin(grant, input.now, input.locks)) return [];
  return [{ kind: 'run', grant: terms.id, run: terms.run, due: windowOf(grant).starts, until: startableUntil(grant) }];
}

/** It may start by `startsBy`, that instant included, and within its window. */
function startableUntil(grant: GrantState): Instant {
  const { startsBy } = grant.terms;
  const { expires } = windowOf(grant);
  return startsBy !== null && startsBy < expires ? plus(startsBy, 1) : expires;
}

export function planLapses({ state, now }: PlanInput): readonly Change[] {
  return [...state.grants.values()].flatMap((grant) => {
    const why = lapseOf(grant, now);
    return why === null ? [] : [{ kind: 'lapse' as const, grant: grant.terms.id, why }];
  });
}
