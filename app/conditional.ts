/**
 * Asks GitHub whether what it said last still holds, before it is sent again: an answer of 304 costs nothing of the hour's
 * requests (docs.github.com, "Use conditional requests if appropriate"). GitHub still says so each time, so nothing is
 * older than the question. An ETag is good for one token, which lives for an hour (github/docs#34689).
 */
import { canonicalJson } from '../core/canonical.ts';
import type { GitHub, GitHubResponse } from '../github/client.ts';

/** Answers, each of some kilobytes: two dozen for each open pull request. */
const MOST_KEPT = 2000;
/** Characters of all together, as JSON; one that is larger than a part of that is asked for in full each time. */
const MOST_SIZE = 16_000_000;
const LARGEST = MOST_SIZE / 8;

interface Kept {
  readonly etag: string;
  readonly response: GitHubResponse;
  readonly size: number;
}

export function conditional(github: GitHub): GitHub {
  const kept = new Map<string, Kept>();
  let total = 0;
  const forget = (key: string): void => {
    total -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  };
  /** @param size as known from before; `null`: to be measured */
  const keep = (key: string, response: GitHubResponse, size: number | null): void => {
    const { etag } = response.headers;
    forget(key);
    if (typeof etag !== 'string' || response.status !== 200) return;
    const entry = { etag, response, size: size ?? JSON.stringify(response.data ?? null).length };
    if (entry.size > LARGEST) return;
    kept.set(key, entry);
    total += entry.size;
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT && total <= MOST_SIZE) break;
      forget(oldest);
    }
  };
  return {
    async request(route, parameters = {}) {
      if (!route.startsWith('GET ')) return github.request(route, parameters);
      const key = `${route} ${canonicalJson(parameters)}`;
      const known = kept.get(key);
      const headers = known === undefined ? {} : { headers: { 'if-none-match': known.etag } };
      try {
        const response = await github.request(route, { ...parameters, ...headers });
        keep(key, response, null);
        return response;
      } catch (error) {
        const said = headersOf304(error);
        if (known === undefined || said === null) throw error;
        // The date and the limits are of now, and so are the links to further pages, which a 304 leaves out.
        const response = { ...known.response, headers: { ...known.response.headers, ...said } };
        keep(key, { ...response, headers: { ...response.headers, etag: known.etag } }, known.size);
        return response;
      }
    },
  };
}

/** Octokit throws what is no success. */
function headersOf304(error: unknown): GitHubResponse['headers'] | null {
  const { status, response } = error as { status?: unknown; response?: { headers?: GitHubResponse['headers'] } };
  return status === 304 ? (response?.headers ?? {}) : null;
}
