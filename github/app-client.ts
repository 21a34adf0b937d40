/**
 * Signs in to GitHub as an App's installation on one repository's owner: tokens are minted when needed and again when
 * they run out (one hour), once more when GitHub refuses one. Reads that fail for a moment are tried again; writes only
 * when GitHub says that it did not take them.
 */
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { type GitHub, GitHubError, type RepositoryName, toGitHubError } from './client.ts';
import { GRAPHQL } from './graphql.ts';
import { fields, integer, text } from './read.ts';

export interface AppCredentials {
  readonly appId: string;
  /** PEM. */
  readonly privateKey: string;
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
}

export interface AppClient {
  readonly github: GitHub;
  /** An installation token with at least a few minutes left. */
  token(): Promise<string>;
  /** Login of the App's own account: `gatepass-applier[bot]`. */
  readonly actor: string;
}

/** Throws `GitHubError`: `not-found` when the App is not installed on the repository, `unauthorized` for a wrong key. */
export async function appClient(
  credentials: AppCredentials,
  repository: RepositoryName,
  pause: (milliseconds: number) => Promise<void>,
): Promise<AppClient> {
  const { appId, privateKey, apiUrl: baseUrl } = credentials;
  const options = { authStrategy: createAppAuth, baseUrl, log: QUIET };
  const app = withRetries(new Octokit({ ...options, auth: { appId, privateKey } }), pause, null);
  const installation = await ask(app, 'GET /repos/{owner}/{repo}/installation', {
    owner: repository.owner,
    repo: repository.name,
  });
  const installationId = integer(fields(installation, 'installation')['id'], 'installation.id');
  const slug = text(fields(await ask(app, 'GET /app'), 'app')['slug'], 'app.slug');
  const octokit = new Octokit({ ...options, auth: { appId, privateKey, installationId } });
  const renew = async () => {
    await octokit.auth({ type: 'installation', refresh: true });
  };
  return {
    github: withRetries(octokit, pause, renew),
    token: async () => tokenOf(await octokit.auth({ type: 'installation' })),
    actor: `${slug}[bot]`,
  };
}

/** With a token that somebody else minted, such as a workflow's own: it ends with the job and is never renewed. */
export function tokenClient(token: string, apiUrl: string, pause: (milliseconds: number) => Promise<void>): GitHub {
  return withRetries(new Octokit({ auth: token, baseUrl: apiUrl, log: QUIET }), pause, null);
}

const silent = () => undefined;
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };

async function ask(octokit: Octokit, route: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
  try {
    return (await octokit.request(route, parameters)).data;
  } catch (error) {
    throw toGitHubError(error, route);
  }
}

function tokenOf(authentication: unknown): string {
  const token = (authentication as { token?: unknown } | null)?.token;
  if (typeof token === 'string') return token;
  throw new GitHubError('unexpected', 'GitHub gave no installation token');
}

const TRIES = 4;
/** A longer wait is left to the next sweep. */
const LONGEST_WAIT = 60_000;

/** Registered last, so it is outermost: each try signs in anew. */
function withRetries(
  octokit: Octokit,
  pause: (milliseconds: number) => Promise<void>,
  renew: (() => Promise<void>) | null,
): Octokit {
  octokit.hook.wrap('request', async (request, options) => {
    let isRenewed = false;
    for (let tried = 1; ; tried += 1) {
      try {
        return await request(options);
      } catch (error) {
        const failure = toGitHubError(error, `${options.method} ${options.url}`);
        if (failure.code === 'unauthorized' && renew !== null && !isRenewed) {
          isRenewed = true;
          await renew();
          continue;
        }
        const wait = waitFor(failure, `${options.method} ${options.url}`, tried);
        if (wait === null) throw error;
        await pause(wait);
      }
    }
  });
  return octokit;
}

/** Milliseconds until the next try; `null`: there is none. */
function waitFor(failure: GitHubError, route: string, tried: number): number | null {
  if (tried >= TRIES) return null;
  const isRead = route.startsWith('GET ') || route === GRAPHQL;
  const isUntaken = failure.code === 'rate-limited';
  const isPassing = isRead && (failure.code === 'server' || failure.code === 'network');
  if (!isUntaken && !isPassing) return null;
  const wait = failure.afterSeconds === null ? 500 * 2 ** (tried - 1) : failure.afterSeconds * 1000;
  return wait > LONGEST_WAIT ? null : wait;
}
