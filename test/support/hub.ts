/** A look-alike for a test: in a temporary folder, every exchange and webhook held against GitHub's own description. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { type Hub, type HubOptions, startHub } from '../../hub/hub.ts';
import { watchExchanges } from '../../hub/openapi/exchange.ts';
import { createValidator } from '../../hub/openapi/validate.ts';
import type { WebhookExamples } from '../../hub/openapi/webhook-examples.ts';
import type { AddedApp } from '../../hub/setup/apps.ts';

/** A Monday, half past nothing. */
export const STARTS = '2026-11-23T10:00:00.000Z';

export interface TestHub {
  readonly hub: Hub;
  /** What was not GitHub's, in exchanges and webhooks; empty at the end of an honest test. */
  readonly problems: () => readonly string[];
  readonly folder: string;
  stop(): Promise<void>;
}

const validator = createValidator({ examples: examples as unknown as WebhookExamples });

export async function aHub(options: Partial<HubOptions> = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-'));
  const watch = watchExchanges('collect', validator);
  const hub = await startHub({ directory: join(folder, 'hub'), now: STARTS, onExchange: watch.onExchange, ...options });
  const events: string[] = [];
  hub.state.events.on('delivered', ({ event, request }) => {
    events.push(...validator.webhook(event, request.payload).filter((problem) => !events.includes(problem)));
  });
  return {
    hub,
    folder,
    problems: () => [...watch.problems, ...events],
    stop: async () => {
      await hub.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A client that signs in with a token. */
export function withToken(hub: Hub, token: string): Octokit {
  return new Octokit({ baseUrl: hub.apiUrl, auth: token, log: QUIET });
}

/** A client that signs in as an App's installation, as the app and the Action do. */
export function asInstallation(hub: Hub, app: AddedApp): Octokit {
  const auth = { appId: app.id, privateKey: app.privateKey, installationId: app.installationId };
  return new Octokit({ baseUrl: hub.apiUrl, authStrategy: createAppAuth, auth, log: QUIET });
}

/** A client that signs in as the App itself. */
export function asApp(hub: Hub, app: AddedApp): Octokit {
  const auth = { appId: app.id, privateKey: app.privateKey };
  return new Octokit({ baseUrl: hub.apiUrl, authStrategy: createAppAuth, auth, log: QUIET });
}

/** The URL git takes, with a token as the password. */
export function gitUrl(hub: Hub, repository: string, login: string, token: string): string {
  return `${hub.url.replace('://', `://${login}:${token}@`)}/${repository}.git`;
}

const run = promisify(execFile);

/** Runs git without this machine's configuration; rejects with `stderr` on failure. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  const { stdout } = await run('git', [...args], { cwd: folder, env });
  return stdout.trim();
}

/** The status that a call is refused with, and its message. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error === null) throw new Error('the call was not refused');
  const { status, message } = error as { status: number; message: string };
  return { status, message };
}
