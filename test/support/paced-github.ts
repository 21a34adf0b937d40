/**
 * GitHub in memory at the gate's own `fetch`, so that the whole client runs, its pace above all, on a clock that a test drives.
 * Writes down each request with its instant. Of what a gate writes it knows checks, comments, merges and starts of a sweep.
 */
import { createHash } from 'node:crypto';
import { GATE, type httpError, type MemoryGitHub } from './memory-github.ts';
import { aWorld } from './world.ts';

export interface Asked {
  /** Milliseconds. */
  readonly at: number;
  /** `POST /repos/{owner}/{repo}/check-runs`. */
  readonly route: string;
  readonly path: string;
}

export interface PacedGitHub {
  readonly github: MemoryGitHub;
  readonly asked: Asked[];
  /** All check runs, oldest first. */
  readonly checks: readonly CheckRun[];
  readonly fetch: typeof globalThis.fetch;
}

interface CheckRun {
  readonly id: number;
  readonly external_id: string;
  readonly head_sha: string;
  readonly status: string;
  readonly conclusion: string | null;
}

type Parameters = Readonly<Record<string, unknown>>;
type Answer = (parameters: Parameters) => unknown;

const REPOSITORY = '/repos/{owner}/{repo}';
const PULL = `${REPOSITORY}/pulls/{pull_number}`;

export function pacedGitHub(appId: number): PacedGitHub {
  const { github } = aWorld();
  const asked: Asked[] = [];
  const checks: CheckRun[] = [];
  const plainly = async (route: string, parameters: Parameters) => (await github.request(route, parameters)).data;
  const own: Readonly<Record<string, Answer>> = {
    'GET /app': () => ({ id: appId, slug: 'gate' }),
    'GET /app/hook/deliveries': () => [],
    [`GET ${REPOSITORY}/installation`]: () => ({ id: 1 }),
    'POST /app/installations/{installation_id}/access_tokens': () => ({
      token: 'token',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions: {},
    }),
    [`GET ${REPOSITORY}/commits/{ref}/check-runs`]: ({ ref }) => ({
      check_runs: checks.filter(({ head_sha }) => head_sha === ref),
    }),
    [`POST ${REPOSITORY}/check-runs`]: ({ owner: _, repo: __, ...run }) => {
      const made = { conclusion: null, ...run, id: checks.length + 1, app: { id: appId } } as unknown as CheckRun;
      checks.push(made);
      return made;
    },
    [`PATCH ${REPOSITORY}/check-runs/{check_run_id}`]: ({ owner: _, repo: __, check_run_id, ...run }) =>
      Object.assign(checks[Number(check_run_id) - 1] ?? {}, run),
    [`POST ${REPOSITORY}/issues/{issue_number}/comments`]: ({ issue_number, body }) => ({
      id: github.comment(Number(issue_number), GATE, String(body), { type: 'Bot', app: appId }),
    }),
    [`PATCH ${REPOSITORY}/issues/comments/{comment_id}`]: ({ comment_id, body }) => {
      const all = [...github.pulls.values()].flatMap(({ comments }) => comments);
      return Object.assign(all.find(({ id }) => id === Number(comment_id)) ?? {}, { body });
    },
    // The owners were asked by GitHub itself when the request was opened.
    [`GET ${PULL}`]: async (parameters) => ({
      ...((await plainly(`GET ${PULL}`, parameters)) as object),
      requested_teams: [{ slug: 'orders' }, { slug: 'dba' }],
    }),
    [`GET ${PULL}/files`]: async (parameters) => {
      const files = (await plainly(`GET ${PULL}/files`, parameters)) as { sha: string }[];
      return files.map((file) => ({ ...file, patch: `+${github.git.blobs.get(file.sha)}`.replaceAll('\n', '\n+') }));
    },
    [`PUT ${PULL}/merge`]: ({ pull_number }) => ({ merged: true, sha: github.merge(Number(pull_number)) }),
    [`POST ${REPOSITORY}/actions/workflows/{workflow_id}/dispatches`]: () => ({ workflow_run_id: 1 }),
  };
  const routes = [...new Set([...Object.keys(own), ...github.routes])].map((route) => ({ route, ...patternOf(route) }));

  const fetch = async (address: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(address));
    const method = init.method ?? 'GET';
    const called = `${method} ${url.pathname}`;
    const found = routes.find(({ pattern }) => pattern.test(called));
    asked.push({ at: Date.now(), route: found?.route ?? called, path: url.pathname });
    github.now = new Date().toISOString();
    const date = new Date().toUTCString();
    if (found === undefined) return Response.json({ message: 'Not Found' }, { status: 404, headers: { date } });
    const values = found.pattern.exec(called)?.slice(1).map(decodeURIComponent) ?? [];
    const named = Object.fromEntries(found.names.map((name, at) => [name, values[at]]));
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    try {
      const parameters = { ...Object.fromEntries(url.searchParams), ...body, ...named };
      const data = await (own[found.route]?.(parameters) ?? plainly(found.route, parameters));
      const text = JSON.stringify(data);
      const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
      const headers = { date, etag, 'content-type': 'application/json; charset=utf-8' };
      const isSame = new Headers(init.headers).get('if-none-match') === etag;
      return isSame ? new Response(null, { status: 304, headers }) : new Response(text, { headers });
    } catch (error) {
      const { status = 500, message } = error as ReturnType<typeof httpError> & { status?: number };
      return Response.json({ message }, { status, headers: { date } });
    }
  };
  return { github, asked, checks, fetch: fetch as typeof globalThis.fetch };
}

function patternOf(route: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const [method = '', path = ''] = route.split(' ');
  const body = path.replace('/..', '').replace(/\{\w+\}/g, '([^/]+)');
  return { pattern: new RegExp(`^${method} ${body}$`), names };
}
