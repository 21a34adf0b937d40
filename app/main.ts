/** Starts the gate: `node app/main.ts`. Refuses to start half configured, stops when it is told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNodeMiddleware, Webhooks } from '@octokit/webhooks';
import { Probot, ProbotOctokit } from 'probot';
import { limitedFetch } from '../github/time-limit.ts';
import { gateApp, type RunningGate } from './app.ts';
import { checkEnvironment, type Environment } from './environment.ts';
import { paceOf } from './pace.ts';
import type { Timer } from './queue.ts';

export interface StartedGate {
  readonly url: string;
  readonly gate: RunningGate;
  /** Takes no new webhook, finishes what runs. */
  stop(): Promise<void>;
}

/** Says whether it answered. */
type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Listens at `environment.host:port` (port 0: any free one) for `POST /api/github/webhooks` and `GET /healthz`.
 * @param options.throttled `false` in tests: GitHub's pace is not needed on a look-alike
 * @param options.timer what drives retries and patrols; real time unless told
 */
export async function startGate(
  environment: Environment,
  options: { readonly throttled?: boolean; readonly timer?: Timer } = {},
): Promise<StartedGate> {
  const writesPerMinute = options.throttled === false ? 0 : environment.writesPerMinute;
  const probot = new Probot({
    appId: environment.appId,
    privateKey: environment.privateKey,
    baseUrl: environment.api,
    logLevel: environment.logLevel,
    logFormat: 'json',
    Octokit: octokitFor(writesPerMinute),
  });
  await probot.ready();
  const handlers: Handler[] = [webhookHandler(probot, environment.webhookSecrets)];
  const { app, running } = gateApp({ ...environment, writesPerMinute }, options.timer);
  await probot.load(app, { cwd: process.cwd(), addHandler: (handler) => handlers.push(handler) });
  const gate = running();
  if (gate === null) throw new Error('the gate did not load');
  const server = createServer((request, response) => {
    answer(handlers, request, response).catch((error: unknown) => {
      probot.log.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await listen(server, environment);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${environment.host}:${port}`, gate, stop: () => stop(server, gate) };
}

/**
 * What GitHub signed under one of the secrets goes to Probot, anything else gets 400. @octokit/webhooks compares in constant
 * time; Probot itself knows one secret only, and never sees what was not signed.
 */
function webhookHandler(probot: Probot, [secret = '', ...additionalSecrets]: readonly string[]): Handler {
  const front = new Webhooks({ secret, additionalSecrets, log: probot.log });
  front.onAny(({ id, name, payload }) => probot.receive({ id, name, payload } as Parameters<Probot['receive']>[0]));
  return createNodeMiddleware(front, { path: '/api/github/webhooks', log: probot.log });
}

/** Webhooks are a few hundred kilobytes at the most; one that is larger is noticed by the next patrol. */
const MOST_BYTES = 5 * 1024 * 1024;

async function answer(handlers: readonly Handler[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  limitBody(request);
  for (const handler of handlers) if ((await handler(request, response)) === true) return;
  response.writeHead(404).end();
}

/** Who sends is known from the whole body alone, so anybody who reaches this port has it kept in memory until then. */
function limitBody(request: IncomingMessage): void {
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) request.destroy(new Error(`a body of more than ${MOST_BYTES} bytes`));
  });
}

function listen(server: Server, { host, port }: Environment): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

/**
 * Retrying single requests is left to the queue, which reads everything anew: a comment posted twice would stay. Probot
 * throttles by default; only the function form of `defaults` reaches that option (probot 14.3).
 */
function octokitFor(writesPerMinute: number): typeof ProbotOctokit {
  // One for all repositories: GitHub counts what the App does, not where.
  const pace = paceOf(writesPerMinute);
  return ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    retry: { enabled: false },
    request: { ...(options['request'] as object), fetch: limitedFetch() },
    throttle: { ...(options['throttle'] as object), ...REST, ...pace },
  }));
}

/** Nobody waits inside a request: a limited one is over, and `brake.ts` keeps the others from being sent. */
const REST = { onRateLimit: () => false, onSecondaryRateLimit: () => false };

async function stop(server: Server, gate: RunningGate): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await gate.close();
  server.closeAllConnections();
  await closed;
}

async function main(): Promise<number> {
  const checked = checkEnvironment(process.env);
  if (!checked.ok) {
    const problems = checked.problems.map((problem) => `  ${problem}`).join('\n');
    process.stderr.write(`gatepass: the gate cannot start, its environment is not complete:\n${problems}\n`);
    process.stderr.write('See docs/guides/app.md.\n');
    return 2;
  }
  const started = await startGate(checked.value);
  process.stdout.write(`gatepass: listening on ${started.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await started.stop();
  return 0;
}

if (import.meta.main) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(
        `gatepass: the gate cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exit(2);
    },
  );
}
