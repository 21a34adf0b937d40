/** Who could still give an approval that is missing, and whether they are awake. */
import { isAwake } from './calendar.ts';
import type { Candidate } from './decision.ts';
import type { Evidence } from './evidence.ts';
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
  return [...ids]
    .filter((id) => !used.has(id) && barOf(exclusions, id, scope) === null && isActive(evidence, id) === 'yes')
    .map((id) => {
      const person = people.find((one) => one.id === id);
      const zone = person?.zone ?? null;
      return {
        id,
        login: person?.login ?? loginOf(id, evidence),
        awake: zone === null ? null : isAwake(zone, evidence.now),
      };
    })
    .sort((a, b) => (a.login < b.login ? -1 : 1));
}

function loginOf(id: number, evidence: Evidence): string {
  const members = Object.values(evidence.teams).flatMap((team) => team.members);
  return members.find((member) => member.id === id)?.login ?? `#${id}`;
}
