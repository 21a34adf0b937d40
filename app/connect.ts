/** Octokits for the app's installations, kept until GitHub says that one is no longer good. */
import type { Probot } from 'probot';
import {
  call,
  type GitHub,
  GitHubError,
  type GitHubResponse,
  type RepositoryName,
  toGitHubError,
} from '../github/client.ts';
import { fields, integer } from '../github/read.ts';
import { fullName } from './gate.ts';
import type { Health } from './health.ts';

/** As the installation on a repository; tokens are renewed below. Throws `GitHubError`. */
export function connector(probot: Probot, health: Health): (repository: RepositoryName) => Promise<GitHub> {
  const kept = new Map<string, Promise<GitHub>>();
  return (repository) => {
    const name = fullName(repository);
    const existing = kept.get(name);
    if (existing !== undefined) return existing;
    const forget = () => kept.delete(name);
    const fresh = install(probot, repository).then((github) => watched(github, health, forget));
    kept.set(name, fresh);
    fresh.catch((error: unknown) => {
      forget();
      noteFailure(health, error);
    });
    return fresh;
  };
}

async function install(probot: Probot, repository: RepositoryName): Promise<GitHub> {
  try {
    const asApp = await probot.auth();
    const { data } = await call(asApp, 'GET /repos/{owner}/{repo}/installation', {
      owner: repository.owner,
      repo: repository.name,
    });
    return await probot.auth(integer(fields(data, 'installation')['id'], 'installation id'));
  } catch (error) {
    throw toGitHubError(error, `the installation on ${fullName(repository)}`);
  }
}

/** Notices whether GitHub answers. A token that is refused means another installation, or none: it is looked up anew. */
function watched(github: GitHub, health: Health, forget: () => void): GitHub {
  return {
    async request(route, parameters): Promise<GitHubResponse> {
      try {
        const response = await github.request(route, parameters);
        health.lastAnswer = new Date().toISOString();
        health.unreachableSince = null;
        return response;
      } catch (error) {
        if (toGitHubError(error, route).code === 'unauthorized') forget();
        noteFailure(health, error);
        throw error;
      }
    },
  };
}

/** A refusal is an answer too. */
function noteFailure(health: Health, error: unknown): void {
  const { code } = error instanceof GitHubError ? error : toGitHubError(error, '');
  if (code === 'server' || code === 'network') health.unreachableSince ??= new Date().toISOString();
  else health.lastAnswer = new Date().toISOString();
}
