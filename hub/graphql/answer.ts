/**
 * `POST /graphql`: the one corner of GitHub's schema that Gatepass asks about, which is when a review or a comment was
 * edited and by whom. Anything else of the schema does not exist here, and is refused in GitHub's words, with status 200.
 */
import { canRead, demand } from '../access.ts';
import { isObject } from '../body.ts';
import { seconds } from '../clock.ts';
import { HttpError } from '../http-error.ts';
import { nodeId } from '../json/account.ts';
import type { Account, Actor, Comment, Json, Repository, Review } from '../model.ts';
import type { Answer, HubState } from '../types.ts';
import { parseQuery, type Query, QueryError, type Selection } from './parse.ts';

interface Problem {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Json;
  readonly message: string;
}

/** A node of the schema: its type, and how its fields are read. */
interface Shown {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An answer to read in place of another: an object with fields of its own. */
const isShown = (value: unknown): value is Shown => isObject(value) && 'fields' in value;

/** `Node` and `Actor` are the interfaces of what is shown here; a fragment on another type picks nothing. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Query: ['nodes'],
  Node: ['id'],
  PullRequestReview: ['id', 'fullDatabaseId', 'lastEditedAt', 'editor', 'includesCreatedEdit', 'state', 'body'],
  IssueComment: ['id', 'fullDatabaseId', 'lastEditedAt', 'editor', 'includesCreatedEdit', 'body'],
  Actor: ['login'],
  User: ['id', 'databaseId', 'login'],
  Bot: ['id', 'databaseId', 'login'],
};

export function graphql(hub: HubState, actor: Actor, body: Json): Answer {
  if (actor.kind === 'anonymous') throw new HttpError(401, 'This endpoint requires you to be authenticated.');
  const { query: text, variables = {} } = body;
  if (typeof text !== 'string')
    return refused([{ message: 'A query attribute must be specified and must be a string.' }]);
  if (!isObject(variables)) return refused([{ message: 'Variables must be an object.' }]);
  try {
    const query = parseQuery(text);
    const unknown = unknownFields(query.selections, 'Query', ['query']);
    return unknown.length > 0 ? refused(unknown) : answerQuery(hub, actor, query, variables);
  } catch (error) {
    if (error instanceof QueryError) return refused([{ message: error.message }]);
    throw error;
  }
}

function refused(errors: readonly Problem[]): Answer {
  return { status: 200, body: { errors } };
}

function unknownFields(selections: readonly Selection[], type: string, path: readonly string[]): readonly Problem[] {
  return selections.flatMap((selection): readonly Problem[] => {
    if (selection.is === 'on') {
      if (FIELDS[selection.type] !== undefined)
        return unknownFields(selection.selections, selection.type, [...path, `... on ${selection.type}`]);
      return [{ path, message: `No such type ${selection.type}, so it can't be a fragment condition` }];
    }
    const at = [...path, selection.name];
    if (!FIELDS[type]?.includes(selection.name)) {
      const extensions = { code: 'undefinedField', typeName: type, fieldName: selection.name };
      return [{ path: at, extensions, message: `Field '${selection.name}' doesn't exist on type '${type}'` }];
    }
    const inner = { nodes: 'Node', editor: 'Actor' }[selection.name];
    if (inner !== undefined) return unknownFields(selection.selections, inner, at);
    return selection.selections.length === 0
      ? []
      : [{ path: at, message: `Selections can't be made on scalars (field '${selection.name}')` }];
  });
}

/** At most so many ids at once (docs.github.com, "Rate limits and query limits for the GraphQL API"). */
const MOST_IDS = 100;

function answerQuery(hub: HubState, actor: Actor, query: Query, variables: Json): Answer {
  const problems: Problem[] = [];
  const data: Json = {};
  for (const selection of query.selections) {
    if (selection.is === 'on') continue;
    const variable = selection.given['ids'];
    const ids = variable === undefined || query.variables[variable] !== '[ID!]!' ? undefined : variables[variable];
    if (!Array.isArray(ids)) return refused([{ message: 'Variable $ids of type [ID!]! was provided invalid value' }]);
    if (ids.length > MOST_IDS) {
      return refused([{ type: 'ARGUMENT_LIMIT', message: `You may not provide more than ${MOST_IDS} node ids` }]);
    }
    data[selection.name] = ids.map((id, index) => {
      const found = nodeOf(hub, actor, String(id));
      if ('fields' in found) return shown(found, selection.selections);
      problems.push({ ...found, path: [selection.name, index] });
      return null;
    });
  }
  return { status: 200, body: problems.length === 0 ? { data } : { data, errors: problems } };
}

function shown(node: Shown, selections: readonly Selection[]): Json {
  const answer: Json = {};
  for (const selection of selections) {
    if (selection.is === 'on') {
      if ([node.type, 'Node', 'Actor'].includes(selection.type))
        Object.assign(answer, shown(node, selection.selections));
      continue;
    }
    const value = node.fields[selection.name] ?? null;
    answer[selection.name] = isShown(value) ? shown(value, selection.selections) : value;
  }
  return answer;
}

/** What a caller may not read looks as if it were not there. */
function nodeOf(hub: HubState, actor: Actor, id: string): Shown | Problem {
  for (const repository of hub.repositories.values()) {
    const found = textOf(repository, id);
    if (found === null || !canRead(hub, actor, repository)) continue;
    try {
      demand(hub, actor, found.needs, repository);
      return found.node;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { type: 'FORBIDDEN', message: 'Resource not accessible by integration' };
    }
  }
  return { type: 'NOT_FOUND', message: `Could not resolve to a node with the global id of '${id}'` };
}

/** A review or a comment. Those of pull requests are shown to whoever may read either, as by REST. */
function textOf(
  repository: Repository,
  id: string,
): { readonly node: Shown; readonly needs: readonly string[] } | null {
  const reviews = [...repository.pulls.values()].flatMap((pull) => pull.reviews);
  const review = reviews.find((each) => nodeId('PullRequestReview', each.id) === id);
  if (review !== undefined) {
    return { node: textNode('PullRequestReview', review, { state: review.state }), needs: ['pull_requests:read'] };
  }
  const comment = repository.comments.find((each) => nodeId('IssueComment', each.id) === id);
  if (comment === undefined) return null;
  return { node: textNode('IssueComment', comment, {}), needs: ['issues:read', 'pull_requests:read'] };
}

function textNode(type: string, { id, body, edited }: Review | Comment, more: Json): Shown {
  return {
    type,
    fields: {
      id: nodeId(type, id),
      // A `BigInt` is a string in JSON.
      fullDatabaseId: String(id),
      body,
      ...more,
      lastEditedAt: edited === undefined ? null : seconds(edited.at),
      includesCreatedEdit: edited !== undefined,
      editor: edited === undefined ? null : actorNode(edited.by),
    },
  };
}

function actorNode(account: Account): Shown {
  const { id, login, type } = account;
  return { type, fields: { id: nodeId(type, id), databaseId: id, login: login.replace('[bot]', '') } };
}
