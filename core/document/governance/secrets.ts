/**
 * Credentials in catalogs are NAMES of secrets, which the sweep looks up in its environment. A value that looks like a
 * secret is refused before it is merged (and must be changed: it has been pushed).
 */
import type { Issue } from '../issue.ts';
import type { WrittenCatalog } from '../written.ts';
import { stepsOf, valueAt } from '../yaml-document.ts';
import { type Source, wrongValue } from './source.ts';

/** Names a secret may have: those of an environment variable, and none that GitHub, the runner or the system sets. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !RESERVED.test(name);
}

const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const RESERVED =
  /^(?:(?:GITHUB|ACTIONS|INPUT|RUNNER|NODE|NPM|LD|DYLD|GATEPASS)_|(?:PATH|HOME|SHELL|USER|CI|PWD|TMPDIR)$)/;
const CREDENTIAL_FIELD = /credential|secret|token|password|passphrase|(?:private|api)[_-]?key/i;

/** Shapes that only secrets have. Each is linear in the length of the text. */
const LOOKS_SECRET: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|AKIA|ASIA|AIza)[A-Za-z0-9_-]{8}/,
  /^[a-z][a-z0-9+.-]{0,20}:\/\/[^/\s:@]{1,100}:[^/\s@]{1,200}@/i,
  /\bpassword=[^\s{]/i,
];

export function secretIssues(source: Source<WrittenCatalog>): Issue[] {
  return [...source.document.ranges.keys()].flatMap((path) => {
    const value = valueAt(source.document, path);
    if (typeof value !== 'string') return [];
    if (looksSecret(value)) {
      return wrongValue(source, path, {
        code: 'catalog-secret-value',
        message: 'this looks like a secret, and secrets must not be in files',
        // Not repeated: issues are shown in comments and logs.
        found: `${value.length} characters that look like a secret`,
        expected: 'the NAME of a secret, such as `ORDERS_PG`',
        fix: 'change the secret where it was issued, since it has been seen; then write its NAME here',
      });
    }
    return isCredentialField(path) ? nameIssue(source, path, value) : [];
  });
}

function looksSecret(value: string): boolean {
  return LOOKS_SECRET.some((shape) => shape.test(value)) || isLongRandom(value) || holdsWebToken(value);
}

/**
 * A JSON Web Token (RFC 7519): a header in base64url, which begins with `{"` and so with `eyJ`, a dot, and more. One expression
 * would look through `-eyJ-eyJ-eyJ…` from each of them; between its dots a text is looked through once.
 */
function holdsWebToken(value: string): boolean {
  let header = '';
  for (const part of value.split('.')) {
    if (/^[A-Za-z0-9_-]{10}/.test(part) && /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10}/.test(header)) return true;
    header = part.replace(/^.*[^A-Za-z0-9_-]/s, '');
  }
  return false;
}

/** One long word of letters of both cases and digits: what keys in base64 look like, and names of things do not. */
function isLongRandom(value: string): boolean {
  return /^[A-Za-z0-9+/_=-]{40,}$/.test(value) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));
}

/** Fields of `with` that hold credentials by their name, alone or in a list. */
function isCredentialField(path: string): boolean {
  const steps = stepsOf(path);
  const field = steps.lastIndexOf('with') + 1;
  return field > 0 && CREDENTIAL_FIELD.test(steps[field] as string);
}

function nameIssue(source: Source<WrittenCatalog>, path: string, value: string): Issue[] {
  if (isSecretName(value)) return [];
  const reserved = SECRET_NAME.test(value);
  return [
    wrongValue(source, path, {
      code: reserved ? 'catalog-secret-reserved' : 'catalog-secret-name',
      message: reserved ? 'this name belongs to GitHub or to the system' : 'this is not the NAME of a secret',
      found: reserved ? value : `${value.length} characters`,
      expected: 'upper-case ASCII letters, digits and `_`, such as `ORDERS_PG`',
      fix: reserved ? 'choose another name' : 'store the secret in the environment and write its NAME here',
    }),
  ];
}
