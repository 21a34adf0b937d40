/**
 * `/gatepass <command>` under the pull request that asked for a grant: the first line says it, alone, and a person wrote it
 * after the merge. Who may say it is for the caller, who then asks whether they wrote what it says (threat 93).
 */
import type { GrantState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import { callAll, GitHubError } from '../github/client.ts';
import { neverEdited } from '../github/comment-edits.ts';
import { inBatches } from '../github/in-batches.ts';
import { account, fields, fieldsOrNull, instant, integer, text, textOrEmpty } from '../github/read.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface CommandComment {
  readonly id: number;
  readonly nodeId: string;
  readonly by: { readonly id: number; readonly login: string };
  readonly at: Instant;
}

type Command = 'return' | 'reviewed';

/** In GitHub's order. Comments that GitHub does not give ask for nothing; the next sweep looks again. */
export async function commandComments(
  world: SweepWorld,
  grant: GrantState,
  command: Command,
): Promise<readonly CommandComment[]> {
  const items = await callAll(world.github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...repositoryOf(world.repository),
    issue_number: grant.request.pullRequest,
    since: grant.authority.mergedAt,
  }).catch(noneGiven);
  return items.flatMap((item) => readCommand(item, grant, command));
}

/** Up to so many grants are asked about one by one; of more, the repository's comments are read as one list. */
const ONE_BY_ONE = 20;
/** Pages of a hundred. Beyond that, asking one by one costs no more. */
const MOST_COMMENTS = 10_000;

/** The same for many grants, by their ids: what is held does not set how many calls a sweep makes (fault 22). */
export async function commandCommentsOf(
  world: SweepWorld,
  grants: readonly GrantState[],
  command: Command,
): Promise<ReadonlyMap<string, readonly CommandComment[]>> {
  const [since] = grants.map(({ authority }) => authority.mergedAt).sort();
  const items = since === undefined || grants.length <= ONE_BY_ONE ? null : await commentsSince(world, since);
  const found = await inBatches(grants, async (grant) => {
    const { id } = grant.terms;
    if (items === null) return [id, await commandComments(world, grant, command)] as const;
    const own = items.get(grant.request.pullRequest) ?? [];
    return [id, own.flatMap((item) => readCommand(item, grant, command))] as const;
  });
  return new Map(found);
}

/** By pull request; `null`: there are too many for one list. */
async function commentsSince(
  world: SweepWorld,
  since: Instant,
): Promise<ReadonlyMap<number, readonly unknown[]> | null> {
  const route = 'GET /repos/{owner}/{repo}/issues/comments';
  const asked = { ...repositoryOf(world.repository), since, sort: 'created', direction: 'asc' };
  try {
    const items = await callAll(world.github, route, asked, { most: MOST_COMMENTS });
    return Map.groupBy(items, (item) => issueOf(text(fields(item, 'comment')['issue_url'], 'comment issue_url')));
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'truncated') return null;
    noneGiven(error);
    return new Map();
  }
}

function issueOf(url: string): number {
  return Number(/\/issues\/(\d+)$/.exec(url)?.[1] ?? 0);
}

/**
 * By id, those of them that say what their authors wrote. Asked only of what somebody said who may, so that others make no
 * sweep longer. While GitHub does not tell, none does; the next sweep asks again.
 */
export async function unedited(world: SweepWorld, comments: readonly CommandComment[]): Promise<ReadonlySet<number>> {
  return neverEdited(world.github, comments).catch((error: unknown) => new Set(noneGiven(error)));
}

function noneGiven(error: unknown): readonly never[] {
  if (error instanceof GitHubError) return [];
  throw error;
}

function readCommand(item: unknown, grant: GrantState, command: Command): readonly CommandComment[] {
  const { mergedAt } = grant.authority;
  const comment = fields(item, 'comment');
  const [line = ''] = textOrEmpty(comment['body']).split(/\r?\n/);
  const [first, second, ...more] = line.trimEnd().split(/[ \t]+/);
  const at = instant(comment['created_at'], 'comment created_at');
  if (first !== '/gatepass' || second !== command || more.length > 0 || at < mergedAt) return [];
  // An App may write in a person's name, with a token of theirs: that is not the person saying so.
  if (fieldsOrNull(comment['performed_via_github_app'], 'comment app') !== null) return [];
  if (comment['user'] === null) return [];
  const by = account(comment['user'], 'comment user');
  if (by.type !== 'User') return [];
  return [{ id: integer(comment['id'], 'comment id'), nodeId: text(comment['node_id'], 'comment node_id'), by, at }];
}
