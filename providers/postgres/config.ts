/** How a PostgreSQL server is reached: the connection URI is a secret, what the catalog adds is not. */
import type { ClientConfig } from 'pg';
import type { JsonObject } from '../../core/json.ts';
import { type Diagnostic, type Io, ProviderError } from '../provider.ts';
import { assertSettings, optionalText, type Settings, textOf } from '../settings.ts';

const SECRET_NAME = '^[A-Z][A-Z0-9_]{0,63}$';

export const CONFIG: Settings = {
  credentials: {
    type: 'string',
    isRequired: true,
    pattern: SECRET_NAME,
    description: 'NAME of the secret that holds the connection URI: postgresql://user:password@host:port/database',
  },
  host: { type: 'string', description: 'replaces the host of the URI' },
  port: { type: 'integer', description: 'replaces the port of the URI' },
  database: { type: 'string', description: 'replaces the database of the URI; roles belong to the whole cluster' },
  tls: {
    type: 'string',
    enum: ['verify-full', 'require', 'disable'],
    description: 'default: verify-full, and disable for the loopback; require encrypts without knowing to whom',
  },
  ca: { type: 'string', pattern: SECRET_NAME, description: 'NAME of the secret that holds the CA certificate (PEM)' },
  endSessions: { type: 'boolean', description: 'end the sessions of the person when the role is taken back' },
};

export const TARGET: Settings = {
  role: { type: 'string', isRequired: true, description: 'the role to be granted, as `pg_roles` spells it' },
};

export interface Connection {
  readonly client: ClientConfig;
  /** Where it leads, without secrets, for people. */
  readonly place: string;
  readonly warnings: readonly Diagnostic[];
}

const CONNECT_TIMEOUT = 10_000;

/** Throws `ProviderError`: `configuration`, or what `io.secret` throws. */
export function connectionOf(config: JsonObject, io: Io): Connection {
  assertSettings('postgres', CONFIG, config);
  const name = textOf(config, 'credentials');
  const uri = parseUri(io.secret(name), name);
  const host = optionalText(config, 'host') ?? decodeURIComponent(uri.hostname);
  const port = typeof config['port'] === 'number' ? config['port'] : Number(uri.port === '' ? 5432 : uri.port);
  const database = optionalText(config, 'database') ?? decodeURIComponent(uri.pathname.slice(1));
  const tls = optionalText(config, 'tls') ?? tlsOfUri(uri, name) ?? (isLoopback(host) ? 'disable' : 'verify-full');
  const ca = optionalText(config, 'ca');
  return {
    client: {
      host,
      port,
      database: database === '' ? 'postgres' : database,
      user: decodeURIComponent(uri.username),
      password: decodeURIComponent(uri.password),
      ssl:
        tls === 'disable'
          ? false
          : { rejectUnauthorized: tls !== 'require', ...(ca !== null && { ca: io.secret(ca) }) },
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      // The server ends a statement before this; the client gives up on a server that no longer answers.
      query_timeout: 30_000,
      application_name: 'gatepass',
    },
    place: `${host}:${port}`,
    warnings: isLoopback(host) ? [] : tlsWarnings(tls),
  };
}

/** The message never holds the text: it is a secret. */
function parseUri(text: string, name: string): URL {
  const uri = URL.canParse(text) ? new URL(text) : null;
  if (uri === null || !['postgres:', 'postgresql:'].includes(uri.protocol) || uri.username === '') {
    throw new ProviderError(
      'configuration',
      `the secret \`${name}\` is not a connection URI; expected postgresql://user:password@host:port/database`,
    );
  }
  return uri;
}

function tlsOfUri(uri: URL, name: string): string | null {
  const mode = uri.searchParams.get('sslmode');
  if (mode === null || mode === 'disable' || mode === 'require' || mode === 'verify-full') return mode;
  throw new ProviderError(
    'configuration',
    `the secret \`${name}\` asks for sslmode \`${mode}\`; expected \`verify-full\`, \`require\` or \`disable\``,
  );
}

function isLoopback(host: string): boolean {
  return ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host);
}

function tlsWarnings(tls: string): Diagnostic[] {
  if (tls === 'verify-full') return [];
  const message =
    tls === 'disable'
      ? 'the connection is not encrypted'
      : 'the connection is encrypted, but to a server nobody verified';
  return [{ severity: 'warning', message, fix: 'set `tls: verify-full`, and `ca` if the certificate is your own' }];
}
