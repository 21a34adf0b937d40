/** The real app, in a process of its own, as an operator would run it: told by environment variables only. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { Hub } from '../../hub/hub.ts';
import { until } from './until.ts';

export interface AppProcess {
  readonly url: string;
  /** What it wrote so far. */
  readonly log: () => string;
  stop(): Promise<void>;
}

export interface Registration {
  readonly id: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

/** `environment`: more of it, or another value, than the demo's. */
export async function startApp(
  app: Registration,
  hub: Hub,
  main: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<AppProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: app.webhookSecret,
      GITHUB_API_URL: `${hub.url}/api/v3`,
      ACCESS_REPOSITORY: 'acme/access',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
      // The look-alike has no rate limits, as GitHub Enterprise Server has none unless asked.
      WRITES_PER_MINUTE: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const keep = (chunk: Buffer) => {
    log += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await until('the app answers', async () => {
    if (child.exitCode !== null) throw new Error(`the app ended: ${log}`);
    return (await fetch(`${url}/healthz`)).ok ? true : null;
  });
  hub.setWebhookUrl(app.id, `${url}/api/github/webhooks`);
  return {
    url,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
