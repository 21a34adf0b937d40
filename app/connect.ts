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
import { fields, integer, text } from '../github/read.ts';
import { createBrake } from './brake.ts';
import { conditional } from './conditional.ts';
import { fullName } from './gate.ts';
import type { Health } from './health.ts';
import { lanePace, pacedReads } from './pace.ts';
import type { Timer } from './queue.ts';

type Connect = (repository: RepositoryName) => Promise<GitHub>;

/** Three lanes to GitHub, as the installation on a repository; tokens are renewed below. All throw `GitHubError`. */
export interface Connections {
  /** For nearly everything: at a pace, at rest when GitHub asks for it, and asking only whether something is new. */
  readonly ordinary: Connect;
  /** For what ends access: it waits for nothing that is ordinary, and its reads wait for nothing. */
  readonly urgent: Connect;
  /** For what a person cannot wait for, break-glass and returns: as `urgent`, its writes at a pace of their own. */
  readonly emergency: Connect;
}

type Lane = keyof Connections;

/** @param writesPerMinute as in the environment; 0: no pace */
export function connector(probot: Probot, health: Health, timer: Timer, writesPerMinute: number): Connections {
  const brake = createBrake(timer, (seconds) => {
    probot.log.warn({ seconds }, 'GitHub asks for rest: nothing ordinary is sent until then');
  });
  const paced = pacedReads(writesPerMinute);
  const lane = (name: Lane): Connect => {
    const kept = new Map<string, Promise<GitHub>>();
    return (repository) => {
      const key = fullName(repository);
      const existing = kept.get(key);
      if (existing !== undefined) return existing;
      const forget = () => kept.delete(key);
      const fresh = install(probot, repository, name).then((github) => {
        if (name !== 'ordinary') return brake.watch(watched(github, health, forget));
        return paced(brake.guard(watched(conditional(github), health, forget)));
      });
      kept.set(key, fresh);
      fresh.catch((error: unknown) => {
        forget();
        noteFailure(health, error);
      });
      return fresh;
    };
  };
  return { ordinary: lane('ordinary'), urgent: lane('urgent'), emergency: lane('emergency') };
}

/** GitHub calls an App's account after its slug, and nobody else's name can hold brackets. Throws `GitHubError`. */
export async function loginOf(probot: Probot): Promise<string> {
  const { data } = await call(await probot.auth(), 'GET /app');
  return `${text(fields(data, 'app')['slug'], 'app slug')}[bot]`;
}

async function install(probot: Probot, repository: RepositoryName, lane: Lane): Promise<GitHub> {
  try {
    const asApp = await probot.auth();
    const { data } = await call(asApp, 'GET /repos/{owner}/{repo}/installation', {
      owner: repository.owner,
      repo: repository.name,
    });
    return await asInstallation(asApp, integer(fields(data, 'installation')['id'], 'installation id'), lane);
  } catch (error) {
    throw toGitHubError(error, `the installation on ${fullName(repository)}`);
  }
}

/** What the App's own Octokit hands to whoever makes another from it. */
interface Made {
  readonly octokitOptions: Record<string, unknown> & {
    readonly auth: Record<string, unknown>;
    readonly throttle?: Record<string, unknown>;
  };
}

/**
 * As `probot.auth(id)`, but with a token cache of its own: Probot's keeps a token for an hour even when GitHub refuses
 * it, such as after a change of permissions, and then a new client would get the same one again.
 */
async function asInstallation(asApp: ProbotOctokit, installationId: number, lane: Lane): Promise<GitHub> {
  const Octokit = asApp.constructor as typeof ProbotOctokit;
  const factory = ({ octokitOptions }: Made) => {
    const auth = { ...octokitOptions.auth, installationId, cache: tokenCache() };
    const throttle = lane === 'ordinary' ? octokitOptions.throttle : lanePace(lane, octokitOptions.throttle);
    return new Octokit({ ...octokitOptions, auth, throttle });
  };
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
