/**
 * Which comments say what their authors wrote. Whoever may write to the repository may edit anybody's, and REST shows no edit
 * within the second of the creation, yet may show one a second later that nobody made (palantir/policy-bot#459).
 */
import { type GitHub, GitHubError } from './client.ts';
import { ask } from './graphql.ts';
import { type Fields, fields, instantOrNull, list } from './read.ts';

/** GraphQL takes at most so many ids at once. */
const MOST = 100;

/** `lastEditedAt` is `null` until somebody edits (docs.github.com, GraphQL object `IssueComment`). */
const QUERY = `query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on IssueComment { fullDatabaseId lastEditedAt } }
}`;

/** Their ids. One that was deleted meanwhile says nothing, and takes no word from the others. Asks nothing about none. */
export async function neverEdited(
  github: GitHub,
  comments: readonly { readonly id: number; readonly nodeId: string }[],
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (let from = 0; from < comments.length; from += MOST) {
    const some = comments.slice(from, from + MOST);
    const data = await ask(github, QUERY, { ids: some.map(({ nodeId }) => nodeId) }, isOfOneGone);
    const nodes = list(data['nodes'], 'nodes');
    for (const [index, { id }] of some.entries()) {
      const node = nodes[index];
      if (node !== null && isNeverEdited(fields(node, 'comment'), id)) found.add(id);
    }
  }
  return found;
}

/** `["nodes", 3]`: that node is `null`. A longer path is a field's, which would read as `null` itself. */
function isOfOneGone({ type, path }: Fields): boolean {
  return type === 'NOT_FOUND' && Array.isArray(path) && path.length === 2;
}

function isNeverEdited(node: Fields, id: number): boolean {
  const told = String(node['fullDatabaseId']);
  if (told !== String(id)) throw new GitHubError('unexpected', `asked about comment ${id}, GitHub told about ${told}`);
  // A missing field would read as "never edited".
  if (node['lastEditedAt'] === undefined)
    throw new GitHubError('unexpected', 'GitHub left out when a comment was edited');
  return instantOrNull(node['lastEditedAt'], 'comment lastEditedAt') === null;
}
