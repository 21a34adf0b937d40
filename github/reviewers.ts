/** Asks for reviews, each team and person once in the life of a pull request. Whom to ask is given. */
import type { Reviewers } from '../core/explain/reviewers.ts';
import { call, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { readIssueEvents } from './pull-request.ts';

/** Who was asked now. An author, a former request and a team that GitHub will not take are left out. */
export async function requestReviewers(
  github: GitHub,
  repository: RepositoryName,
  pull: { readonly number: number; readonly author: string; readonly requested: Reviewers },
  wanted: Reviewers,
): Promise<Reviewers> {
  const fresh = without(wanted, { teams: pull.requested.teams, users: [...pull.requested.users, pull.author] });
  if (isNobody(fresh)) return fresh;
  const events = await readIssueEvents(github, repository, pull.number);
  const asked = without(fresh, { teams: events.askedTeams, users: events.askedUsers });
  if (isNobody(asked)) return asked;
  try {
    await call(github, 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers', {
      owner: repository.owner,
      repo: repository.name,
      pull_number: pull.number,
      reviewers: asked.users,
      team_reviewers: asked.teams,
    });
    return asked;
  } catch (error) {
    // A team without access to the repository cannot be asked; the comment names who can approve all the same.
    if (error instanceof GitHubError && (error.code === 'unprocessable' || error.code === 'forbidden')) return NOBODY;
    throw error;
  }
}

const NOBODY: Reviewers = { teams: [], users: [] };

function isNobody({ teams, users }: Reviewers): boolean {
  return teams.length === 0 && users.length === 0;
}

function without(wanted: Reviewers, known: Reviewers): Reviewers {
  const users = new Set(known.users.map((login) => login.toLowerCase()));
  const teams = new Set(known.teams);
  return {
    teams: wanted.teams.filter((slug) => !teams.has(slug)),
    users: wanted.users.filter((login) => !users.has(login.toLowerCase())),
  };
}
