/**
 * The values of the secrets that catalogs name: environment variables of the sweep's step. Only names that cannot be
 * anything else: a catalog must not read the runner's own variables, nor the sweep's keys.
 */
import { ProviderError } from '../providers/provider.ts';

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const RESERVED =
  /^(?:GITHUB|ACTIONS|INPUT|RUNNER|NODE|NPM|STATE|GATEPASS|LD|DYLD|SSL)_|^(?:PATH|HOME|CI|SHELL|USER|PWD|IFS|ENV)$/;

/** `mask` keeps the value out of logs before it is used. Throws `ProviderError`. */
export function secretReader(
  environment: Readonly<Record<string, string | undefined>>,
  mask: (value: string) => void,
): (name: string) => string {
  return (name) => {
    if (!NAME.test(name) || RESERVED.test(name)) {
      throw new ProviderError(
        'configuration',
        `\`${name}\` cannot name a secret: use capital letters, such as ORDERS_PG`,
      );
    }
    const value = environment[name] ?? '';
    if (value === '') {
      throw new ProviderError('secret-missing', `the secret \`${name}\` is not in the sweep's environment`, {
        retry: 'backoff',
      });
    }
    for (const line of value.split(/\r?\n/)) if (line.trim() !== '') mask(line);
    return value;
  };
}
