/**
 * git over smart HTTP: who may, what the rules of the branch say, and then git's own `http-backend`. A push is judged
 * before git takes it: its objects are unpacked first where a rule must look at them, and lie unreferenced if refused.
 */
import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { atLeast, canRead, grants, roleOf } from '../access.ts';
import { HttpError } from '../http-error.ts';
import type { Actor, Repository } from '../model.ts';
import { settleMove } from '../refs.ts';
import { accountOf } from '../router.ts';
import { refusalsOfMove } from '../rules/judge.ts';
import { rulesFor } from '../rules/patterns.ts';
import { needsWorkflows } from '../rules/workflows.ts';
import { actorOf } from '../token.ts';
import type { HubState } from '../types.ts';
import { parsePush, refusePush } from './pkt-line.ts';
import { bareEnvironment } from './run.ts';
import { ZERO } from './types.ts';

const PATH = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a path is git's. */
export function isGitPath(path: string): boolean {
  return PATH.test(path);
}

export async function serveGit(
  hub: HubState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, owner, name, service] = PATH.exec(url.pathname) ?? [];
  const isPush = service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  let allowed: { actor: Actor; repository: Repository };
  try {
    const actor = actorOf(hub, request.headers.authorization);
    allowed = { actor, repository: admit(hub, actor, hub.repositories.get(`${owner}/${name}`.toLowerCase()), isPush) };
  } catch (error) {
    return refuse(response, error);
  }
  const { actor, repository } = allowed;
  const body = await readBody(request);
  if (service !== 'git-receive-pack')
    return answerCgi(response, await backend(repository, actor, request, url, service ?? '', body));
  return queued(repository, () => receive(hub, repository, actor, request, response, url, body));
}

function admit(hub: HubState, actor: Actor, repository: Repository | undefined, isPush: boolean): Repository {
  const mustSignIn = new HttpError(401, 'Authentication required');
  if (actor.kind === 'anonymous' && (isPush || repository === undefined || repository.private)) throw mustSignIn;
  if (repository === undefined || !canRead(hub, actor, repository)) throw new HttpError(404, 'Repository not found.');
  if (
    !isPush &&
    actor.kind === 'installation' &&
    repository.private &&
    !grants(actor.permissions, 'contents', 'read')
  ) {
    throw new HttpError(403, 'Resource not accessible by integration');
  }
  if (isPush && !mayPush(hub, actor, repository)) {
    throw new HttpError(403, `Permission to ${repository.fullName}.git denied to ${accountOf(actor).login}.`);
  }
  return repository;
}

function mayPush(hub: HubState, actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'user') return atLeast(roleOf(hub, repository, actor.account), 'write');
  if (actor.kind === 'deploy-key') return actor.repository === repository.id;
  return (
    actor.kind === 'installation' && canRead(hub, actor, repository) && grants(actor.permissions, 'contents', 'write')
  );
}

function refuse(response: ServerResponse, error: unknown): void {
  if (!(error instanceof HttpError)) throw error;
  const headers = error.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {};
  response.writeHead(error.status, { 'content-type': 'text/plain', ...headers }).end(error.message);
}

const queues = new WeakMap<Repository, Promise<void>>();

/** One push at a time in a repository, so that what moved is known. */
function queued(repository: Repository, work: () => Promise<void>): Promise<void> {
  const next = (queues.get(repository) ?? Promise.resolve()).then(work);
  queues.set(
    repository,
    next.catch(() => undefined),
  );
  return next;
}

async function receive(
  hub: HubState,
  repository: Repository,
  actor: Actor,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<void> {
  const push = parsePush(body);
  if (push === null) return refuse(response, new HttpError(400, 'not a push'));
  const isRuled = needsWorkflows(actor) || push.commands.some(({ ref }) => rulesFor(repository, ref).length > 0);
  const isFresh = push.commands.some(({ after }) => after !== ZERO);
  if (isRuled && isFresh && push.pack.length > 0)
    await repository.git.git(['index-pack', '--stdin', '--fix-thin'], { input: push.pack });
  const reasons = new Map<string, string>();
  const messages: string[] = [];
  for (const command of push.commands) {
    const refusals = isRuled ? await refusalsOfMove(hub, repository, command, actor) : [];
    if (refusals.length === 0) continue;
    reasons.set(command.ref, 'push declined due to repository rule violations');
    messages.push(
      `error: GH013: Repository rule violations found for ${command.ref}.`,
      ...refusals.map((each) => `- ${each}`),
    );
  }
  if (reasons.size > 0) {
    response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result', 'cache-control': 'no-cache' });
    response.end(refusePush(push, reasons, messages));
    return;
  }
  const at = async (ref: string): Promise<string> => (await repository.git.resolve(ref)) ?? ZERO;
  const before = await Promise.all(push.commands.map(({ ref }) => at(ref)));
  const output = await backend(repository, actor, request, url, 'git-receive-pack', body);
  for (const [index, { ref }] of push.commands.entries()) {
    await settleMove(hub, repository, { ref, before: before[index] ?? ZERO, after: await at(ref), actor });
  }
  // GitHub would answer first; here whoever pushed can rely on what follows having begun.
  answerCgi(response, output);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** Runs `git http-backend` as the CGI program it is; resolves to what it wrote. */
function backend(
  repository: Repository,
  actor: Actor,
  request: IncomingMessage,
  url: URL,
  service: string,
  body: Buffer,
): Promise<Buffer> {
  const { directory } = repository.git;
  const env = {
    ...bareEnvironment(directory),
    GIT_PROJECT_ROOT: dirname(directory),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${repository.name}.git/${service}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(body.length),
    REMOTE_USER: actor.kind === 'anonymous' ? '' : accountOf(actor).login,
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(out)));
    child.stdin.end(body);
  });
}

function answerCgi(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  let status = end < 0 ? 500 : 200;
  for (const line of output.toString('latin1', 0, Math.max(end, 0)).split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(end < 0 ? '' : output.subarray(end + 4));
}
