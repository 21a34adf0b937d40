/**
 * From GitHub's JSON to values we know: each reader takes `unknown` and either returns the type or throws `unexpected`
 * naming the field. Judges nothing about what the values mean.
 */
import type { Account } from '../core/policy/evidence.ts';
import { type Instant, parseInstant } from '../core/time.ts';
import { GitHubError } from './client.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, what: string): Fields {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  throw unexpected(what, 'an object', value);
}

export function fieldsOrNull(value: unknown, what: string): Fields | null {
  return value === null || value === undefined ? null : fields(value, what);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected(what, 'a list', value);
}

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw unexpected(what, 'text', value);
}

/** GitHub leaves some texts `null`, such as the body of an empty review. */
export function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function integer(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw unexpected(what, 'a whole number', value);
}

export function boolean(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw unexpected(what, 'true or false', value);
}

export function instant(value: unknown, what: string): Instant {
  const at = typeof value === 'string' ? parseInstant(value) : null;
  if (at !== null) return at;
  throw unexpected(what, 'an instant', value);
}

export function instantOrNull(value: unknown, what: string): Instant | null {
  return value === null || value === undefined ? null : instant(value, what);
}

const ACCOUNT_TYPES: readonly Account['type'][] = ['User', 'Bot', 'Organization', 'Mannequin'];

/** A GitHub account. A type that we do not know is nobody who may approve, so it reads as a bot. */
export function account(value: unknown, what: string): Account {
  const user = fields(value, what);
  const type = ACCOUNT_TYPES.find((known) => known === user['type']) ?? 'Bot';
  return { id: integer(user['id'], `${what}.id`), login: text(user['login'], `${what}.login`), type };
}

/** `null` stays `null`: GitHub could not tell whose it is. An empty object means the same in commit lists. */
export function accountOrNull(value: unknown, what: string): Account | null {
  if (value === null || value === undefined) return null;
  return Object.keys(fields(value, what)).length === 0 ? null : account(value, what);
}

/**
 * Whether the app itself wrote an issue or a comment. Somebody who signs in through the app with a token of their own
 * writes as themselves, and GitHub names the app all the same (docs.github.com, "Authenticating on behalf of a user").
 */
export function isByApp(written: Fields, appId: number): boolean {
  const app = fieldsOrNull(written['performed_via_github_app'], 'app');
  return app?.['id'] === appId && accountOrNull(written['user'], 'user')?.type === 'Bot';
}

function unexpected(what: string, expected: string, found: unknown): GitHubError {
  const seen = found === null ? 'null' : Array.isArray(found) ? 'a list' : typeof found;
  return new GitHubError('unexpected', `expected ${expected} for \`${what}\` in GitHub's answer, found ${seen}`);
}
