/**
 * Signs in to GitHub as an App's installation on one repository's owner: tokens are minted when needed, again well before
 * they run out (one hour), and once more when GitHub refuses one. Reads that fail for a moment are tried again; writes only
 * when GitHub says that it did not take them.
 */
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { type GitHub, GitHubError, type RepositoryName, toGitHubError } from './client.ts';
import { GRAPHQL } from './graphql.ts';
import { hidingFetch } from './hiding-fetch.ts';
import { fields, integer, text } from './read.ts';
import { limitedFetch } from './time-limit.ts';

export interface AppCredentials {
  readonly appId: string;
  /** PEM. */
  readonly privateKey: string;
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** Keeps a token out of logs, before it is used. */
  readonly mask?: (token: string) => void;
}

export interface AppClient {
  readonly github: GitHub;
  /** An installation token with at least ten minutes left. */
  token(): Promise<string>;
  /** Mints another, for when GitHub refuses the one there is. */
  renew(): Promise<void>;
  /** Login of the App's own account: `gatepass-applier[bot]`. */
  readonly actor: string;
}

/**
 * Throws `GitHubError`: `not-found` when the App is not installed on the repository, `unauthorized` for a wrong key.
 * `clock`: milliseconds, for the age of tokens alone.
 */
export async function appClient(
  credentials: AppCredentials,
  repository: RepositoryName,
  pause: (milliseconds: number) => Promise<void>,
  clock: () => number = Date.now,
): Promise<AppClient> {
  const { octokit, actor } = await signIn(credentials, repository, pause);
  const freshness = keepFresh(async () => void (await octokit.auth({ type: 'installation', refresh: true })), clock);
  return {
    github: withRetries(octokit, pause, freshness),
    token: async () => {
      await freshness.check();
      return tokenOf(await octokit.auth({ type: 'installation' }));
    },
    renew: freshness.renew,
    actor,
  };
}

/** A client whose token GitHub itself lets read only. It lasts for one hour, and is never renewed. */
export async function readingClient(
  credentials: AppCredentials,
  repository: RepositoryName,
  pause: (milliseconds: number) => Promise<void>,
): Promise<AppClient> {
  const { octokit, actor } = await signIn(credentials, repository, pause);
  const permissions = { contents: 'read', pull_requests: 'read', members: 'read', actions: 'read' } as const;
  const token = await mint(octokit, permissions);
  credentials.mask?.(token);
  const github = tokenClient(token, credentials.apiUrl, pause);
  return { github, token: async () => token, renew: async () => undefined, actor };
}

async function signIn(
  credentials: AppCredentials,
  repository: RepositoryName,
  pause: (milliseconds: number) => Promise<void>,
): Promise<{ readonly octokit: Octokit; readonly actor: string }> {
  const { appId, privateKey, apiUrl: baseUrl, mask = silent } = credentials;
  const request = { fetch: hidingFetch(LIMITED.fetch, mask) };
  const options = { authStrategy: createAppAuth, baseUrl, log: QUIET, request };
  const app = withRetries(new Octokit({ ...options, auth: { appId, privateKey } }), pause, null);
  const installation = await ask(app, 'GET /repos/{owner}/{repo}/installation', {
    owner: repository.owner,
    repo: repository.name,
  });
  const installationId = integer(fields(installation, 'installation')['id'], 'installation.id');
  const slug = text(fields(await ask(app, 'GET /app'), 'app')['slug'], 'app.slug');
  return { octokit: new Octokit({ ...options, auth: { appId, privateKey, installationId } }), actor: `${slug}[bot]` };
}

async function mint(octokit: Octokit, permissions: Readonly<Record<string, string>>): Promise<string> {
  try {
    return tokenOf(await octokit.auth({ type: 'installation', permissions }));
  } catch (error) {
    throw toGitHubError(error, MINT);
  }
}

/** Keeps a token from growing old. */
interface Freshness {
  /** Before each use: renews a token that is old. */
  check(): Promise<void>;
  /** Several at once make one. */
  renew(): Promise<void>;
}

/** A token lives for an hour: it is replaced well before, so that none dies on its way. */
const OLD = 50 * 60_000;

function keepFresh(mint: () => Promise<void>, clock: () => number): Freshness {
  let since: number | null = null;
  let renewing: Promise<void> | null = null;
  const renew = (): Promise<void> => {
    renewing ??= mint()
      .then(() => {
        since = clock();
      })
      .finally(() => {
        renewing = null;
      });
    return renewing;
  };
  return {
    renew,
    check: async () => {
      since ??= clock();
      if (clock() - since >= OLD) await renew();
    },
  };
}

/** With a token that somebody else minted, such as a workflow's own: it ends with the job and is never renewed. */
export function tokenClient(token: string, apiUrl: string, pause: (milliseconds: number) => Promise<void>): GitHub {
  return withRetries(new Octokit({ auth: token, baseUrl: apiUrl, log: QUIET, request: LIMITED }), pause, null);
}

const silent = () => undefined;
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };
const LIMITED = { fetch: limitedFetch() };

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

/** How a token is made: by the App's own key, whatever has become of the token before. */
const MINT = 'POST /app/installations/{installation_id}/access_tokens';

/** Registered last, so it is outermost: each try signs in anew. */
function withRetries(
  octokit: Octokit,
  pause: (milliseconds: number) => Promise<void>,
  freshness: Freshness | null,
): Octokit {
  octokit.hook.wrap('request', async (request, options) => {
    // INVARIANT: minting waits for no token, or a key that was deleted would have it wait for itself.
    const renewable = `${options.method} ${options.url}` === MINT ? null : freshness;
    await renewable?.check();
    let isRenewed = false;
    for (let tried = 1; ; tried += 1) {
      try {
        return await request(options);
      } catch (error) {
        const failure = toGitHubError(error, `${options.method} ${options.url}`);
        if (failure.code === 'unauthorized' && renewable !== null && !isRenewed) {
          isRenewed = true;
          await renewable.renew();
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
