/** People come and go: accounts that are gone or change their names, names that others take, and the team that approves. */
import type { MemoryUser } from '../support/memory-github.ts';
import { OWNERS, REQUESTERS, TEAMS, USERS } from './organisation.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

/** Where everybody is. Empty: as it was at first. */
export class Accounts {
  /** By index of the requester. */
  readonly gone = new Map<number, 'left' | 'deleted'>();
  readonly renamed = new Set<number>();
  /** Of the owners' team, by id. */
  readonly missing = new Set<number>();
  isTeamDeleted = false;
  readonly #users = new Map(USERS.map(({ id, login }) => [id, { id, login }]));

  get(user: MemoryUser): MemoryUser {
    return this.#users.get(user.id) ?? user;
  }

  /** Whose approval counts now. */
  get owners(): readonly MemoryUser[] {
    return this.isTeamDeleted ? [] : OWNERS.filter(({ id }) => !this.missing.has(id));
  }

  tell({ github, model }: World): void {
    for (const [who, { id, login }] of REQUESTERS.entries()) {
      const user = this.#users.get(id);
      if (user !== undefined) user.login = this.renamed.has(who) ? `${login}-smith` : login;
    }
    const gone = new Set([...this.gone.keys()].map((who) => REQUESTERS[who]?.id));
    const newcomers = [...this.renamed].map(impostorOf);
    const here = ({ id }: MemoryUser) => !gone.has(id) && !this.missing.has(id);
    const left = REQUESTERS.filter((_, who) => this.gone.get(who) === 'left').map((user) => this.get(user));
    const all = (users: readonly MemoryUser[]) => users.filter(here).map((user) => this.get(user));
    github.users.splice(0, github.users.length, ...all(USERS), ...newcomers);
    github.outsiders.splice(0, github.outsiders.length, ...left);
    for (const [index, [slug, members]] of Object.entries(TEAMS).entries()) {
      const more = slug === 'engineering' ? newcomers : [];
      github.teams.set(slug, { id: 9000 + index, parent: null, members: [...all(members), ...more] });
    }
    if (this.isTeamDeleted) github.teams.delete('owners');
    model.gone = new Set(this.gone.keys());
    model.owners = new Set(this.owners.map(({ id }) => id));
    const told = [[...this.gone].sort(), [...this.renamed].sort(), [...this.missing].sort(), this.isTeamDeleted];
    model.people = JSON.stringify(told);
  }
}

/** Who took the name of somebody who changed it, and is an engineer here too. */
export function impostorOf(who: number): MemoryUser {
  return { id: 3001 + who, login: REQUESTERS[who]?.login ?? '' };
}

export function changeAccount(world: World, { who, how }: Extract<Step, { is: 'account' }>): void {
  const { accounts, model } = world;
  const own = model.asked.filter((asked) => asked.who === who);
  const isHolding = own.some(({ grant, isOver, ends }) => grant !== null && !isOver && world.clock < ends);
  if (how === 'renamed') {
    accounts.renamed.add(who);
    if (isHolding) world.await('recycled');
  } else if (how === 'back') {
    accounts.gone.delete(who);
    accounts.renamed.delete(who);
  } else {
    accounts.gone.set(who, how);
    for (const asked of own) model.doubt(asked);
    if (isHolding) world.await('left');
  }
  accounts.tell(world);
}

export function changeOwners(world: World, how: Extract<Step, { is: 'owners' }>['how']): void {
  const { accounts, model } = world;
  if (how === 'back') {
    accounts.missing.clear();
    accounts.isTeamDeleted = false;
  }
  if (how === 'deleted') accounts.isTeamDeleted = true;
  if (how === 'emptied') for (const { id } of OWNERS) accounts.missing.add(id);
  if (how === 'first-leaves') accounts.missing.add(OWNERS[0].id);
  accounts.tell(world);
  for (const asked of model.asked) {
    if (asked.needs === null || model.owners.has(asked.needs)) continue;
    // What is held stays: the approval stands as of its time.
    if (!model.isHeld(asked)) model.doubt(asked);
    if (!asked.isOver && world.clock < asked.ends) world.await(how === 'first-leaves' ? 'approver-left' : 'team-gone');
  }
}

/** Everybody is where they were, so that what was decided then can be decided again. */
export function allBack(world: World): void {
  const { accounts } = world;
  accounts.gone.clear();
  accounts.renamed.clear();
  accounts.missing.clear();
  accounts.isTeamDeleted = false;
  accounts.tell(world);
}
