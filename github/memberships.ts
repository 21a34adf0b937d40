/**
 * The teams that the governing files name, with their members, and the organisation's members. What cannot be read is
 * left out or marked incomplete, never shown as empty: absence would then prove something it does not.
 */
import type { GoverningFile, Team, TeamMember } from '../core/policy/evidence.ts';
import { callAll, type GitHub, GitHubError } from './client.ts';
import { inBatches } from './in-batches.ts';
import { fields, fieldsOrNull, integer, text } from './read.ts';

/** Slugs named as `team:slug` in policies, or as `@organization/slug` in CODEOWNERS. One too many costs a call. */
export function teamsNamedIn(files: readonly GoverningFile[], organization: string): readonly string[] {
  const slugs = new Set<string>();
  const owner = `@${organization.toLowerCase()}/`;
  for (const file of files) {
    if (file.path.endsWith('.test.yaml')) continue;
    for (const [, slug = ''] of file.text.matchAll(/\bteam:([a-z0-9][a-z0-9_-]*)/g)) slugs.add(slug);
    for (const [mention] of file.text.matchAll(/@[A-Za-z0-9-]+\/[A-Za-z0-9_-]+/g)) {
      if (mention.toLowerCase().startsWith(owner)) slugs.add(mention.slice(owner.length).toLowerCase());
    }
  }
  return [...slugs].sort();
}

/** By slug. A team that GitHub does not show is missing; one whose members it does not show is incomplete. */
export async function readTeams(
  github: GitHub,
  organization: string,
  slugs: readonly string[],
): Promise<Readonly<Record<string, Team>>> {
  if (slugs.length === 0) return {};
  const known = await listTeams(github, organization);
  const needed = slugs.flatMap((slug) => known.get(slug) ?? []);
  const teams = await inBatches(needed, (team) => withMembers(github, organization, team));
  return Object.fromEntries(teams.map((team) => [team.slug, team]));
}

type KnownTeam = Pick<Team, 'id' | 'slug' | 'parent'>;

async function listTeams(github: GitHub, organization: string): Promise<ReadonlyMap<string, KnownTeam>> {
  const items = await orNull(callAll(github, 'GET /orgs/{org}/teams', { org: organization }));
  const teams = (items ?? []).map((item) => {
    const team = fields(item, 'team');
    const parent = fieldsOrNull(team['parent'], 'team.parent');
    return {
      id: integer(team['id'], 'team.id'),
      slug: text(team['slug'], 'team.slug'),
      parent: parent === null ? null : text(parent['slug'], 'team.parent.slug'),
    };
  });
  return new Map(teams.map((team) => [team.slug, team]));
}

/** GitHub's list includes the members of child teams and leaves out who has not accepted yet. */
async function withMembers(github: GitHub, organization: string, team: KnownTeam): Promise<Team> {
  const items = await orNull(
    callAll(github, 'GET /orgs/{org}/teams/{team_slug}/members', { org: organization, team_slug: team.slug }),
  );
  const members = (items ?? []).map(readMember).sort((a, b) => a.id - b.id);
  return { ...team, complete: items !== null, members };
}

function readMember(value: unknown): TeamMember {
  const member = fields(value, 'team member');
  return { id: integer(member['id'], 'member.id'), login: text(member['login'], 'member.login'), state: 'active' };
}

/** Numeric ids, ascending; `null` when the list cannot be read. */
export async function readMembers(github: GitHub, organization: string): Promise<readonly number[] | null> {
  const items = await orNull(
    callAll(github, 'GET /orgs/{org}/members', { org: organization, role: 'all' }, { most: 50_000 }),
  );
  return items === null ? null : items.map((item) => readMember(item).id).sort((a, b) => a - b);
}

/** `null` for what this token may not see, or not in full; an outage is thrown, since it passes. */
async function orNull<T>(list: Promise<T>): Promise<T | null> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable && error.code !== 'unauthorized') return null;
    throw error;
  }
}
