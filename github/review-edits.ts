/**
 * Whether the text of a review was changed after it was written, when last, and by whom. REST shows the text alone; anybody
 * who may write to the repository may edit anybody's review. What an edit means is the core's business.
 */
import type { Review } from '../core/policy/evidence.ts';
import { type GitHub, GitHubError } from './client.ts';
import { ask } from './graphql.ts';
import { type Fields, fields, fieldsOrNull, instantOrNull, integer, list } from './read.ts';

export type Edit = NonNullable<Review['edited']>;

/** GraphQL takes at most so many ids at once. */
const MOST = 100;

/** `lastEditedAt` is `null` until somebody edits (docs.github.com, GraphQL object `PullRequestReview`). */
const QUERY = `query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on PullRequestReview {
      fullDatabaseId
      lastEditedAt
      editor {
        ... on User { databaseId }
        ... on Bot { databaseId }
      }
    }
  }
}`;

/** By the review's id; `null`: never edited. Asks nothing about no reviews. What cannot be told in full is an error. */
export async function readReviewEdits(
  github: GitHub,
  reviews: readonly { readonly id: number; readonly nodeId: string }[],
): Promise<ReadonlyMap<number, Edit | null>> {
  const found = new Map<number, Edit | null>();
  for (let from = 0; from < reviews.length; from += MOST) {
    const some = reviews.slice(from, from + MOST);
    const data = await ask(github, QUERY, { ids: some.map(({ nodeId }) => nodeId) });
    const nodes = list(data['nodes'], 'nodes');
    for (const [index, { id }] of some.entries()) found.set(id, editOf(fields(nodes[index], 'review'), id));
  }
  return found;
}

function editOf(node: Fields, id: number): Edit | null {
  if (String(node['fullDatabaseId']) !== String(id)) {
    throw new GitHubError(
      'unexpected',
      `asked about review ${id}, GitHub told about ${String(node['fullDatabaseId'])}`,
    );
  }
  // A missing field would read as "never edited".
  if (node['lastEditedAt'] === undefined)
    throw new GitHubError('unexpected', 'GitHub left out when a review was edited');
  const at = instantOrNull(node['lastEditedAt'], 'review lastEditedAt');
  const by = fieldsOrNull(node['editor'], 'review editor')?.['databaseId'];
  return at === null ? null : { at, by: by === undefined || by === null ? null : integer(by, 'editor databaseId') };
}
