/** What PostgreSQL and its driver throw, told apart by whether trying again can help. Source: PostgreSQL, appendix A. */
import { ProviderError } from '../provider.ts';

const BACKOFF: Readonly<Record<string, string>> = {
  // Concurrent changes of the same membership. PostgreSQL 15 reports them as duplicates or internal errors.
  '23505': 'concurrent',
  XX000: 'concurrent',
  '40001': 'concurrent',
  '40P01': 'concurrent',
  '55P03': 'locked',
  '57014': 'timeout',
  '53300': 'busy',
  '57P01': 'server',
  '57P02': 'server',
  '57P03': 'server',
};

const PERMANENT: Readonly<Record<string, string>> = {
  '42704': 'unknown-role',
  '42501': 'forbidden',
  '28P01': 'unauthorized',
  '28000': 'unauthorized',
  '3D000': 'unknown-database',
};

/** `effect` is what can be said about a change when no answer came back. */
export function toProviderError(error: unknown, place: string, effect: 'none' | 'unknown'): ProviderError {
  if (error instanceof ProviderError) return error;
  const sqlState = sqlStateOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const message = `${place}: ${said}${sqlState === null ? '' : ` (${sqlState})`}`;
  const permanent = sqlState === null ? undefined : PERMANENT[sqlState];
  if (permanent !== undefined) return new ProviderError(permanent, message, { retry: 'no', cause: error });
  const passing = sqlState === null ? undefined : BACKOFF[sqlState];
  if (passing !== undefined) {
    // An error that the server answers with undid the transaction; one that ends the session may have come after it.
    const known = passing === 'server' ? effect : 'none';
    return new ProviderError(passing, message, { retry: 'backoff', effect: known, cause: error });
  }
  // The server answered with something that nobody foresaw: trying again will not change it.
  if (sqlState !== null && !sqlState.startsWith('08')) {
    return new ProviderError('refused', message, { retry: 'no', cause: error });
  }
  return new ProviderError('network', message, { retry: 'backoff', effect, cause: error });
}

/** Five characters, as the server sends them; those of the operating system (`EPIPE`) begin otherwise. */
function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code) ? code : null;
}
