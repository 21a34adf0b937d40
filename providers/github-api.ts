/**
 * The few calls that the GitHub providers make, by `fetch`. It tells apart what can be tried again, what cannot, and what
 * may have happened although no answer came. It retries nothing itself: the sweep does, by `ProviderError`.
 */
import { type Io, ProviderError } from './provider.ts';

export interface GitHubAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly message: string;
}

export interface GitHubApi {
  /** Answers also for the statuses in `expected`; throws `ProviderError` for all other failures. */
  call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, options?: CallOptions): Promise<GitHubAnswer>;
  /** Every page. Throws rather than give a shorter list. `under` names the field that holds the list. */
  list(path: string, options?: { under?: string }): Promise<readonly Record<string, unknown>[]>;
}

export interface CallOptions {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expected?: readonly number[];
}

const API_VERSION = '2022-11-28';
const TIMEOUT = 20_000;
/** 100 items each. */
const MOST_PAGES = 200;

export function githubApi(io: Io): GitHubApi {
  const send = async (method: string, path: string, options: CallOptions): Promise<Response> => {
    const token = await io.githubToken();
    try {
      return await io.fetch(`${io.githubApi}${path}`, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'user-agent': 'gatepass',
          'x-github-api-version': API_VERSION,
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new ProviderError('network', `no answer to ${method} ${path}: ${said}`, {
        retry: 'backoff',
        effect: effectOf(method),
        cause,
      });
    }
  };
  const ask = async (method: string, path: string, options: CallOptions): Promise<[Response, GitHubAnswer]> => {
    const response = await send(method, path, options);
    const answer = await read(response, method, path);
    if (response.ok || options.expected?.includes(response.status) === true) {
      // A limit is never the answer that was hoped for, whatever its status.
      if (!isLimited(response, answer)) return [response, answer];
    }
    throw failure(response, answer, method, path);
  };
  return {
    call: async (method, path, options = {}) => (await ask(method, path, options))[1],
    list: async (path, { under } = {}) => {
      const items: Record<string, unknown>[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const at = `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`;
        const [response, { data }] = await ask('GET', at, {});
        items.push(...listIn(under === undefined ? data : (data as Record<string, unknown> | null)?.[under], at));
        if (!/<[^>]+>;\s*rel="next"/.test(response.headers.get('link') ?? '')) return items;
      }
      throw new ProviderError('truncated', `more than ${MOST_PAGES} pages in ${path}`);
    },
  };
}

function effectOf(method: string): 'none' | 'unknown' {
  return method === 'GET' ? 'none' : 'unknown';
}

async function read(response: Response, method: string, path: string): Promise<GitHubAnswer> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    const options = { retry: 'backoff', effect: effectOf(method), cause } as const;
    throw new ProviderError('network', `the answer to ${method} ${path} broke off`, options);
  }
  const data = parse(text);
  const said = (data as { message?: unknown } | null)?.message;
  return { status: response.status, data, message: typeof said === 'string' ? said : '' };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // A proxy's page instead of JSON: the status says what matters.
    return null;
  }
}

function isLimited(response: Response, { message }: GitHubAnswer): boolean {
  if (response.status === 429) return true;
  if (response.status !== 403) return false;
  const { headers } = response;
  return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0' || /rate limit/i.test(message);
}

function failure(response: Response, answer: GitHubAnswer, method: string, path: string): ProviderError {
  const { status } = response;
  const message = `GitHub answered ${status} to ${method} ${path}${answer.message === '' ? '' : `: ${answer.message}`}`;
  if (isLimited(response, answer)) {
    return new ProviderError('rate-limited', message, { retry: 'backoff', afterSeconds: waitOf(response) });
  }
  if (status >= 500) {
    // A server that is down for a while may say for how long.
    const isSaid = response.headers.has('retry-after');
    const options = {
      retry: 'backoff',
      effect: effectOf(method),
      ...(isSaid && { afterSeconds: waitOf(response) }),
    } as const;
    return new ProviderError('server', message, options);
  }
  // A token can run out between two calls; the next one is fresh.
  if (status === 401) return new ProviderError('unauthorized', message, { retry: 'backoff' });
  const codes: Readonly<Record<number, string>> = {
    403: 'forbidden',
    404: 'not-found',
    409: 'conflict',
    422: 'unprocessable',
  };
  return new ProviderError(codes[status] ?? 'unexpected', message, { retry: status === 409 ? 'reread' : 'no' });
}

/** When GitHub does not say: at least a minute, by its guide to rate limits. */
const UNSAID = 60;
/** Whatever a header says: GitHub's quotas are an hour's. */
const LONGEST = 3600;

/**
 * Seconds to wait, from 1 to an hour: `retry-after` (seconds or a date, RFC 9110), else the end of the hour's quota when that is spent
 * (`x-ratelimit-reset`, an instant on GitHub's clock). Source: docs.github.com, Rate limits for the REST API.
 */
function waitOf({ headers }: Response): number {
  const now = Date.parse(headers.get('date') ?? '') / 1000;
  const after = headers.get('retry-after') ?? '';
  const seconds = /^\d+$/.test(after) ? Number(after) : Date.parse(after) / 1000 - now;
  if (!Number.isNaN(seconds)) return inBounds(seconds);
  if (headers.get('x-ratelimit-remaining') !== '0') return UNSAID;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) - now;
  return Number.isNaN(reset) ? UNSAID : inBounds(reset);
}

function inBounds(seconds: number): number {
  return Math.min(LONGEST, Math.max(1, Math.ceil(seconds)));
}

function listIn(data: unknown, path: string): readonly Record<string, unknown>[] {
  if (Array.isArray(data)) return data;
  throw new ProviderError('unexpected', `expected a list from ${path}`);
}

/** A number under a name, such as an `id`. */
export function numberIn(data: unknown, name: string): number {
  const value = (data as Record<string, unknown> | null)?.[name];
  if (typeof value === 'number') return value;
  throw new ProviderError('unexpected', `expected a number \`${name}\` from GitHub`);
}

export function textIn(data: unknown, name: string): string {
  const value = (data as Record<string, unknown> | null)?.[name];
  if (typeof value === 'string') return value;
  throw new ProviderError('unexpected', `expected a text \`${name}\` from GitHub`);
}
