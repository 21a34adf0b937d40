/**
 * A GitHub port that cannot write, for `gatepass sweep --plan`: whatever is no read is refused before it is sent. A query
 * of GraphQL is sent by `POST`, and is a read; a mutation is none.
 */
import { type GitHub, GitHubError } from './client.ts';
import { GRAPHQL } from './graphql.ts';

export function readOnly(github: GitHub): GitHub {
  return {
    request: async (route, parameters = {}) => {
      if (!isRead(route, parameters)) throw new GitHubError('not-allowed', `${route} would write, and this only reads`);
      return github.request(route, parameters);
    },
  };
}

function isRead(route: string, parameters: Readonly<Record<string, unknown>>): boolean {
  if (route.startsWith('GET ')) return true;
  // A document can hold several operations, so none of them may be a mutation, wherever the word stands.
  return route === GRAPHQL && !/\b(?:mutation|subscription)\b/i.test(String(parameters['query']));
}
