/**
 * A GitHub at the wire: a real Octokit whose fetch is a table. No network is there to reach; a call that no row answers
 * fails the test, so that a call too many is seen.
 */
import { Octokit } from '@octokit/rest';
import type { GitHub } from '../../github/client.ts';

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Row = Answer | ((sent: Sent) => Answer);

export interface Sent {
  /** `POST /repos/acme/access/check-runs`, without the query. */
  readonly call: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Wire {
  readonly github: GitHub;
  readonly sent: Sent[];
  /** `METHOD /path` of all calls, in order. */
  readonly calls: () => readonly string[];
}

export const DATE = 'Mon, 23 Nov 2026 10:00:00 GMT';

/** `'network'` breaks the connection. */
export function wire(rows: Readonly<Record<string, Row | 'network'>>): Wire {
  const sent: Sent[] = [];
  const answer = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const call = `${init.method ?? 'GET'} ${decodeURIComponent(url.pathname)}`;
    const made = { call, query: url.searchParams, body: typeof init.body === 'string' ? JSON.parse(init.body) : null };
    sent.push(made);
    const row = rows[call];
    if (row === undefined) throw new Error(`no row for ${call}`);
    if (row === 'network') throw new TypeError('fetch failed');
    const { status = 200, body = {}, headers = {} } = typeof row === 'function' ? row(made) : row;
    return new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', date: DATE, ...headers },
    });
  };
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const github = new Octokit({ auth: 'token', request: { fetch: answer }, log: silent });
  return { github, sent, calls: () => sent.map(({ call }) => call) };
}

export const REPOSITORY = { owner: 'acme', name: 'access' } as const;
export const BASE = '/repos/acme/access';
