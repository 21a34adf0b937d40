/**
 * Who a principal stands for, as numeric ids. A list that could not be read in full proves a membership but never its
 * absence, so there are three answers.
 */
import { ownersOf } from '../codeowners/owners.ts';
import type { People, Principal } from '../document/documents.ts';
import type { Answer } from './answer.ts';
import type { Evidence, Team } from './evidence.ts';
import { lookup } from './lookup.ts';
import { onCall } from './on-call.ts';
import type { Scope, Setting, Who } from './setting.ts';

/** `complete: false`: there may be others. */
export interface Members {
  readonly ids: readonly number[];
  readonly complete: boolean;
}

export function isOneOf(principals: readonly Principal[], who: Who, scope: Scope): Answer {
  const simple = principals.flatMap((principal) => expand(principal, scope));
  if (who.kind === 'service') {
    return simple.some((principal) => principal.kind === 'service' && principal.name === who.name) ? 'yes' : 'no';
  }
  const members = membersOf(simple, scope);
  if (members.ids.includes(who.id)) return 'yes';
  return members.complete ? 'no' : 'unknown';
}

/** Everyone these stand for. */
export function membersOf(principals: readonly Principal[], scope: Scope): Members {
  const all = principals.flatMap((principal) => expand(principal, scope)).map((named) => membersOfNamed(named, scope));
  return {
    ids: all.flatMap((members) => members.ids),
    complete: all.every((members) => members.complete),
  };
}

export type Named = Extract<Principal, { readonly name: string }>;

/** The named principals behind `owner`, `owner-rota`, `codeowners` and `any-rota`. */
export function expand(principal: Principal, scope: Scope): readonly Named[] {
  switch (principal.kind) {
    case 'person':
    case 'team':
    case 'rota':
    case 'service':
      return [principal];
    case 'owner':
      return scope.resource !== null && 'name' in scope.resource.owner ? [scope.resource.owner] : [];
    case 'owner-rota':
      return ownerRota(scope);
    case 'codeowners':
      return codeOwners(scope.setting, scope.path);
    case 'any-rota':
      return Object.keys(scope.setting.governance.rotas).map((name) => ({ kind: 'rota', name }));
  }
}

/** The rota that bears the owning team's name. A team without one has nobody on call. */
function ownerRota(scope: Scope): readonly Named[] {
  return expand({ kind: 'owner' }, scope)
    .filter((owner) => owner.kind === 'team' || owner.kind === 'rota')
    .filter((owner) => lookup(scope.setting.governance.rotas, owner.name) !== undefined)
    .map((owner) => ({ kind: 'rota', name: owner.name }));
}

/** Owners written in CODEOWNERS, as principals. One that cannot be told stays in, as somebody unknown. */
export function codeOwners(setting: Setting, path: string): readonly Named[] {
  const organization = organizationOf(setting.evidence);
  return ownersOf(setting.codeowners, path).owners.map((written) => {
    const [account, team] = written.toLowerCase().replace(/^@/, '').split('/');
    if (team !== undefined) return { kind: 'team', name: account === organization ? team : `${account}/${team}` };
    const person = Object.values(setting.governance.people.people).find((one) => one.login.toLowerCase() === account);
    return { kind: 'person', name: person?.name ?? `@${account}` };
  });
}

/** The owner of the access repository, in lower case: the teams of CODEOWNERS are its teams. */
export function organizationOf(evidence: Evidence): string {
  return evidence.repository.name.toLowerCase().split('/')[0] as string;
}

function membersOfNamed(principal: Named, scope: Scope): Members {
  const { governance } = scope.setting;
  switch (principal.kind) {
    case 'person':
      return idsOf([principal.name], scope.setting);
    case 'team':
      return membersOfTeam(scope.setting, principal.name);
    case 'rota': {
      const rota = lookup(governance.rotas, principal.name);
      return rota === undefined ? { ids: [], complete: false } : idsOf(onCall(rota, scope.at), scope.setting);
    }
    case 'service':
      return { ids: [], complete: true };
  }
}

function idsOf(names: readonly string[], setting: Setting): Members {
  const people = names.map((name) => lookup(setting.governance.people.people, name));
  return {
    ids: people.flatMap((person) => (person === undefined ? [] : [person.id])),
    complete: people.every((person) => person !== undefined),
  };
}

/** Members of a child team are members of its parents (GitHub, "About teams: nested teams"). */
export function membersOfTeam({ evidence, governance }: Setting, slug: string): Members {
  const team = lookup(evidence.teams, slug);
  if (team === undefined) return { ids: [], complete: false };
  const teams = [team, ...Object.values(evidence.teams).filter((other) => ancestorsOf(evidence, other).includes(slug))];
  const known = teams.filter((one) => isPinned(one, governance.people));
  return {
    ids: known.flatMap((one) => one.members.filter((member) => member.state === 'active').map((member) => member.id)),
    complete: known.length === teams.length && known.every((one) => one.complete),
  };
}

/** A team made again under the name of one that `people.yaml` knows by its id: who is in it proves nothing (threat 27). */
function isPinned(team: Team, people: People): boolean {
  return (lookup(people.teams, team.slug) ?? team.id) === team.id;
}

/** Slugs of the teams above this one, nearest first. A parent that was not read is still named. */
export function ancestorsOf(evidence: Evidence, team: Team): readonly string[] {
  const above: string[] = [];
  let parent = team.parent;
  while (parent !== null && parent !== team.slug && !above.includes(parent)) {
    above.push(parent);
    parent = lookup(evidence.teams, parent)?.parent ?? null;
  }
  return above;
}

/** Whether this account is an active member of the organisation. */
export function isActive(evidence: Evidence, id: number): Answer {
  if (evidence.members === null) return 'unknown';
  return evidence.members.includes(id) ? 'yes' : 'no';
}
