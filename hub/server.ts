/**
 * The HTTP side: API calls with GitHub's headers (pages, ETag, limits, the clock's `Date`), git, and faults on demand.
 * The API is under `/api/v3`, as on GitHub Enterprise Server, and GraphQL beside it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isObject } from './body.ts';
import type { FaultBox } from './faults.ts';
import { isGitPath, serveGit } from './git/http.ts';
import { graphql } from './graphql/answer.ts';
import { HttpError } from './http-error.ts';
import type { Json } from './model.ts';
import { answer, type Found, type Router } from './router.ts';
import { actorOf } from './token.ts';
import type { Answer, HubState, OnExchange } from './types.ts';

const PREFIX = '/api/v3';
const GRAPHQL = '/api/graphql';
const DOCUMENTATION = 'https://docs.github.com/rest';
/** Calls an hour. */
const LIMIT = 5000;

export interface ServerOptions {
  readonly router: Router;
  readonly faults: FaultBox;
  readonly onExchange: OnExchange | null;
}

export function makeServer(hub: HubState, options: ServerOptions): Server {
  const limits = new Map<string, { used: number; reset: number }>();
  const server = createServer((request, response) => {
    response.sendDate = false;
    response.setHeader('date', new Date(hub.clock.epoch()).toUTCString());
    const url = new URL(request.url ?? '/', hub.url);
    const serving = isGitPath(url.pathname)
      ? serveGit(hub, request, response, url)
      : serveApi(hub, options, limits, request, response, url);
    serving.catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: error instanceof Error ? error.message : 'Server Error', status: '500' }));
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

async function serveApi(
  hub: HubState,
  { router, faults, onExchange }: ServerOptions,
  limits: Map<string, { used: number; reset: number }>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = request.method ?? 'GET';
  const raw = await readText(request);
  const path = apiPath(url.pathname);
  const fault = path === null ? null : faults.onCall(method, path);
  const limited = countCall(limits, request.headers.authorization ?? '');
  for (const [name, value] of Object.entries(limited)) response.setHeader(name, value);
  response.setHeader('x-github-request-id', randomUUID());
  response.setHeader('x-github-api-version-selected', '2022-11-28');
  response.setHeader('x-github-media-type', 'github.v3; format=json');
  if (fault?.kind === 'status') {
    const refusal = new HttpError(fault.status, fault.message);
    send(request, response, { ...errorAnswer(refusal), headers: fault.headers });
    return;
  }
  let found: Found | null = null;
  let given: Answer;
  let body: Json = {};
  try {
    const actor = actorOf(hub, request.headers.authorization);
    body = parseBody(raw);
    found = path === null ? null : router(method, path);
    if (path === '/graphql' && method === 'POST') given = graphql(hub, actor, body);
    else if (path === '/rate_limit') given = { status: 200, body: rateLimits(limited) };
    else if (found === null) throw new HttpError(404, 'Not Found');
    else given = await answer(hub, found, { actor, body, url });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    given = errorAnswer(error);
  }
  if (path !== null && path !== '/rate_limit') {
    const exchange = {
      method,
      path: path + url.search,
      query: url.searchParams,
      status: given.status,
      route: found?.route ?? null,
    };
    onExchange?.({ ...exchange, requestBody: raw === '' ? undefined : body, responseBody: jsonOf(given.body) });
  }
  if (fault?.kind === 'lose-answer') {
    response.destroy();
    return;
  }
  const caller = limits.get(request.headers.authorization ?? '');
  if (!send(request, response, given)) return;
  // Not counted; the headers of this answer are from before that was known.
  hub.notModified += 1;
  if (caller !== undefined) caller.used -= 1;
}

/** Of the REST API, or `/graphql`, which lies beside it; `null`: neither. */
function apiPath(pathname: string): string | null {
  if (pathname === GRAPHQL) return '/graphql';
  return pathname.startsWith(`${PREFIX}/`) || pathname === PREFIX ? pathname.slice(PREFIX.length) || '/' : null;
}

/** What a client would parse: without `undefined`. */
function jsonOf(body: unknown): unknown {
  return body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(raw: string): Json {
  if (raw.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(raw);
  } catch {
    throw new HttpError(400, 'Problems parsing JSON');
  }
  if (Array.isArray(body)) return { labels: body };
  if (!isObject(body)) throw new HttpError(400, 'Body should be a JSON object');
  return body;
}

function errorAnswer(error: HttpError): Answer {
  const body = {
    message: error.message,
    ...error.extra,
    documentation_url: DOCUMENTATION,
    status: String(error.status),
  };
  return { status: error.status, body };
}

/** Says whether the caller had it already. */
function send(request: IncomingMessage, response: ServerResponse, given: Answer): boolean {
  const text = given.body === undefined ? '' : JSON.stringify(given.body);
  const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
  const isRead = request.method === 'GET' && given.status === 200;
  const isKnown = isRead && request.headers['if-none-match']?.replace(/^W\//, '') === etag;
  const headers: Record<string, string> = { ...given.headers, vary: 'Accept, Authorization, Cookie' };
  if (isRead) headers['etag'] = etag;
  if (text !== '' && !isKnown) headers['content-type'] = 'application/json; charset=utf-8';
  response.writeHead(isKnown ? 304 : given.status, headers);
  response.end(isKnown ? '' : text);
  return isKnown;
}

/** The counters of a caller; they never refuse (a fault does), and run on real time. */
function countCall(limits: Map<string, { used: number; reset: number }>, caller: string): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  const old = limits.get(caller);
  const limit = old !== undefined && old.reset > now ? old : { used: 0, reset: now + 3600 };
  limit.used += 1;
  limits.set(caller, limit);
  return {
    'x-ratelimit-limit': String(LIMIT),
    'x-ratelimit-remaining': String(Math.max(1, LIMIT - limit.used)),
    'x-ratelimit-used': String(limit.used),
    'x-ratelimit-reset': String(limit.reset),
    'x-ratelimit-resource': 'core',
  };
}

function rateLimits(headers: Record<string, string>): Json {
  const number = (name: string): number => Number(headers[`x-ratelimit-${name}`]);
  const core = { limit: LIMIT, used: number('used'), remaining: number('remaining'), reset: number('reset') };
  return { resources: { core, search: core }, rate: core };
}
