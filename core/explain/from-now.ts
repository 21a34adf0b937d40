/**
 * What the subject holds of the resource today, beside what it would get: an approver sees the change, not only its end.
 * Said from the ledger, since the gate reads no target: what was given by another way is not seen, and that is said too.
 */
import type { Asked, Decision } from '../policy/decision.ts';
import type { HeldGrant } from '../policy/evidence.ts';
import type { Instant } from '../time.ts';
import { code } from './escape.ts';
import { clock, subjectOf } from './verdict.ts';

/**
 * Markdown: "Now, through Gatepass, `@alice` holds of `orders-db`: nothing. …". Empty where nothing would be held.
 * @param held everybody's, as the ledger says; `null`: nobody looked, so nothing is said
 */
export function fromNow(decision: Decision, held: readonly HeldGrant[] | null): string {
  if (held === null || (decision.verdict !== 'allow' && decision.verdict !== 'pending')) return '';
  const { asked } = decision;
  if (asked === null || asked.request.kind !== 'AccessRequest') return '';
  const now = held.filter((grant) => isOf(grant, asked) && (grant.stuck === true || grant.expires > decision.now));
  const what = now.length === 0 ? 'nothing' : now.map((grant) => inWords(grant, decision.now)).join(', ');
  return `Now, through Gatepass, ${subjectOf(asked)} holds of ${code(asked.resource)}: ${what}. What was given by another way is not seen here.`;
}

function isOf(grant: HeldGrant, { subject, resource }: Asked): boolean {
  return grant.resource === resource && grant.subject === (subject.id ?? subject.name);
}

function inWords({ role, starts, expires, stuck }: HeldGrant, now: Instant): string {
  if (stuck === true) return `${code(role)} (over since ${clock(expires)}, and not taken back yet)`;
  const from = starts > now ? `from ${clock(starts)} ` : '';
  return `${code(role)} ${from}until ${clock(expires)}`;
}
