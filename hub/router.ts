/**
 * Finds the row of the route table for a request, checks what the caller may, and runs the handler. Templates are those
 * of GitHub's OpenAPI description; the last parameter of some may hold slashes.
 */
import { canRead, demand } from './access.ts';
import { HttpError, notFound } from './http-error.ts';
import type { Actor, Json, Organization, Repository } from './model.ts';
import type { Answer, Call, HubState, Route } from './types.ts';

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export type Router = (method: string, path: string) => Found | null;

/** Parameters that may contain a slash, encoded or not. */
const SLASHES = new Set(['path', 'ref', 'basehead', 'branch', 'commit_sha', 'environment_name']);

/** Rows with more literal segments win, so `/commits/{ref}/check-runs` is found before `/commits/{ref}`. */
export function makeRouter(routes: readonly Route[]): Router {
  const rows = routes
    .map((route) => ({ route, pattern: compile(route.path), literal: literals(route.path) }))
    .sort((a, b) => b.literal - a.literal);
  return (method, path) => {
    for (const { route, pattern } of rows) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match !== null) return { route, params: decodeAll(match.groups ?? {}) };
    }
    return null;
  };
}

function literals(path: string): number {
  return path.split('/').filter((part) => part !== '' && !part.startsWith('{')).length;
}

function compile(path: string): RegExp {
  const source = path.replaceAll(/\{(\w+)\}|[.+*?^$()[\]|\\]/g, (found, name?: string) => {
    if (name === undefined) return `\\${found}`;
    return `(?<${name}>${SLASHES.has(name) ? '.+?' : '[^/]+'})`;
  });
  return new RegExp(`^${source}/?$`);
}

function decodeAll(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new HttpError(400, 'Bad Request');
  }
}

export interface Request {
  readonly actor: Actor;
  readonly body: Json;
  readonly url: URL;
}

/** Runs a route's handler; throws `HttpError` for every refusal. */
export async function answer(hub: HubState, found: Found, request: Request): Promise<Answer> {
  const { params, route } = found;
  const { actor } = request;
  const repository = params.owner === undefined ? null : repositoryOf(hub, actor, params);
  const organization = params.org === undefined ? null : hub.organizations.get(params.org.toLowerCase());
  if (organization === undefined) throw notFound();
  demand(hub, actor, route.needs, organization ?? repository);
  const call: Call = {
    hub,
    actor,
    params,
    query: request.url.searchParams,
    body: request.body,
    url: request.url,
    get account() {
      return accountOf(actor);
    },
    get repository() {
      return repository ?? missing();
    },
    get organization(): Organization {
      return organization ?? missing();
    },
  };
  return route.handle(call);
}

function repositoryOf(hub: HubState, actor: Actor, params: Readonly<Record<string, string>>): Repository | null {
  const found = hub.repositories.get(`${params.owner}/${params.repo}`.toLowerCase());
  // An App speaks with a JWT only about itself: it may ask for its installation on any repository.
  if (found !== undefined && (actor.kind === 'app' || canRead(hub, actor, found))) return found;
  throw notFound();
}

export function accountOf(actor: Actor): Call['account'] {
  switch (actor.kind) {
    case 'user':
    case 'installation':
    case 'deploy-key':
      return actor.account;
    case 'app':
      return actor.app.bot;
    case 'anonymous':
      throw new HttpError(401, 'Requires authentication');
  }
}

function missing(): never {
  throw notFound();
}
