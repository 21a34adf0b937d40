/**
 * The few facts that GitHub tells by GraphQL alone. A query is a read, though it is sent with `POST`. An answer with errors
 * is no answer, however much came with it, unless who asks can do without just that. Decides nothing.
 */
import { call, type GitHub, GitHubError, type GitHubErrorCode } from './client.ts';
import { type Fields, fields, text } from './read.ts';

/**
 * Beside the REST API, not below it: `https://api.github.com/graphql`, but `https://HOST/api/graphql` on an Enterprise
 * Server whose REST API is at `/api/v3` (docs.github.com, "Forming calls with GraphQL"). One step up from either base; the
 * step is gone from the URL before it is sent, and above the root there is nothing to step to.
 */
export const GRAPHQL = 'POST /../graphql';

/** `data` of one query. Throws `GitHubError`. @param isBearable an error that leaves the rest of the answer true */
export async function ask(
  github: GitHub,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  isBearable: (error: Fields) => boolean = () => false,
): Promise<Fields> {
  const response = await call(github, GRAPHQL, { query, variables });
  const answer = fields(response.data, 'GraphQL answer');
  const errors = Array.isArray(answer['errors']) ? answer['errors'].map((each) => fields(each, 'GraphQL error')) : [];
  const error = errors.find((each) => !isBearable(each));
  if (error === undefined) return fields(answer['data'], 'GraphQL data');
  const { type, message } = error;
  throw new GitHubError(codeOf(type), `GitHub answered by GraphQL: ${text(message, 'GraphQL error message')}`);
}

/** GraphQL refuses with status 200 (docs.github.com, "Rate limits and query limits for the GraphQL API"). */
function codeOf(type: unknown): GitHubErrorCode {
  if (type === 'RATE_LIMITED') return 'rate-limited';
  if (type === 'NOT_FOUND') return 'not-found';
  if (type === 'FORBIDDEN') return 'forbidden';
  return 'unexpected';
}
