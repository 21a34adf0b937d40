/** Who could still give an approval that is missing, and whether they are awake. */
import { isAwake } from './calendar.ts';
import type { Candidate } from './decision.ts';
import { barOf, type Exclusions } from './exclusions.ts';
import { isActive, membersOf } from './principals.ts';
import { approversOf, delegatesFor } from './seats.ts';
import type { Demand } from './voices.ts';

/** Sorted by login. `used`: people whose approval fills a place already. */
export function candidatesFor(demand: Demand, used: ReadonlySet<number>, exclusions: Exclusions): readonly Candidate[] {
  const { scope } = demand;
  const { evidence, governance } = scope.setting;
  const ids = new Set([
    ...membersOf(approversOf(demand, scope), scope).ids,
    ...delegatesFor(demand, scope, exclusions),
  ]);
  const people = Object.values(governance.people.people);
  const members = Object.values(evidence.teams).flatMap((team) => team.members);
  const accounts = [...people, ...members.map((member) => ({ ...member, zone: null }))];
  return accounts
    .filter(({ id }, index) => ids.has(id) && accounts.findIndex((other) => other.id === id) === index)
    .filter(({ id }) => !used.has(id) && barOf(exclusions, id, scope) === null && isActive(evidence, id) === 'yes')
    .map(({ id, login, zone }) => ({ id, login, awake: zone === null ? null : isAwake(zone, evidence.now) }))
    .sort((a, b) => (a.login < b.login ? -1 : 1));
}
