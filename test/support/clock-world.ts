/**
 * All of it at once on the look-alike: the app with its clock, the Action started by GitHub's own events, and one time for
 * both, which only the test moves. The schedule of Actions is dropped unless a test wants it.
 */
import { checkEnvironment } from '../../app/environment.ts';
import { type StartedGate, startGate } from '../../app/main.ts';
import type { Timer } from '../../app/queue.ts';
import type { RunView } from '../../hub/actions/run.ts';
import { ACCESS } from './acme.ts';
import { freshAction } from './fresh-action.ts';
import { withToken } from './hub.ts';
import { type SweptAcme, sweptAcme } from './swept-acme.ts';

export interface ClockWorld extends Omit<SweptAcme, 'ask'> {
  /** The app; `null` while it is down. */
  app(): StartedGate | null;
  startApp(): Promise<void>;
  stopApp(): Promise<void>;
  /** Time passes, timer by timer and tick by tick, and everything that comes of it is done. */
  advance(milliseconds: number): Promise<void>;
  settle(): Promise<void>;
  runs(): readonly RunView[];
  /** `/healthz`. */
  health(): Promise<Record<string, unknown>>;
  /** Asks for `payments/operator`, approved by an owner; the app merges it unless it holds it. The pull request's number. */
  ask(slug: string, duration: string, options?: AskOptions): Promise<number>;
  /** Title of the gate's check on a pull request. */
  check(number: number): Promise<{ readonly status: string; readonly title: string }>;
  isMerged(number: number): Promise<boolean>;
  close(): Promise<void>;
}

interface AskOptions {
  readonly login?: string;
  readonly breakGlass?: boolean;
}

export async function clockWorld(
  options: { readonly files?: Readonly<Record<string, string>>; readonly app?: boolean } = {},
): Promise<ClockWorld> {
  const acme = await sweptAcme({
    workflows: true,
    actions: { 'gatepass/gatepass/action': await freshAction() },
    ...(options.files === undefined ? {} : { files: options.files }),
  });
  const { hub, running } = acme;
  hub.actions.faults.schedule = () => 'drop';
  const timers = timersOn(() => hub.clock.epoch());
  let app: StartedGate | null = null;

  async function settle(): Promise<void> {
    do {
      await hub.idle();
      await app?.gate.queue.idle();
      await hub.idle();
    } while ((app?.gate.queue.size.running ?? 0) > 0);
  }

  async function startApp(): Promise<void> {
    const checked = checkEnvironment({
      APP_ID: String(acme.gate.id),
      PRIVATE_KEY: acme.gate.privateKey,
      WEBHOOK_SECRET: acme.gate.webhookSecret,
      GITHUB_API_URL: hub.apiUrl,
      ACCESS_REPOSITORY: 'acme/access',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: process.env['GATEPASS_TEST_LOG'] ?? 'fatal',
    });
    if (!checked.ok) throw new Error(checked.problems.join('\n'));
    app = await startGate(checked.value, { throttled: false, timer: timers.timer });
    hub.setWebhookUrl(acme.gate.id, `${app.url}/api/github/webhooks`);
    await settle();
  }

  async function stopApp(): Promise<void> {
    hub.setWebhookUrl(acme.gate.id, null);
    await app?.stop();
    app = null;
  }

  async function advance(milliseconds: number): Promise<void> {
    const target = hub.clock.epoch() + milliseconds;
    for (let due = timers.next(); due !== null && due <= target; due = timers.next()) {
      if (due > hub.clock.epoch()) await hub.clock.advance(due - hub.clock.epoch());
      timers.fire();
      await settle();
    }
    if (target > hub.clock.epoch()) await hub.clock.advance(target - hub.clock.epoch());
    await settle();
  }

  const heidi = acme.as('heidi');
  await hub.idle();
  if (options.app !== false) await startApp();
  return {
    ...acme,
    app: () => app,
    startApp,
    stopApp,
    advance,
    settle,
    runs: () => hub.runs('acme', 'access'),
    async health() {
      if (app === null) throw new Error('the app is down');
      return (await (await fetch(`${app.url}/healthz`)).json()) as Record<string, unknown>;
    },
    async ask(slug, duration, { login = 'alice', breakGlass = false } = {}) {
      const lines = [
        `duration: ${duration}`,
        'reason: Settle the stuck payouts',
        ...(breakGlass ? ['breakGlass: true'] : []),
      ];
      const text = `apiVersion: gatepass/v1\nkind: AccessRequest\n${lines.join('\n')}\n`;
      const files = { [`requests/payments/operator/${slug}.yaml`]: text };
      const { number, head } = await acme.ask(login, running.folder, { branch: `${login}/${slug}`, files });
      await settle();
      if (!breakGlass) {
        const approver = withToken(hub, acme.tokens[login === 'bob' ? 'erin' : 'bob'] ?? '');
        await approver.pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
        await settle();
      }
      return number;
    },
    async check(number) {
      const { data: pull } = await heidi.pulls.get({ ...ACCESS, pull_number: number });
      const { data } = await heidi.checks.listForRef({ ...ACCESS, ref: pull.head.sha, check_name: 'gatepass' });
      const run = data.check_runs.filter((one) => one.app?.id === acme.gate.id).at(0);
      return { status: run?.conclusion ?? run?.status ?? 'none', title: run?.output.title ?? '' };
    },
    isMerged: async (number) => (await heidi.pulls.get({ ...ACCESS, pull_number: number })).data.merged,
    async close() {
      await stopApp();
      await running.stop();
    },
  };
}

/** What is set for later, by the look-alike's clock. */
function timersOn(now: () => number) {
  const due = new Map<number, { readonly at: number; readonly work: () => void }>();
  let last = 0;
  const first = () => [...due].sort(([a, one], [b, other]) => one.at - other.at || a - b)[0] ?? null;
  const timer: Timer = {
    after(seconds, work) {
      const id = ++last;
      due.set(id, { at: now() + seconds * 1000, work });
      return () => due.delete(id);
    },
  };
  return {
    timer,
    next: () => first()?.[1].at ?? null,
    fire() {
      const entry = first();
      if (entry === null) return;
      due.delete(entry[0]);
      entry[1].work();
    },
  };
}
