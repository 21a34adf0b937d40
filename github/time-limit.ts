/**
 * A time limit for each request, its answer included: a server that keeps a connection open and says nothing, or a byte
 * now and then, would hold up for good whatever waits for it. GitHub itself ends a request after ten seconds
 * (docs.github.com, "Troubleshooting the REST API", timeouts).
 */

/** Milliseconds. */
export const REQUEST_MOST = 30_000;

type Fetch = typeof globalThis.fetch;

/** As Octokit's option `request.fetch`. Rejects with a `TimeoutError`, which `toGitHubError` takes for no answer. */
export function limitedFetch(most: number = REQUEST_MOST): Fetch {
  return async (address, options) => {
    const limit = AbortSignal.timeout(most);
    const signal = options?.signal ? AbortSignal.any([options.signal, limit]) : limit;
    const response = await globalThis.fetch(address, { ...options, signal });
    // Octokit takes a body that was cut off for a short one, so it is read to its end here.
    await response.clone().arrayBuffer();
    return response;
  };
}
