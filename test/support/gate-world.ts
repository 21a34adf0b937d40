/**
 * The real gate on the look-alike of GitHub: the example organisation, a ledger that its operator started, the app in
 * this process, answering signed webhooks. People act through their own tokens, as they would.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { checkEnvironment } from '../../app/environment.ts';
import { type StartedGate, startGate } from '../../app/main.ts';
import type { Timer } from '../../app/queue.ts';
import { git } from '../../cli/git.ts';
import { startLedger } from '../../cli/init/ledger.ts';
import { type Acme, buildAcme, type Login } from '../../hub/acme.ts';
import { type Hub, startHub } from '../../hub/hub.ts';
import { watchExchanges } from '../../hub/openapi/exchange.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STARTS = '2026-11-23T10:00:00.000Z';
export const ACCESS = { owner: 'acme', repo: 'access' } as const;

export interface Check {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly { readonly path: string; readonly line: number; readonly message: string }[];
}

export interface GateWorld {
  readonly hub: Hub;
  /** As it runs now. */
  readonly gate: StartedGate;
  readonly acme: Acme;
  /** `METHOD /path` of every call, the gate's and people's, since it was last emptied. */
  readonly calls: string[];
  /** Exchanges that are not as GitHub describes its API. */
  readonly problems: readonly string[];
  as(login: Login): Octokit;
  /** Opens a pull request that sets these files (`null`: deletes). Resolves when the gate has answered. */
  open(login: Login, files: Files, options?: OpenOptions): Promise<number>;
  /** Another commit on the branch of a pull request. */
  push(login: Login, number: number, files: Files): Promise<string>;
  review(login: Login, number: number, event: ReviewEvent, body?: string): Promise<void>;
  check(number: number): Promise<Check | null>;
  /** The gate's comment. */
  sticky(number: number): Promise<string | null>;
  comments(number: number): Promise<number>;
  isMerged(number: number): Promise<boolean>;
  settle(): Promise<void>;
  /** Stops the gate and starts another, which remembers nothing. */
  restart(): Promise<void>;
  /** Time passes: whatever the gate has set for later is done now. */
  later(): Promise<void>;
  close(): Promise<void>;
}

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';

/** `null` deletes. */
export type Files = Readonly<Record<string, string | null>>;

export interface WorldOptions {
  /** `false`: nobody has started a ledger. */
  readonly ledger?: boolean;
  /** In place of the example organisation's own. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** More of the gate's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface OpenOptions {
  readonly draft?: boolean;
  readonly base?: string;
  readonly branch?: string;
}

export function request(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ reason: 'Replay payments stuck since the deploy', ...fields });
  return [
    'apiVersion: gatepass/v1',
    'kind: AccessRequest',
    ...lines.map(([key, value]) => `${key}: ${value}`),
    '',
  ].join('\n');
}

export async function startGateWorld(options: WorldOptions = {}): Promise<GateWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'gatepass-gate-'));
  await mkdir(join(folder, 'hub'));
  const calls: string[] = [];
  const watch = watchExchanges('collect');
  const hub = await startHub({
    directory: join(folder, 'hub'),
    now: STARTS,
    onExchange: (exchange) => {
      calls.push(`${exchange.method} ${exchange.path.split('?')[0]}`);
      watch.onExchange(exchange);
    },
  });
  const acme = await buildAcme(hub, ROOT, options.files === undefined ? {} : { files: options.files });
  if (options.ledger !== false) await startItsLedger(hub, folder, acme);
  const checked = checkEnvironment({
    APP_ID: String(acme.gate.id),
    PRIVATE_KEY: acme.gate.privateKey,
    WEBHOOK_SECRET: acme.gate.webhookSecret,
    GITHUB_API_URL: `${hub.url}/api/v3`,
    ACCESS_REPOSITORY: 'acme/access',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: process.env['GATEPASS_TEST_LOG'] ?? 'fatal',
    ...options.environment,
  });
  if (!checked.ok) throw new Error(checked.problems.join('\n'));
  const { timer, fire } = drivenTimer();
  const begin = async () => {
    const gate = await startGate(checked.value, { throttled: false, timer });
    hub.setWebhookUrl(acme.gate.id, `${gate.url}/api/github/webhooks`);
    return gate;
  };
  const world = worldOf(hub, await begin(), begin, acme, calls, watch.problems, folder, fire);
  await world.settle();
  return world;
}

function worldOf(
  hub: Hub,
  first: StartedGate,
  begin: () => Promise<StartedGate>,
  acme: Acme,
  calls: string[],
  problems: readonly string[],
  folder: string,
  fire: () => void,
): GateWorld {
  let gate = first;
  const clients = new Map<string, Octokit>();
  const as = (login: Login): Octokit => {
    const client = clients.get(login) ?? new Octokit({ auth: acme.tokens[login], baseUrl: `${hub.url}/api/v3` });
    clients.set(login, client);
    return client;
  };
  const settle = async () => {
    do {
      await hub.idle();
      await gate.gate.queue.idle();
      await hub.idle();
    } while (gate.gate.queue.size.running > 0);
  };
  const headOf = async (number: number) => (await as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.head;
  const stickies = async (number: number) => {
    const { data } = await as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
    return data.filter((comment) => comment.performed_via_github_app?.id === acme.gate.id);
  };
  return {
    hub,
    get gate() {
      return gate;
    },
    acme,
    calls,
    problems,
    as,
    settle,
    async open(login, files, opened = {}) {
      const branch = opened.branch ?? `${login}-${Math.abs(hashOf(JSON.stringify(files)))}`;
      const base = opened.base ?? 'main';
      const sha = await commit(as(login), base, files);
      await as(login).git.createRef({ ...ACCESS, ref: `refs/heads/${branch}`, sha });
      const { data } = await as(login).pulls.create({
        ...ACCESS,
        title: `Request by ${login}`,
        head: branch,
        base,
        draft: opened.draft ?? false,
      });
      await settle();
      return data.number;
    },
    async push(login, number, files) {
      const { ref } = await headOf(number);
      const sha = await commit(as(login), ref, files);
      await as(login).git.updateRef({ ...ACCESS, ref: `heads/${ref}`, sha });
      await settle();
      return sha;
    },
    async review(login, number, event, body = '') {
      const { sha } = await headOf(number);
      await as(login).pulls.createReview({ ...ACCESS, pull_number: number, event, body, commit_id: sha });
      await settle();
    },
    async check(number) {
      const { sha } = await headOf(number);
      const { data } = await as('heidi').checks.listForRef({ ...ACCESS, ref: sha, check_name: 'gatepass' });
      const run = data.check_runs.filter(({ app }) => app?.id === acme.gate.id).sort((a, b) => b.id - a.id)[0];
      if (run === undefined) return null;
      const marks = await as('heidi').checks.listAnnotations({ ...ACCESS, check_run_id: run.id });
      return {
        id: run.id,
        status: run.status,
        conclusion: run.conclusion,
        title: run.output.title ?? '',
        summary: run.output.summary ?? '',
        annotations: marks.data.map((mark) => ({
          path: mark.path,
          line: mark.start_line,
          message: mark.message ?? '',
        })),
      };
    },
    sticky: async (number) => (await stickies(number))[0]?.body ?? null,
    comments: async (number) => (await stickies(number)).length,
    isMerged: async (number) => (await as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.merged,
    async restart() {
      await gate.stop();
      gate = await begin();
      await settle();
    },
    async later() {
      fire();
      await settle();
    },
    async close() {
      await gate.stop();
      await hub.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing comes due by itself: a test says when. */
function drivenTimer(): { readonly timer: Timer; fire(): void } {
  const due = new Set<() => void>();
  return {
    timer: {
      after(_, work) {
        due.add(work);
        return () => due.delete(work);
      },
    },
    fire() {
      const now = [...due];
      due.clear();
      for (const work of now) work();
    },
  };
}

/** A commit on top of a branch, by whoever's client it is. */
async function commit(client: Octokit, branch: string, files: Files): Promise<string> {
  const { data: ref } = await client.git.getRef({ ...ACCESS, ref: `heads/${branch}` });
  const { data: parent } = await client.git.getCommit({ ...ACCESS, commit_sha: ref.object.sha });
  const tree = Object.entries(files).map(([path, file]) => ({
    path,
    mode: '100644' as const,
    type: 'blob' as const,
    ...(file === null ? { sha: null } : { content: file }),
  }));
  const { data: made } = await client.git.createTree({ ...ACCESS, base_tree: parent.tree.sha, tree });
  const parents = [parent.sha];
  return (await client.git.createCommit({ ...ACCESS, message: 'Ask', tree: made.sha, parents })).data.sha;
}

async function startItsLedger(hub: Hub, folder: string, acme: Acme): Promise<void> {
  const clone = join(folder, 'operator');
  const keyFile = join(folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const url = hub.url.replace('://', `://heidi:${acme.tokens.heidi}@`);
  await git(folder, ['clone', '--quiet', `${url}/acme/access.git`, clone]);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(hub.clock.now()) });
  await git(clone, ['push', '--quiet', 'origin', 'gatepass/ledger']);
}

function hashOf(text: string): number {
  let hash = 7;
  for (const point of text) hash = (hash * 31 + (point.codePointAt(0) ?? 0)) | 0;
  return hash;
}
