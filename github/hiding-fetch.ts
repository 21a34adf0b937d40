/** Keeps what requests are signed in with out of logs: tokens, and what an App signs for itself. */

type Fetch = typeof globalThis.fetch;

/**
 * As `send`, as Octokit's option `request.fetch`, but `mask` is told of each credential before it is sent for the first
 * time. Here and not where tokens are made, since libraries make some by themselves.
 */
export function hidingFetch(send: Fetch, mask: (credential: string) => void): Fetch {
  const hidden = new Set<string>();
  return (address, options) => {
    const credential = new Headers(options?.headers).get('authorization')?.split(' ').at(-1);
    if (credential !== undefined && !hidden.has(credential)) {
      hidden.add(credential);
      mask(credential);
    }
    return send(address, options);
  };
}
