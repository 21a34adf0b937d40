/** What an allowed request entitles to, as the ledger keeps it. Where two decisions differ in length, the shorter holds. */
import type { GrantTerms, RequestRef } from '../core/ledger/entry.ts';
import type { Allow, Asked } from '../core/policy/decision.ts';
import { grantId } from '../core/policy/grant-id.ts';

/** Of two decisions that allow the same bindings to the same subject. Throws `TypeError` for a decision on no request. */
export function grantTerms(request: RequestRef, atMerge: Allow, atTip: Allow): GrantTerms {
  const asked = askedOf(atMerge);
  const { kind, reason, ticket, starts, startsBy } = asked.request;
  return {
    id: grantId(request),
    kind: kind === 'AccessRequest' ? 'access' : 'action',
    resource: asked.resource,
    entitlement: asked.entitlement,
    subject: asked.subject,
    reason,
    ticket,
    starts,
    startsBy,
    length: Math.min(lengthOf(atMerge), lengthOf(atTip)),
    bindings: atMerge.bindings,
    run: atMerge.run === null ? null : { ...atMerge.run, within: Math.min(lengthOf(atMerge), lengthOf(atTip)) },
    breakGlass: asked.request.kind === 'AccessRequest' && asked.request.breakGlass,
  };
}

/** Of an action: how long after its approval it may still be started. */
function lengthOf(decision: Allow): number {
  const length = decision.window?.length ?? decision.run?.within;
  if (length === undefined) throw new TypeError('the decision has neither a window nor a run');
  return length;
}

function askedOf(decision: Allow): Asked {
  if (decision.asked === null) throw new TypeError('the decision is not about a request');
  return decision.asked;
}
