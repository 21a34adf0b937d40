/**
 * Grants whose holder is gone: no member of the organisation any more, the account deleted, or a service that left the
 * policies. They end now. Only what GitHub says outright counts: a list that could not be read, or that misses somebody
 * whom GitHub then shows, ends nothing; and when many seem to have gone at once, a person looks first.
 */
import type { Body } from '../core/ledger/entry.ts';
import { isOver } from '../core/ledger/live.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import { call, GitHubError } from '../github/client.ts';
import { inBatches } from '../github/in-batches.ts';
import { readMembers } from '../github/memberships.ts';
import { fields, text } from '../github/read.ts';
import { readRepository, readSetting } from './setting.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

export interface DepartedAsked {
  /** Commit of the accepted governing tree. */
  readonly accepted: string;
  readonly state: LedgerState;
  readonly now: Instant;
}

export interface Departed {
  readonly bodies: readonly Body[];
  /** So many at once that nobody is taken for gone, and nothing begins. */
  readonly stops: readonly Stop[];
}

type Why = 'organization' | 'account' | 'service';

const NOBODY: Departed = { bodies: [], stops: [] };

/** More people than this at once, and it is what GitHub lets us see that changed. */
const AT_ONCE = 10;

/** Asks nothing while nothing is held. What GitHub does not answer is asked again by the next sweep. */
export async function findDeparted(world: SweepWorld, asked: DepartedAsked): Promise<Departed> {
  const held = [...asked.state.grants.values()].filter(isOpen);
  if (held.length === 0) return NOBODY;
  const [people, services] = await Promise.all([gonePeople(world, held), goneServices(world, asked, held)]);
  if (people.size > AT_ONCE) return { bodies: [], stops: [tooMany(people.size)] };
  const bodies = held.flatMap(({ terms }): readonly Body[] => {
    const { id, name } = terms.subject;
    const why = id === null ? services.get(name) : people.get(id);
    return why === undefined ? [] : [{ type: 'left', grant: terms.id, why, commit: asked.accepted }];
  });
  return { bodies, stops: [] };
}

function isOpen(grant: GrantState): boolean {
  return grant.terms.kind === 'access' && !isOver(grant) && grant.ended === null;
}

function tooMany(count: number): Stop {
  return {
    key: 'departures-doubtful',
    severity: 'critical',
    message: `${count} people who hold grants seem to have left the organisation at once`,
    next: 'look whether the applier app may still read the members; if they left, lock them; until then nothing begins, and their grants run to their ends',
  };
}

async function gonePeople(world: SweepWorld, held: readonly GrantState[]): Promise<ReadonlyMap<number, Why>> {
  const ids = new Set(held.flatMap(({ terms }) => (terms.subject.id === null ? [] : [terms.subject.id])));
  if (ids.size === 0) return new Map();
  return orElse(new Map(), async () => {
    const { organization } = await readRepository(world);
    const members = organization === null ? [] : await readMembers(world.github, organization);
    if (members === null) return new Map();
    const missing = [...ids].filter((id) => !members.includes(id)).sort((a, b) => a - b);
    const found = await inBatches(missing, async (id) => [id, await whyGone(world, organization, id)] as const);
    return new Map(found.flatMap(([id, why]) => (why === null ? [] : [[id, why] as const])));
  });
}

/**
 * A list may be incomplete without saying so: to an app that lost its permission GitHub shows public members only. So each
 * who is missing is asked for, by numeric id, under whatever login they have now. `null`: here, or not to be told.
 */
async function whyGone(world: SweepWorld, organization: string | null, id: number): Promise<Why | null> {
  return orElse(null, async () => {
    const user = await orGone(world, 'GET /user/{account_id}', { account_id: id });
    if (user === 'gone') return 'account';
    if (organization === null) return null;
    const username = text(fields(user, 'account')['login'], 'account login');
    const membership = await orGone(world, 'GET /orgs/{org}/memberships/{username}', { org: organization, username });
    return membership === 'gone' ? 'organization' : null;
  });
}

async function orGone(world: SweepWorld, route: string, parameters: Record<string, unknown>): Promise<unknown> {
  try {
    return (await call(world.github, route, parameters)).data;
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return 'gone';
    throw error;
  }
}

/** By name: a service is what the policies say it is. */
async function goneServices(
  world: SweepWorld,
  { accepted, now }: DepartedAsked,
  held: readonly GrantState[],
): Promise<ReadonlyMap<string, Why>> {
  const names = new Set(held.flatMap(({ terms }) => (terms.subject.id === null ? [terms.subject.name] : [])));
  if (names.size === 0) return new Map();
  return orElse(new Map(), async () => {
    const setting = await readSetting(world, { accepted, instead: [], needsPeople: () => false, now });
    const known = setting.governance.people.services;
    return new Map([...names].flatMap((name) => (Object.hasOwn(known, name) ? [] : [[name, 'service'] as const])));
  });
}

async function orElse<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitHubError) return otherwise;
    throw error;
  }
}
