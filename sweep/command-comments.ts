/**
 * `/gatepass <command>` under the pull request that asked for a grant: the first line says it, alone; a person wrote it
 * after the merge, and nobody changed it since. Who may say it is for the caller (threat 93).
 */
import type { GrantState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import { callAll, GitHubError } from '../github/client.ts';
import { account, fields, fieldsOrNull, instant, integer, textOrEmpty } from '../github/read.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface CommandComment {
  readonly id: number;
  readonly by: { readonly id: number; readonly login: string };
  readonly at: Instant;
}

/** In GitHub's order. Comments that GitHub does not give ask for nothing; the next sweep looks again. */
export async function commandComments(
  world: SweepWorld,
  grant: GrantState,
  command: 'return' | 'reviewed',
): Promise<readonly CommandComment[]> {
  const { mergedAt } = grant.authority;
  const items = await callAll(world.github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...repositoryOf(world.repository),
    issue_number: grant.request.pullRequest,
    since: mergedAt,
  }).catch((error: unknown) => {
    if (error instanceof GitHubError) return [];
    throw error;
  });
  return items.flatMap((item) => {
    const comment = fields(item, 'comment');
    const [line = ''] = textOrEmpty(comment['body']).split(/\r?\n/);
    const [first, second, ...more] = line.trimEnd().split(/[ \t]+/);
    const at = instant(comment['created_at'], 'comment created_at');
    const isEdited = comment['updated_at'] !== comment['created_at'];
    if (first !== '/gatepass' || second !== command || more.length > 0 || isEdited || at < mergedAt) return [];
    // An App may write in a person's name, with a token of theirs: that is not the person saying so.
    if (fieldsOrNull(comment['performed_via_github_app'], 'comment app') !== null) return [];
    if (comment['user'] === null) return [];
    const by = account(comment['user'], 'comment user');
    return by.type === 'User' ? [{ id: integer(comment['id'], 'comment id'), by, at }] : [];
  });
}
