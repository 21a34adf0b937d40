/** Who a token speaks for: people's tokens, installation tokens and Apps' JSON web tokens (RS256, RFC 7519). */
import { createVerify, randomBytes } from 'node:crypto';
import { HttpError } from './http-error.ts';
import type { Actor, App } from './model.ts';
import type { HubState } from './types.ts';

/** What a person, an installation or a workflow holds, as GitHub prefixes it; a deploy key has no token there (see `addDeployKey`). */
export function newToken(hub: HubState, prefix: 'ghp' | 'ghs' | 'key', actor: Actor, expires: number | null): string {
  const token = `${prefix}_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
  hub.tokens.set(token, { actor, expires });
  return token;
}

/** The caller behind an `Authorization` header; 401 for a token that nobody holds. */
export function actorOf(hub: HubState, header: string | undefined): Actor {
  if (header === undefined) return { kind: 'anonymous' };
  const [scheme = '', rest = ''] = header.split(/ +/, 2);
  const token = /^basic$/i.test(scheme) ? basicToken(rest) : rest;
  if (token === '') throw badCredentials();
  if (token.split('.').length === 3) return { kind: 'app', app: verifyJwt(hub, token) };
  return actorOfToken(hub, token);
}

/** Basic authentication carries the token as the password, or as the user name alone. */
function basicToken(encoded: string): string {
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  return password === '' || password === 'x-oauth-basic' ? user : password;
}

export function actorOfToken(hub: HubState, token: string): Actor {
  const held = hub.tokens.get(token);
  if (held === undefined || (held.expires !== null && held.expires <= Date.now())) throw badCredentials();
  return held.actor;
}

const badCredentials = (): HttpError => new HttpError(401, 'Bad credentials');

/** GitHub's rules: RS256, `iss` the App's id, `exp` at most ten minutes ahead, with a minute of drift allowed. */
function verifyJwt(hub: HubState, token: string): App {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  const app = hub.apps.get(Number(claims.iss));
  if (header.alg !== 'RS256') throw new HttpError(401, 'A JSON web token could not be decoded');
  if (app === undefined) throw new HttpError(404, 'Integration not found');
  const now = Date.now() / 1000;
  const expires = Number(claims.exp);
  if (!(expires > now))
    throw new HttpError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (expires > now + 660) throw new HttpError(401, "'Expiration time' claim ('exp') is too far in the future");
  if (!(Number(claims.iat) <= now + 60))
    throw new HttpError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  const verified = createVerify('RSA-SHA256').update(`${head}.${body}`).verify(app.publicKey, signature, 'base64url');
  if (!verified) throw new HttpError(401, 'A JSON web token could not be decoded');
  return app;
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new HttpError(401, 'A JSON web token could not be decoded');
  }
}
