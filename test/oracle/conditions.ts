/** What each condition of `organisation.ts` means, by hand: true, false, or failed (`unknown`). */

import { type Tri, tri } from './membership.ts';
import type { Ask } from './terms.ts';

const DAY = 86_400_000;

export function holds(text: string, ask: Ask): Tri {
  const { world, subjectKey, at } = ask;
  const { signals } = world.evidence;
  const held = world.evidence.grants.filter(
    (grant) => grant.subject === subjectKey && !grant.id.startsWith(`${world.evidence.pullRequest.number}-`),
  );
  switch (text) {
    case 'request.duration <= duration("2h")':
      return tri(ask.length <= 2 * 3_600_000);
    case 'history.grants7d < 2':
      // The text does not say of grants that are approved and begin later: they count, as the stricter reading has it.
      return tri(held.filter((one) => Date.parse(one.starts) >= at - 7 * DAY).length < 2);
    case 'history.live == 0':
      return tri(!held.some((one) => at < Date.parse(one.expires)));
    case 'signals.incident':
      return typeof signals['incident'] === 'boolean' ? tri(signals['incident']) : 'unknown';
    case '!signals.incident':
      return typeof signals['incident'] === 'boolean' ? tri(!signals['incident']) : 'unknown';
    case 'signals.load < 50':
      return Number.isInteger(signals['load']) ? tri(Number(signals['load']) < 50) : 'unknown';
    case 'resource.labels.tier == "one"': {
      const tier = world.resource?.labels['tier'];
      return tier === undefined ? 'unknown' : tri(tier === 'one');
    }
    case 'opener.isSubject':
      return tri(ask.opener === subjectKey);
    case 'request.ticket != ""':
      return tri((ask.document.ticket ?? '') !== '');
    case 'now.getHours() < 12':
      return tri(new Date(at).getUTCHours() < 12);
    default:
      throw new Error(`the oracle does not know the condition ${text}`);
  }
}
