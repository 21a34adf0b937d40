/**
 * The teams that the governing files name, with their members, and the organisation's members. What cannot be read is
 * left out or marked incomplete, never shown as empty: absence would then prove something it does not.
 */
import type { GoverningFile, Team, TeamMember } from '../core/policy/evidence.ts';
import { readGovernance } from '../core/policy/governance.ts';
import { teamsToRead } from '../core/policy/governing-teams.ts';
import { callAll, type GitHub, GitHubError } from './client.ts';
import { inBatches } from './in-batches.ts';
import { fields, fieldsOrNull, integer, text } from './read.ts';

/**
 * The teams whose members or place a decision under these files can ask for. Files that do not parse name none: whatever
 * is decided under them is a fault.
 */
export function teamsNamedIn(files: readonly GoverningFile[], organization: string): readonly string[] {
  const read = readGovernance(files);
  return read.ok ? teamsToRead(read.value.governance, organization) : [];
}

/** By slug. A team that GitHub does not show is missing; one whose members it does not show is incomplete. */
export async function readTeams(
  github: GitHub,
  organization: string,
  slugs: readonly string[],
): Promise<Readonly<Record<string, Team>>> {
  if (slugs.length === 0) return {};
  const known = await listTeams(github, organization);
  const needed = withParents(slugs, known).flatMap((slug) => known.get(slug) ?? []);
  const teams = await inBatches(needed, (team) => withMembers(github, organization, team));
  return Object.fromEntries(teams.map((team) => [team.slug, team]));
}

/** A member of a child team is one of its parents too, so where a team stands matters as well. */
function withParents(slugs: readonly string[], known: ReadonlyMap<string, KnownTeam>): readonly string[] {
  const all = new Set(slugs);
  for (const slug of all) {
    const parent = known.get(slug)?.parent ?? null;
    if (parent !== null) all.add(parent);
  }
  return [...all].sort();
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
