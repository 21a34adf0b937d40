/** Hides secrets in a log, as GitHub's runner does: whole values, and each line of a value of many lines. */

export interface Masker {
  add(secret: string): void;
  hide(text: string): string;
}

/** A masker that knows nothing yet. Empty values are never masked: they would hide everything. */
export function createMasker(): Masker {
  const secrets = new Set<string>();
  return {
    add(secret) {
      for (const value of [secret, ...secret.split(/\r?\n/)]) if (value.trim() !== '') secrets.add(value);
    },
    hide(text) {
      // The longest first, or a secret inside another would leave the rest of it.
      const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
    },
  };
}
