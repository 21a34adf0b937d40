/** Starts the gate: `node app/main.ts`. Refuses to start half configured, stops when it is told to. */
import type { Server as HttpServer } from 'node:http';
import { Probot, ProbotOctokit, Server } from 'probot';
import { gateApp, type RunningGate } from './app.ts';
import { checkEnvironment, type Environment } from './environment.ts';

export interface StartedGate {
  readonly url: string;
  readonly gate: RunningGate;
  /** Takes no new webhook, finishes what runs. */
  stop(): Promise<void>;
}

/**
 * Listens at `environment.host:port` (port 0: any free one) for `POST /api/github/webhooks` and `GET /healthz`.
 * @param options.throttled `false` in tests: GitHub's pace is not needed on a look-alike
 */
export async function startGate(
  environment: Environment,
  options: { readonly throttled?: boolean } = {},
): Promise<StartedGate> {
  const { app, running } = gateApp(environment);
  const server = new Server({
    Probot: Probot.defaults({
      appId: environment.appId,
      privateKey: environment.privateKey,
      secret: environment.webhookSecret,
      baseUrl: environment.api,
      logLevel: environment.logLevel,
      logFormat: 'json',
      Octokit: octokitFor(options.throttled ?? true),
    }),
    host: environment.host,
    port: environment.port,
    webhookPath: '/api/github/webhooks',
    enablePing: false,
    enableStaticFiles: false,
  });
  await server.load(app);
  const http = await server.start();
  const gate = running();
  if (gate === null) throw new Error('the gate did not load');
  return { url: urlOf(http, environment), gate, stop: () => stop(server, http, gate) };
}

/**
 * Retrying single requests is left to the queue, which reads everything anew: a comment posted twice would stay. Probot
 * throttles by default; only the function form of `defaults` reaches that option (probot 14.3).
 */
function octokitFor(throttled: boolean): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    retry: { enabled: false },
    throttle: { ...(options['throttle'] as object), ...(throttled ? {} : { enabled: false }) },
  }));
}

async function stop(server: Server, http: HttpServer, gate: RunningGate): Promise<void> {
  const stopped = server.stop();
  http.closeIdleConnections();
  await gate.close();
  http.closeAllConnections();
  await stopped;
}

function urlOf(http: HttpServer, { host }: Environment): string {
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host}:${port}`;
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
