/**
 * What the gate is told by its environment: every problem named at once, with the next step, before anything starts.
 * No secret is ever repeated in a message.
 */
import { createPrivateKey } from 'node:crypto';
import type { RepositoryName } from '../github/client.ts';
import type { AlertWebhook } from './notify-webhook.ts';

export interface Environment {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** One, or two while they are rotated: either proves a webhook. */
  readonly webhookSecrets: readonly string[];
  /** Base URL of the GitHub API, without a trailing slash. */
  readonly api: string;
  /** Base URL of GitHub's pages, without a trailing slash. */
  readonly web: string;
  readonly host: string;
  readonly port: number;
  readonly repository: RepositoryName;
  readonly ledger: RepositoryName;
  readonly logLevel: LogLevel;
  /** How many writes to GitHub a minute, in bursts of twenty; 0: as many as there are. */
  readonly writesPerMinute: number;
  /** Who is told of alerts beside the issue; `null`: nobody. */
  readonly alertWebhook: AlertWebhook | null;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Checked =
  | { readonly ok: true; readonly value: Environment }
  | { readonly ok: false; readonly problems: readonly string[] };

type Variables = Readonly<Record<string, string | undefined>>;

const DEFAULT_API = 'https://api.github.com';

export function checkEnvironment(variables: Variables): Checked {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (value: string) => T | string, absent: T | string): T | null => {
    const written = variables[name]?.trim() ?? '';
    const result = written === '' ? absent : parse(written);
    if (typeof result !== 'string') return result;
    problems.push(`${name}: ${result}`);
    return null;
  };
  const text = (name: string, parse: (value: string) => Held | string, absent: Held | string): string | null =>
    read(name, parse, absent)?.text ?? null;

  const appId = read('APP_ID', parseId, 'not set; it is the number on the settings page of your GitHub App');
  const privateKey = text('PRIVATE_KEY', parseKey, 'not set; generate one on the settings page of your GitHub App');
  const absent = 'not set; it is what proves that a webhook is from GitHub';
  const webhookSecrets = read('WEBHOOK_SECRET', parseSecrets, absent);
  const api = text('GITHUB_API_URL', parseUrl, { text: DEFAULT_API });
  const web = text('GITHUB_URL', parseUrl, { text: api === null ? '' : pagesOf(api) });
  const host = text('HOST', (value) => ({ text: value }), { text: 'localhost' });
  const port = read('PORT', parsePort, 3000);
  const repository = read('ACCESS_REPOSITORY', parseRepository, 'not set; write owner/name, such as acme/access');
  const ledger = read('LEDGER_REPOSITORY', parseRepository, repository ?? { owner: '', name: '' });
  const writesPerMinute = read('WRITES_PER_MINUTE', parseRate, 60);
  const logLevel = text('LOG_LEVEL', parseLevel, { text: 'info' });
  const alertUrl = text('ALERT_WEBHOOK', parseWebhook, { text: '' });
  const alertSecret = read('ALERT_WEBHOOK_SECRET', parseSigningSecret, NO_SECRET);

  const isWhole = appId !== null && privateKey !== null && webhookSecrets !== null && api !== null && web !== null;
  if (
    !isWhole ||
    host === null ||
    port === null ||
    repository === null ||
    ledger === null ||
    logLevel === null ||
    alertUrl === null ||
    alertSecret === null ||
    writesPerMinute === null
  ) {
    return { ok: false, problems };
  }
  const level = logLevel as LogLevel;
  return {
    ok: true,
    value: {
      appId,
      privateKey,
      webhookSecrets,
      api,
      web,
      host,
      port,
      repository,
      ledger,
      logLevel: level,
      writesPerMinute,
      alertWebhook: alertUrl === '' ? null : { url: alertUrl, secret: alertSecret === NO_SECRET ? null : alertSecret },
    },
  };
}

/** A text that is a value: a bare string is a problem. */
interface Held {
  readonly text: string;
}

function parseId(value: string): number | string {
  return /^[1-9]\d{0,9}$/.test(value) ? Number(value) : `expected a whole number, found \`${value}\``;
}

/** PEM as it is, with `\n` written out, or in base64: environments differ in what they let through. */
function parseKey(value: string): Held | string {
  const decoded = value.startsWith('-----') ? value : Buffer.from(value, 'base64').toString('utf8');
  const pem = decoded.replaceAll('\\n', '\n');
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? { text: pem } : `expected an RSA key, found ${key.asymmetricKeyType}`;
  } catch {
    return 'not a private key in PEM, with line breaks or `\\n`, or that in base64';
  }
}

/** Two, apart by a comma or space, while GitHub is told the new one: the old is dropped afterwards. */
function parseSecrets(value: string): readonly string[] | string {
  const secrets = value.split(/[\s,]+/).filter((secret) => secret !== '');
  if (secrets.length > 2) return 'more than two secrets; the new one and the old one are enough to rotate';
  const isShort = secrets.some((secret) => secret.length < 16);
  return isShort ? 'shorter than 16 characters; `openssl rand -hex 32` makes a good one' : secrets;
}

function parseUrl(value: string): Held | string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `expected an http or https address, found \`${value}\``;
  return { text: value.replace(/\/+$/, '') };
}

/** The address itself is a secret, as Slack's are: it is not repeated. Plain http is for a receiver on this machine. */
function parseWebhook(value: string): Held | string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url?.protocol === 'https:' || isLocal ? { text: value } : 'expected an https address';
}

const NO_SECRET = Buffer.alloc(0);

/** As Standard Webhooks writes it, `whsec_` and base64, or any text that is long enough. */
function parseSigningSecret(value: string): Buffer | string {
  const [, coded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const secret = coded === undefined ? Buffer.from(value, 'utf8') : Buffer.from(coded, 'base64');
  return secret.length >= 16 ? secret : 'shorter than 16 bytes; `openssl rand -hex 32` makes a good one';
}

/** `https://api.github.com` → `https://github.com`; GitHub Enterprise Server has its API below `/api/v3`. */
function pagesOf(api: string): string {
  return api === DEFAULT_API ? 'https://github.com' : api.replace(/\/api\/v3$/, '').replace('://api.', '://');
}

function parsePort(value: string): number | string {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return port <= 65_535 ? port : `expected a port from 0 to 65535, found \`${value}\``;
}

function parseRate(value: string): number | string {
  const rate = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  return rate <= 6000
    ? rate
    : `expected a number from 0 (GitHub Enterprise Server without rate limits) to 6000, found \`${value}\``;
}

function parseRepository(value: string): RepositoryName | string {
  const [, owner, name] = /^([A-Za-z0-9][A-Za-z0-9-]*)\/([A-Za-z0-9._-]+)$/.exec(value) ?? [];
  return owner === undefined || name === undefined
    ? `expected owner/name, such as acme/access, found \`${value}\``
    : { owner, name };
}

function parseLevel(value: string): Held | string {
  return LOG_LEVELS.some((level) => level === value)
    ? { text: value }
    : `expected one of ${LOG_LEVELS.join(', ')}, found \`${value}\``;
}
