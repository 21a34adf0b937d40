/**
 * Membership of a GitHub team: a slot is "this account in this team", its value the role. GitHub has no expiry for it,
 * so only the sweep ends it. Accounts are looked up by numeric id before each write: a login can have been given up and
 * taken by somebody else.
 */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import type { Observed } from '../../core/reconcile/change.ts';
import { type GitHubAnswer, type GitHubApi, githubApi, numberIn, textIn } from '../github-api.ts';
import {
  type Diagnostic,
  type Identity,
  type Outcome,
  type Provider,
  type ProviderDefinition,
  ProviderError,
  type Resolved,
  type SetSlot,
} from '../provider.ts';
import { assertLevel, assertSettings, optionalText, type Settings, schemaOf, textOf } from '../settings.ts';
import { assertNoChildren, findTeam, type Team, teamOfSlot, teamPath } from './team.ts';

const LEVELS = ['member', 'maintainer'] as const;

export const CONFIG: Settings = {
  organization: { type: 'string', isRequired: true, description: 'login of the organisation' },
  exclusive: {
    type: 'boolean',
    description: 'only Gatepass fills these teams: whoever else is in one is reported as drift',
  },
  allowMaintainer: { type: 'boolean', description: 'lets a role grant `maintainer`, who can add others by hand' },
};

export const TARGET: Settings = {
  team: { type: 'string', isRequired: true, description: 'slug of the team; best one that is filled only by Gatepass' },
  role: { type: 'string', enum: [...LEVELS], description: 'default: member' },
};

export const githubTeam: ProviderDefinition = {
  type: 'github-team',
  capabilities: { mode: 'state', expiry: 'none', sessionTailSeconds: 0, ownership: 'exclusive', concurrency: 4 },
  configSchema: schemaOf(CONFIG),
  targetSchema: schemaOf(TARGET),
  open: async (config, io) => {
    assertSettings('github-team', CONFIG, config);
    return openTeams(config, githubApi(io));
  },
};

function openTeams(config: JsonObject, api: GitHubApi): Provider {
  return {
    check: () => check(config, api),
    resolve: (target, who) => resolve(config, api, target, who),
    observe: (slots) => observe(api, slots),
    set: (change) => set(api, change),
    ...(config['exclusive'] === true && { inventory: (known: readonly Slot[]) => inventory(config, api, known) }),
    close: async () => undefined,
  };
}

async function check(config: JsonObject, api: GitHubApi): Promise<Diagnostic[]> {
  const organization = textOf(config, 'organization');
  try {
    await api.call('GET', `/orgs/${encodeURIComponent(organization)}`);
    await api.call('GET', `/orgs/${encodeURIComponent(organization)}/teams?per_page=1`);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const fix = `install the applier app on \`${organization}\` with the organisation permission Members: read and write`;
    return [{ severity: 'error', message, fix }];
  }
}

async function resolve(config: JsonObject, api: GitHubApi, target: JsonObject, who: Identity): Promise<Resolved> {
  assertSettings('github-team grant', TARGET, target);
  const value = optionalText(target, 'role') ?? 'member';
  if (value === 'maintainer' && config['allowMaintainer'] !== true) {
    const message = 'a maintainer can add others to the team by hand, and they stay when the grant is over';
    throw new ProviderError('policy', `${message}; grant \`member\`, or set \`allowMaintainer: true\` under \`with\``);
  }
  if (who.github === null) {
    throw new ProviderError('unknown-principal', `\`${who.name}\` is not a GitHub account, so it cannot join a team`);
  }
  const user = who.github.id;
  const login = await loginOf(api, user);
  if (login === null) throw new ProviderError('unknown-principal', `there is no GitHub account with the id ${user}`);
  const team = await findTeam(api, textOf(config, 'organization'), textOf(target, 'team'));
  await assertNoChildren(api, team);
  return { slot: slotOf(config, team, { user, login }), value };
}

function slotOf(config: JsonObject, team: Team, { user, login }: { user: number; login: string }): Slot {
  return {
    provider: 'github-team',
    zone: 'default',
    key: `github-team:${team.ids.team}/${user}`,
    config,
    ids: {
      organization: team.ids.organization,
      team: team.ids.team,
      slug: team.slug,
      user,
      ...(team.isVisible && { visible: true }),
    },
    levels: LEVELS,
    label: `${login} in ${team.organization}/${team.slug}`,
  };
}

/** The present login of an account; `null`: the account is gone. */
async function loginOf(api: GitHubApi, user: number): Promise<string | null> {
  const answer = await api.call('GET', `/user/${user}`, { expected: [404] });
  if (answer.status === 404) return null;
  if (numberIn(answer.data, 'id') !== user)
    throw new ProviderError('unexpected', `GitHub answered with another account than ${user}`);
  return textIn(answer.data, 'login');
}

/** Two lists a team, however many slots; more only for accounts that are in neither, or where a child team interferes. */
async function observe(api: GitHubApi, slots: readonly Slot[]): Promise<Observed[]> {
  const teams = Map.groupBy(slots, (slot) => `${slot.ids['organization']}/${slot.ids['team']}`);
  const values = new Map<string, Observed>();
  for (const group of teams.values()) {
    for (const observed of await observeTeam(api, group)) values.set(observed.slot, observed);
  }
  return slots.map((slot) => values.get(slot.key) ?? { slot: slot.key, value: null });
}

async function observeTeam(api: GitHubApi, slots: readonly Slot[]): Promise<Observed[]> {
  const team = await teamOfSlot(api, slots.find(({ ids }) => ids['visible'] === true) ?? (slots[0] as Slot));
  if (team === null) return slots.map(({ key }) => ({ slot: key, value: null }));
  const roles = new Map((await membersOf(api, team)).map(({ user, role }) => [user, role]));
  if (slots.some((slot) => roles.has(userOf(slot)))) await assertNoChildren(api, team);
  const found: Observed[] = [];
  for (const slot of slots) {
    const role = roles.get(userOf(slot));
    found.push(role === undefined ? await observeAbsent(api, team, slot) : { slot: slot.key, value: role });
  }
  return found;
}

/** Lowest role first: who is listed under both has the higher. Members of child teams are among them. */
async function membersOf(
  api: GitHubApi,
  team: Team,
): Promise<readonly { readonly user: number; readonly login: string; readonly role: string }[]> {
  const found = [];
  for (const role of LEVELS) {
    const members = await api.list(`${teamPath(team.organization, team.slug)}/members?role=${role}`);
    found.push(...members.map((member) => ({ user: numberIn(member, 'id'), login: textIn(member, 'login'), role })));
  }
  return found;
}

/** Everybody in the teams that the known slots are of: such a team is nobody's but ours. Invitations are not listed. */
async function inventory(config: JsonObject, api: GitHubApi, known: readonly Slot[]): Promise<readonly Resolved[]> {
  const found: Resolved[] = [];
  for (const [slot] of Map.groupBy(known, ({ ids }) => `${ids['organization']}/${ids['team']}`).values()) {
    const team = await teamOfSlot(api, slot as Slot);
    if (team === null) continue;
    await assertNoChildren(api, team);
    const members = await membersOf(api, team);
    found.push(...members.map((member) => ({ slot: slotOf(config, team, member), value: member.role })));
  }
  return found;
}

/** Not a member: an invitation may wait to be accepted, and would come into force after the grant has ended. */
async function observeAbsent(api: GitHubApi, team: Team, slot: Slot): Promise<Observed> {
  const login = await loginOf(api, userOf(slot));
  const membership = login === null ? null : await membershipOf(api, team, login);
  if (membership === null) return { slot: slot.key, value: null };
  return { slot: slot.key, value: membership.role, ...(membership.state === 'pending' && { pending: true }) };
}

function userOf(slot: Slot): number {
  return numberIn(slot.ids, 'user');
}

interface Membership {
  readonly role: string;
  readonly state: string;
}

async function membershipOf(api: GitHubApi, team: Team, login: string): Promise<Membership | null> {
  const answer = await api.call('GET', membershipPath(team, login), { expected: [404] });
  if (answer.status === 404) return null;
  return { role: textIn(answer.data, 'role'), state: textIn(answer.data, 'state') };
}

function membershipPath({ organization, slug }: Team, login: string): string {
  return `${teamPath(organization, slug)}/memberships/${encodeURIComponent(login)}`;
}

async function set(api: GitHubApi, { slot, value }: SetSlot): Promise<Outcome> {
  assertLevel(slot, value);
  const team = await teamOfSlot(api, slot);
  if (team === null) {
    const detail = `the team ${String(slot.ids['team'])} is gone; a team of its name is another one`;
    return value === null ? { is: 'done', changed: false, note: detail } : { is: 'refused', why: 'gone', detail };
  }
  const login = await loginOf(api, userOf(slot));
  if (login === null) {
    // An account that was deleted has left every team.
    const detail = `the GitHub account ${userOf(slot)} is gone`;
    if (value === null) return { is: 'done', changed: false, note: detail };
    return { is: 'refused', why: 'unknown-principal', detail };
  }
  const held = await membershipOf(api, team, login);
  return value === null ? remove(api, team, login, held) : ensure(api, team, login, held, value);
}

async function ensure(
  api: GitHubApi,
  team: Team,
  login: string,
  held: Membership | null,
  role: string,
): Promise<Outcome> {
  if (held?.role === role) return held.state === 'pending' ? INVITED : { is: 'done', changed: false };
  if (role === 'member' && (await isOwner(api, team, login))) {
    const detail = `\`${login}\` owns \`${team.organization}\`, and GitHub makes every owner a maintainer`;
    return { is: 'refused', why: 'immutable', detail };
  }
  const answer = await api.call('PUT', membershipPath(team, login), { body: { role }, expected: [403, 404, 422] });
  if (answer.status !== 200) return refusal(answer, team, login);
  return textIn(answer.data, 'state') === 'pending' ? INVITED : { is: 'done', changed: true };
}

/** The person has to accept: looking more often does not help. */
const INVITED: Outcome = { is: 'pending', afterSeconds: 300, why: 'invitation' };

async function isOwner(api: GitHubApi, team: Team, login: string): Promise<boolean> {
  const path = `/orgs/${encodeURIComponent(team.organization)}/memberships/${encodeURIComponent(login)}`;
  const answer = await api.call('GET', path, { expected: [404] });
  return answer.status === 200 && textIn(answer.data, 'role') === 'admin';
}

async function remove(api: GitHubApi, team: Team, login: string, held: Membership | null): Promise<Outcome> {
  if (held === null) return { is: 'done', changed: false };
  const answer = await api.call('DELETE', membershipPath(team, login), { expected: [403, 404, 422] });
  if (answer.status === 204 || answer.status === 404) return { is: 'done', changed: answer.status === 204 };
  return refusal(answer, team, login);
}

/** 403: the team is filled by an identity provider, or the App may not. 404: no such account. 422: GitHub will not. */
function refusal({ status, message }: GitHubAnswer, team: Team, login: string): Outcome {
  const detail = `GitHub answered ${status} for \`${login}\` in \`${team.organization}/${team.slug}\`: ${message}`;
  if (status === 404) return { is: 'refused', why: 'unknown-principal', detail };
  if (status === 422) return { is: 'refused', why: 'policy', detail };
  if (/synchroni[sz]|identity provider|external group|managed/i.test(message))
    return { is: 'refused', why: 'managed-elsewhere', detail };
  throw new ProviderError(
    'forbidden',
    `${detail}; the applier app needs the organisation permission Members: read and write`,
  );
}
