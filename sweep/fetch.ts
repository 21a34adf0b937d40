/** What providers send by: the platform's `fetch`, with what a sweep needs around it. Knows no provider. */

/** As `send`, but a call to the GitHub API that is refused as unauthorized is sent once more, under a new token. */
export function authorizedFetch(send: typeof fetch, apiUrl: string, renewed: () => Promise<string>): typeof fetch {
  return async (address, init) => {
    const response = await send(address, init);
    const isOurs = String(address instanceof Request ? address.url : address).startsWith(`${apiUrl}/`);
    // 401 says that nothing was taken, so this repeats no effect.
    if (response.status !== 401 || !isOurs) return response;
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${await renewed()}`);
    return send(address, { ...init, headers });
  };
}

/** As `send`, but whatever is no read is refused before it is sent. */
export function readingFetch(send: typeof fetch): typeof fetch {
  return async (address, init) => {
    const method = (init?.method ?? 'GET').toUpperCase();
    if (address instanceof Request || (method !== 'GET' && method !== 'HEAD')) {
      throw new TypeError(`${method} would write, and this only reads`);
    }
    return send(address, init);
  };
}
