/**
 * Finds an organisation and one of its teams, and sees to it that they are still the ones a slot was made for. Names
 * can be changed and given to others, numeric ids cannot.
 */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import { type GitHubApi, numberIn, textIn } from '../github-api.ts';
import { ProviderError } from '../provider.ts';

export interface Team {
  /** Login of the organisation and slug of the team, as of now. */
  readonly organization: string;
  readonly slug: string;
  readonly ids: TeamIds;
  /** Every member of the organisation can see it. */
  readonly isVisible: boolean;
}

export interface TeamIds {
  readonly organization: number;
  readonly team: number;
}

export async function findTeam(api: GitHubApi, organization: string, slug: string): Promise<Team> {
  const owner = await api.call('GET', `/orgs/${encodeURIComponent(organization)}`, { expected: [404] });
  if (owner.status === 404)
    throw new ProviderError('parent-missing', `no organisation \`${organization}\` is to be seen`);
  const login = textIn(owner.data, 'login');
  const team = await api.call('GET', teamPath(login, slug), { expected: [404] });
  if (team.status === 404) throw new ProviderError('parent-missing', `no team \`${login}/${slug}\` is to be seen`);
  const ids = { organization: numberIn(owner.data, 'id'), team: numberIn(team.data, 'id') };
  const isVisible = (team.data as { privacy?: unknown }).privacy === 'closed';
  return { organization: login, slug: textIn(team.data, 'slug'), ids, isVisible };
}

/**
 * The team of a slot by its ids, under whatever name. A team that is not to be seen is unknown, not empty: throws. `null`:
 * it was deleted. That is believed only of a team that everybody in the organisation could see when the grant was made,
 * when the organisation is still the same one and its whole list of teams, which we may read, does not have the id.
 */
export async function teamOfSlot(api: GitHubApi, slot: Slot): Promise<Team | null> {
  const { organization, team, slug } = slot.ids;
  if (typeof organization !== 'number' || typeof team !== 'number' || typeof slug !== 'string') {
    throw new ProviderError('configuration', `the slot \`${slot.key}\` does not name an organisation and a team`);
  }
  const ids = { organization, team };
  const isVisible = slot.ids['visible'] === true;
  const owner = await api.call('GET', `/orgs/${encodeURIComponent(nameOf(slot.config))}`, { expected: [404] });
  if (owner.status === 404 || numberIn(owner.data, 'id') !== organization) {
    throw new ProviderError('parent-missing', `the organisation ${organization} of ${slot.label} is not to be seen`);
  }
  const login = textIn(owner.data, 'login');
  const known = await api.call('GET', teamPath(login, slug), { expected: [404] });
  if (known.status !== 404 && numberIn(known.data, 'id') === team) return { organization: login, slug, ids, isVisible };
  const renamed = (await api.list(`/orgs/${encodeURIComponent(login)}/teams`)).find((each) => each['id'] === team);
  if (renamed !== undefined) return { organization: login, slug: textIn(renamed, 'slug'), ids, isVisible };
  if (isVisible) return null;
  throw new ProviderError('parent-missing', `the team ${team} of ${slot.label} is not to be seen`);
}

export function teamPath(organization: string, slug: string): string {
  return `/orgs/${encodeURIComponent(organization)}/teams/${encodeURIComponent(slug)}`;
}

function nameOf(config: JsonObject): string {
  return textIn(config, 'organization');
}

/** GitHub lists the members of child teams as members, so what a person holds directly cannot be told from it. */
export async function assertNoChildren(api: GitHubApi, { organization, slug }: Team): Promise<void> {
  const [child] = await api.list(`${teamPath(organization, slug)}/teams`);
  if (child === undefined) return;
  const message = `\`${organization}/${slug}\` has the child team \`${String(child['slug'])}\`, whose members cannot be told apart from its own`;
  throw new ProviderError('policy', `${message}; use a team without children`);
}
