/**
 * The few things we ask of an Octokit, and what can go wrong with them, said once. Every response is `unknown` until a
 * reader in `read.ts` has looked at it. Decides nothing; it only keeps "cannot read" apart from "is not there".
 */
import { type Instant, toInstant } from '../core/time.ts';

export interface GitHubResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

/** The part of Octokit that we use: `@octokit/rest`, `@octokit/core` and Probot's octokit all fit. */
export interface GitHub {
  request(route: string, parameters?: Record<string, unknown>): Promise<GitHubResponse>;
}

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

export type GitHubErrorCode =
  /** 404 or 410: absent, or hidden from this token. Which of the two GitHub does not say. */
  | 'not-found'
  /** 401: the token is wrong or over. */
  | 'unauthorized'
  /** 403 without a rate limit: the installation lacks a permission. */
  | 'forbidden'
  /** 403 or 429 with a rate limit, primary or secondary. */
  | 'rate-limited'
  /** 405: a merge that GitHub refuses now. */
  | 'not-allowed'
  /** 409: something moved meanwhile. */
  | 'conflict'
  /** 422: GitHub understood and refused. */
  | 'unprocessable'
  /** 5xx. */
  | 'server'
  /** No response at all. */
  | 'network'
  /** A response of another shape than documented. */
  | 'unexpected'
  /** A list or tree that GitHub cut short. */
  | 'truncated'
  /** Two answers that contradict each other: something changed between them. Ask again. */
  | 'inconsistent';

const RETRYABLE: ReadonlySet<GitHubErrorCode> = new Set([
  'rate-limited',
  'server',
  'network',
  'conflict',
  'inconsistent',
]);

export class GitHubError extends Error {
  readonly code: GitHubErrorCode;
  /** HTTP status; `null` without a response. */
  readonly status: number | null;
  /** Seconds that GitHub asks to wait; `null`: it does not say. */
  readonly afterSeconds: number | null;
  constructor(
    code: GitHubErrorCode,
    message: string,
    options: { status?: number | null; afterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'GitHubError';
    this.code = code;
    this.status = options.status ?? null;
    this.afterSeconds = options.afterSeconds ?? null;
  }

  /** Whether asking again, unchanged, can help. */
  get isRetryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

/** One request; throws only `GitHubError`. */
export async function call(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown> = {},
): Promise<GitHubResponse> {
  try {
    return await github.request(route, parameters);
  } catch (error) {
    throw toGitHubError(error, route);
  }
}

const PAGE = 100;

/**
 * All pages of a list, in GitHub's order, by its `Link` header: some lists count pages, some hand out cursors. `most`
 * bounds what is read: beyond it the list is `truncated`, which is an error, never a shorter list. `under` names the
 * field that wraps the list, if one does.
 */
export async function callAll(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown> = {},
  options: { most?: number; under?: string } = {},
): Promise<readonly unknown[]> {
  const most = options.most ?? 10_000;
  const items: unknown[] = [];
  let place: Readonly<Record<string, string>> | null = {};
  while (place !== null) {
    const response = await call(github, route, { ...parameters, per_page: PAGE, ...place });
    items.push(...listIn(response.data, options.under, route));
    if (items.length > most) throw new GitHubError('truncated', `more than ${most} items in ${route}`);
    place = nextPlace(response);
  }
  return items;
}

function listIn(data: unknown, under: string | undefined, route: string): readonly unknown[] {
  const list = under === undefined ? data : (data as Record<string, unknown> | null)?.[under];
  if (Array.isArray(list)) return list;
  throw new GitHubError('unexpected', `expected a list from ${route}`);
}

/**
 * Parameters of the next page, `null` after the last. Only the query of the next address is used: where requests go is
 * not for an answer to say.
 */
export function nextPlace(response: GitHubResponse): Readonly<Record<string, string>> | null {
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(String(response.headers['link'] ?? '')) ?? [];
  return next === undefined || !URL.canParse(next) ? null : Object.fromEntries(new URL(next).searchParams);
}

/** The server's clock when it answered (RFC 9110, section 6.6.1), whole seconds; `null` without the header. */
export function serverDate(response: GitHubResponse): Instant | null {
  const at = Date.parse(String(response.headers['date'] ?? ''));
  return Number.isNaN(at) ? null : toInstant(at);
}

/** What Octokit, or the network below it, threw, under one of our codes. */
export function toGitHubError(error: unknown, route: string): GitHubError {
  if (error instanceof GitHubError) return error;
  const status = statusOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (status === null) return new GitHubError('network', `no answer to ${route}: ${said}`, { cause: error });
  const headers = headersOf(error);
  const code = codeOf(status, headers, said);
  return new GitHubError(code, `GitHub answered ${status} to ${route}: ${said}`, {
    status,
    afterSeconds: secondsIn(headers['retry-after']),
    cause: error,
  });
}

function codeOf(status: number, headers: Record<string, unknown>, said: string): GitHubErrorCode {
  const isLimited =
    headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(said);
  if (status === 404 || status === 410) return 'not-found';
  if (status === 401) return 'unauthorized';
  if (status === 429 || (status === 403 && isLimited)) return 'rate-limited';
  if (status === 403) return 'forbidden';
  if (status === 405) return 'not-allowed';
  if (status === 409) return 'conflict';
  if (status === 422) return 'unprocessable';
  return status >= 500 ? 'server' : 'unexpected';
}

function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  // Octokit marks a request that got no answer with status 500 and no `response`.
  const hasResponse = (error as { response?: unknown } | null)?.response !== undefined;
  return typeof status === 'number' && hasResponse ? status : null;
}

function headersOf(error: unknown): Record<string, unknown> {
  const response = (error as { response?: { headers?: Record<string, unknown> } }).response;
  return response?.headers ?? {};
}

function secondsIn(value: unknown): number | null {
  const seconds = Number(value);
  return value !== undefined && Number.isFinite(seconds) ? seconds : null;
}
