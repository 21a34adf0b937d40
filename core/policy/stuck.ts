/**
 * Who could not be parted from a resource is given nothing more of it until that is put right. Break-glass is not held up:
 * an emergency is no time to wait for a repair, and it replaces approvals, leaves a trace and owes a review.
 */
import { heldGrants } from './facts.ts';
import { type Findings, NOTHING } from './findings.ts';
import { listed } from './labels.ts';
import { fails, issueAt, topOf } from './reason.ts';
import type { Ask } from './setting.ts';

export function checkStuck(ask: Ask): Findings {
  if (ask.request.kind === 'AccessRequest' && ask.request.breakGlass) return NOTHING;
  const stuck = heldGrants(ask).filter((grant) => grant.stuck === true && grant.resource === ask.resource.name);
  if (stuck.length === 0) return NOTHING;
  const ids = listed(stuck.map(({ id }) => `\`${id}\``).sort());
  const are = stuck.length === 1 ? 'is' : 'are';
  const why = `${ids} of ${ask.resource.name} ${are} over but could not be taken back from ${ask.asked.subject.name} yet`;
  const fix = 'ask again when it is: the operators were alerted, and every sweep tries; in an emergency, break glass';
  return { reasons: [fails('revoke-stuck', why)], issues: [issueAt(topOf(ask.path), 'revoke-stuck', why, { fix })] };
}
