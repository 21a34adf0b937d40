/** Break-glass replaces the approvals and nothing else, and the next one waits until the last is over and reviewed. */

import { placeOf } from './asked.ts';
import type { Bound } from './bounds.ts';
import { heldGrants } from './facts.ts';
import type { Findings } from './findings.ts';
import { labelOf, listed } from './labels.ts';
import { isOneOf } from './principals.ts';
import { fails, holds, issueAt, unknown } from './reason.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { Ask } from './setting.ts';

export interface BreakGlass extends Findings {
  readonly bounds: readonly Bound[];
  /** By when the review is due after the grant. */
  readonly reviewWithin: number | null;
}

/** `null`: the request does not ask for it. */
export function breakGlass(ask: Ask): BreakGlass | null {
  if (ask.request.kind !== 'AccessRequest' || !ask.request.breakGlass) return null;
  const terms = ask.setting.governance.organization.breakGlass;
  if (terms === null) return refuse(ask, 'break-glass-not-offered', 'the organisation offers no break-glass');
  const owed = heldGrants(ask).filter((grant) => grant.breakGlass && (grant.expires > ask.at || !grant.reviewed));
  if (owed.length > 0) {
    const ids = listed(owed.map(({ id }) => `\`${id}\``).sort());
    return refuse(ask, 'break-glass-owed', `break-glass grants that are live or not reviewed yet: ${ids}`);
  }
  const { name } = ask.asked.subject;
  const label = labelOf(terms.subjects, ask);
  const eligible = isOneOf(terms.subjects, ask.who, ask);
  if (eligible === 'no') return refuse(ask, 'break-glass-not-eligible', `${name} is not in: ${label}`);
  const reason =
    eligible === 'yes'
      ? holds('break-glass', `${name} is in: ${label}; no approval now, a review is owed`)
      : unknown('membership-unknown', `whether ${name} is in: ${label} could not be read`);
  return {
    reasons: [reason],
    issues: [],
    bounds: [{ source: 'break-glass', max: terms.max, place: null }],
    reviewWithin: terms.reviewWithin,
  };
}

function refuse(ask: Ask, code: ReasonCode, why: string): BreakGlass {
  const issue = issueAt(placeOf(ask.request, 'breakGlass'), code, why, {
    found: 'true',
    fix: 'leave `breakGlass` out and ask for approvals',
  });
  return { reasons: [fails(code, why)], issues: [issue], bounds: [], reviewWithin: null };
}
