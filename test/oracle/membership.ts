/** Who is in what, at an instant: yes, no, or not to be told. Doubt is never a no, and never a yes. */
import type { Evidence } from '../../core/policy/evidence.ts';
import { type Documents, need, type Resource } from './documents.ts';

export type Tri = 'yes' | 'no' | 'unknown';

/** One yes is enough; otherwise any doubt is doubt. */
export function any(answers: readonly Tri[]): Tri {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

/** One no is enough; otherwise any doubt is doubt. */
export function all(answers: readonly Tri[]): Tri {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

export const tri = (holds: boolean): Tri => (holds ? 'yes' : 'no');

export interface World {
  readonly evidence: Evidence;
  readonly documents: Documents;
  /** What is asked for; `null` for a policy change. */
  readonly resource: Resource | null;
}

/** Members of a team are those of its child teams too; only active ones count. */
export function inTeam({ evidence }: World, slug: string, id: number): Tri {
  const wanted = slug.toLowerCase();
  // What is not there could not be read: not even a child team proves anything then.
  if (evidence.teams[wanted] === undefined) return 'unknown';
  const below = new Set([wanted]);
  for (let before = -1; before < below.size; ) {
    before = below.size;
    for (const team of Object.values(evidence.teams))
      if (team.parent !== null && below.has(team.parent)) below.add(team.slug);
  }
  return any(
    [...below].map((one) => {
      const team = evidence.teams[one];
      if (team === undefined) return 'unknown';
      if (team.members.some((member) => member.id === id && member.state === 'active')) return 'yes';
      return team.complete ? 'no' : 'unknown';
    }),
  );
}

export function isMember({ evidence }: World, id: number): Tri {
  return evidence.members === null ? 'unknown' : tri(evidence.members.includes(id));
}

function isPerson({ documents }: World, name: string, id: number): Tri {
  return tri(documents.people[name]?.github.id === id);
}

function onCall(world: World, rota: string, at: number): string[] {
  const found = world.documents.rotas[rota];
  if (found === undefined) return [];
  const shifts = (found.shifts ?? []).filter((one) => Date.parse(one.from) <= at && at < Date.parse(one.until));
  if (shifts.length > 0) return shifts.map((one) => one.person);
  const { starts, every, people } = found.rotation;
  if (at < Date.parse(starts)) return [];
  const turn = Math.floor((at - Date.parse(starts)) / need(every));
  return [people[turn % people.length] ?? ''];
}

const inRota = (world: World, rota: string, id: number, at: number): Tri =>
  any(onCall(world, rota, at).map((name) => isPerson(world, name, id)));

/** Whether this person is one of these principals. `path`: whose code owners are meant. */
export function isOne(world: World, principals: readonly string[], id: number, at: number, path: string): Tri {
  return any(principals.map((principal) => is(world, principal, id, at, path)));
}

function is(world: World, principal: string, id: number, at: number, path: string): Tri {
  const [kind, name = ''] = principal.split(':');
  const owner = world.resource?.owner ?? '';
  switch (kind) {
    case 'person':
      return isPerson(world, name, id);
    case 'team':
      return inTeam(world, name, id);
    case 'rota':
      return inRota(world, name, id, at);
    case 'any-rota':
      return any(Object.keys(world.documents.rotas).map((rota) => inRota(world, rota, id, at)));
    case 'owner':
      return owner === '' ? 'no' : is(world, owner, id, at, path);
    case 'owner-rota':
      return owner.startsWith('team:') ? inRota(world, owner.slice(5), id, at) : 'no';
    case 'codeowners':
      return any(ownersOf(world, path).map((one) => is(world, one, id, at, path)));
    default:
      return 'no';
  }
}

/** The last matching line wins entirely. The patterns of `organisation.ts`: `*` and `/folder/`. */
export function ownersOf({ documents }: World, path: string): string[] {
  const matching = documents.codeowners.filter(({ pattern }) => pattern === '*' || `/${path}`.startsWith(pattern));
  return (matching.at(-1)?.owners ?? []).map((owner) => {
    if (owner.startsWith('@acme/')) return `team:${owner.slice(6)}`;
    const person = Object.entries(documents.people).find(([, one]) => one.github.login === owner.slice(1));
    return `person:${person?.[0] ?? ''}`;
  });
}

/** The teams whose seats this principal list is made of, for delegations. */
export function teamsIn(world: World, principals: readonly string[], path: string): string[] {
  return principals.flatMap((principal) => {
    if (principal.startsWith('team:')) return [principal.slice(5)];
    if (principal === 'owner') return teamsIn(world, [world.resource?.owner ?? ''], path);
    return principal === 'codeowners' ? teamsIn(world, ownersOf(world, path), path) : [];
  });
}
