/** Octokits for the app's installations, kept until GitHub says that one is no longer good. */
import type { Probot, ProbotOctokit } from 'probot';
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
    return await asInstallation(asApp, integer(fields(data, 'installation')['id'], 'installation id'));
  } catch (error) {
    throw toGitHubError(error, `the installation on ${fullName(repository)}`);
  }
}

/** What the App's own Octokit hands to whoever makes another from it. */
interface Made {
  readonly octokitOptions: Record<string, unknown> & { readonly auth: Record<string, unknown> };
}

/**
 * As `probot.auth(id)`, but with a token cache of its own: Probot's keeps a token for an hour even when GitHub refuses
 * it, such as after a change of permissions, and then a new client would get the same one again.
 */
async function asInstallation(asApp: ProbotOctokit, installationId: number): Promise<GitHub> {
  const Octokit = asApp.constructor as typeof ProbotOctokit;
  const factory = ({ octokitOptions }: Made) =>
    new Octokit({ ...octokitOptions, auth: { ...octokitOptions.auth, installationId, cache: tokenCache() } });
  return (await asApp.auth({ type: 'installation', installationId, factory })) as ProbotOctokit;
}

/** An installation token is good for an hour (docs.github.com); a minute less leaves time to use it. */
const TOKEN_LIFE = 59 * 60_000;

/** The part of a cache that @octokit/auth-app uses. */
function tokenCache(): { get(key: string): string | undefined; set(key: string, value: string): void } {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  return {
    get(key) {
      const token = kept.get(key);
      return token !== undefined && token.until > Date.now() ? token.value : undefined;
    },
    set(key, value) {
      kept.set(key, { value, until: Date.now() + TOKEN_LIFE });
    },
  };
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
