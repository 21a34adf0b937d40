/**
 * Webhooks: the gate behind Probot, fed with what GitHub sends and with what it never would. Nothing may escape a handler,
 * and whatever a payload says, only the gate's own repository is ever asked about.
 */
import { generateKeyPairSync } from 'node:crypto';
import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { Probot, ProbotOctokit } from 'probot';
import { gateApp } from '../../app/app.ts';
import type { WebhookExamples } from '../../hub/openapi/webhook-examples.ts';
import type { Random } from '../oracle/random.ts';
import { mutate } from './mutate.ts';
import { must, type Target } from './target.ts';

interface Input {
  readonly name: string;
  readonly payload: unknown;
}

const JUNK: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '../../other/secret',
  'other/secret',
  [],
  {},
  [[]],
  true,
  { length: 1 },
  '__proto__',
  '💥',
  'x'.repeat(5000),
  { toString: 1 },
];
/** What a call may be about: the app itself, its own repository, its own organisation. */
const OURS =
  /^\/(?:app(?:\/|$)|repos\/acme\/access(?:[/?]|$)|orgs\/acme(?:[/?]|$)|organizations\/9000(?:[/?]|$)|graphql$)/;

export async function webhookTarget(): Promise<Target> {
  const calls: string[] = [];
  const probot = await startProbot(calls);
  const payloads = seeds();
  return {
    name: 'webhooks',
    share: 5,
    input: (random: Random): Input => mutatedPayload(random, payloads),
    run: async (input) => {
      calls.length = 0;
      const { name, payload } = input as Input;
      const accepted = await probot.receive({ id: 'fuzz', name: name as 'push', payload: payload as never }).then(
        () => true,
        (error: unknown) => {
          must(error instanceof AggregateError || error instanceof TypeError, `threw ${String(error)}`);
          return false;
        },
      );
      const stray = calls.find((path) => !OURS.test(path));
      return { accepted, check: () => must(stray === undefined, `asked GitHub about ${stray}`) };
    },
  };
}

/** The real Probot and gate; GitHub refuses everything, after noting what it was asked. */
async function startProbot(calls: string[]): Promise<Probot> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const refuse = async (url: string | URL): Promise<Response> => {
    const { pathname } = new URL(url);
    calls.push(pathname);
    const isInstallation = pathname.endsWith('/installation');
    const isToken = pathname.endsWith('/access_tokens');
    const body = isInstallation
      ? { id: 1 }
      : isToken
        ? { token: 'ghs_fuzz', expires_at: '2099-01-01T00:00:00Z', permissions: {} }
        : { message: 'Not Found' };
    return Response.json(body, { status: isInstallation ? 200 : isToken ? 201 : 404 });
  };
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const probot = new Probot({
    appId: 1,
    privateKey: pem,
    secret: 'fuzz',
    logLevel: 'fatal',
    request: { fetch: refuse as typeof fetch },
    Octokit: ProbotOctokit.defaults((options: Record<string, unknown>) => ({
      ...options,
      retry: { enabled: false },
      throttle: { enabled: false },
    })),
  });
  await probot.ready();
  const repository = { owner: 'acme', name: 'access' };
  const { app } = gateApp(
    {
      appId: 1,
      privateKey: pem,
      repository,
      ledger: repository,
      web: 'https://github.test',
      alertWebhook: null,
      writesPerMinute: 0,
    },
    { after: () => () => {} },
  );
  await probot.load(app, { cwd: process.cwd(), addHandler: () => {} });
  return probot;
}

/** The events that the gate listens to, as GitHub really sent them, of our repository and of another. */
function seeds(): readonly Input[] {
  const wanted = [
    'pull_request',
    'pull_request_review',
    'check_run',
    'issue_comment',
    'push',
    'membership',
    'team',
    'organization',
  ];
  return (examples as unknown as WebhookExamples)
    .filter(({ name }) => wanted.includes(name))
    .flatMap(({ name, examples: payloads }) => payloads.slice(0, 8).map((payload) => ({ name, payload })))
    .flatMap(({ name, payload }) => [
      { name, payload },
      {
        name,
        payload: JSON.parse(
          JSON.stringify(payload)
            .replaceAll('Codertocat/Hello-World', 'acme/access')
            .replaceAll('"Codertocat"', '"acme"'),
        ),
      },
    ]);
}

function mutatedPayload(random: Random, payloads: readonly Input[]): Input {
  const { name, payload } = random.pick(payloads);
  let changed = payload;
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) changed = edited(random, changed, 0);
  return { name: random.chance(0.02) ? random.pick(payloads).name : name, payload: changed };
}

/** Walks down at random and puts something else there, takes it away, or swaps in a neighbour's value. */
function edited(random: Random, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || (depth > 0 && random.chance(0.2))) {
    return typeof value === 'string' && random.chance(0.5) ? mutate(random, [value]) : random.pick(JUNK);
  }
  if (Array.isArray(value))
    return value.length === 0
      ? [random.pick(JUNK)]
      : value.with(random.below(value.length), edited(random, value[0], depth + 1));
  const interesting = [
    'action',
    'repository',
    'pull_request',
    'number',
    'full_name',
    'check_run',
    'external_id',
    'app',
    'comment',
    'body',
    'user',
    'issue',
    'ref',
    'before',
    'after',
    'organization',
    'login',
    'default_branch',
  ];
  const keys = Object.keys(value);
  const likely = keys.filter((key) => interesting.includes(key));
  const key =
    random.chance(0.8) && likely.length > 0 ? random.pick(likely) : keys.length === 0 ? 'x' : random.pick(keys);
  const copy: Record<string, unknown> = { ...value };
  if (random.chance(0.1)) delete copy[key];
  else copy[key] = edited(random, copy[key], depth + 1);
  return copy;
}
