/**
 * Watches the look-alike's exchanges with the validator: each request that our code sent, each answer that the hub
 * gave. In `throw` mode the first problem ends the exchange loudly; in `collect` mode a test reads them at its end.
 */

import type { Exchange, OnExchange } from '../types.ts';
import { createValidator, type Validator } from './validate.ts';

export interface ExchangeWatch {
  readonly onExchange: OnExchange;
  /** `METHOD /template → status: problem`, each once, in order of appearance. */
  readonly problems: readonly string[];
}

/** A request that the hub refused as malformed (400, 422) is not held to its schema: refusing it was the point. */
export function watchExchanges(mode: 'throw' | 'collect', validator: Validator = createValidator()): ExchangeWatch {
  const problems: string[] = [];
  const onExchange: OnExchange = (exchange) => {
    const found = exchangeProblems(validator, exchange).filter((problem) => !problems.includes(problem));
    problems.push(...found);
    if (mode === 'throw' && found.length > 0) throw new Error(`not GitHub's API:\n${found.join('\n')}`);
  };
  return { onExchange, problems };
}

function exchangeProblems(validator: Validator, exchange: Exchange): string[] {
  const { method, route, status } = exchange;
  // GraphQL has its own schema: `hub/graphql/` refuses what is not in it.
  if (exchange.path === '/graphql') return [];
  // A poor token is refused before its path is looked at.
  if (route === null && status === 401) return [];
  if (route === null) return [`${method} ${exchange.path.split('?')[0]}: no route of the look-alike`];
  const request = {
    params: pathParameters(route.path, exchange.path),
    query: exchange.query,
    body: exchange.requestBody,
  };
  const isRefused = status === 400 || status === 422;
  const asked = isRefused ? [] : validator.request(method, route.path, request);
  const answered = validator.response(method, route.path, status, exchange.responseBody);
  return [...asked, ...answered].map((problem) => `${method} ${route.path} → ${status}: ${problem}`);
}

/** The last parameter takes the rest: `{path}` and `{ref}` hold slashes. */
function pathParameters(template: string, path: string): Record<string, string> {
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '');
  const pattern = template.replace(/\{[^}]+\}$/, '(.+)').replace(/\{[^}]+\}/g, '([^/]+)');
  const values = new RegExp(`^${pattern}$`).exec(path.split('?')[0] ?? '')?.slice(1) ?? [];
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]));
}
