/** Finds secrets in what a program wrote: whole, or enough of a key to be worth something. */

/** A run of a key's base64 that is too long to be there by chance, and that no fingerprint has. */
const RUN = 40;

/** The names of those that are in the text, and whatever has the look of a token or of an App's signed word. */
export function spilledIn(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  const found = Object.entries(secrets).filter(([, secret]) => isSpilled(text, secret));
  return [...found.map(([name]) => name), ...(text.match(LOOKS_LIKE_ONE) ?? [])];
}

/** GitHub's prefixes for tokens (docs.github.com, "About authentication to GitHub"), and a JSON web token. */
const LOOKS_LIKE_ONE = /\bgh[opsu]_\w{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g;

function isSpilled(text: string, secret: string): boolean {
  if (!secret.startsWith('-----BEGIN')) return text.includes(secret);
  const body = secret.replace(/-----[^-]+-----|\s/g, '');
  const runs = text.match(/[A-Za-z0-9+/]{40,}/g) ?? [];
  return runs.some((run) => windows(run).some((window) => body.includes(window)));
}

function windows(run: string): readonly string[] {
  return Array.from({ length: run.length - RUN + 1 }, (_, at) => run.slice(at, at + RUN));
}
