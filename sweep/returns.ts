/**
 * Grants given back before their end: by a merged pull request that removes the request, or by `/gatepass return` under
 * the pull request that asked. The sweep verifies both itself. A removal that is neither ends nothing (threats 85, 93).
 */

import type { Body } from '../core/ledger/entry.ts';
import { endOf, heldGrants, isOver } from '../core/ledger/live.ts';
import { markRequestFiles } from '../core/ledger/request-files.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import { decide } from '../core/policy/decide.ts';
import type { Evidence } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { inBatches } from '../github/in-batches.ts';
import { readText } from '../github/tree.ts';
import { type CommandComment, commandCommentsOf, unedited } from './command-comments.ts';
import { derivePull, readDifference } from './derive.ts';
import type { BranchCommit } from './first-parent.ts';
import type { IsOwner } from './owners.ts';
import type { SweepWorld } from './world.ts';

export interface ReturnsAsked {
  readonly home: { readonly id: number; readonly defaultBranch: string };
  readonly state: LedgerState;
  /** Commit of the accepted governing tree. */
  readonly accepted: string;
  readonly now: Instant;
}

/** Thrown where GitHub, or a fact, does not say yet whether a commit gives back: the commit is read again. */
export class UntoldReturn extends Error {}

/**
 * What one commit gives back. What derives from no return gives nothing back; the missing file itself raises the alarm.
 * The bytes that were removed are those that were granted: a file put in their place is somebody else's to remove.
 */
export async function returnsOf(
  world: SweepWorld,
  asked: ReturnsAsked,
  commit: BranchCommit,
): Promise<readonly Body[]> {
  const changes = await readDifference(world, commit);
  const removed = changes.filter(({ status }) => status === 'removed');
  const grants = returnable(asked.state).filter(({ request }) =>
    removed.some(({ path, blob }) => path === request.path && blob === request.blob),
  );
  if (grants.length === 0) return [];
  try {
    const derived = await derivePull(world, asked.home, commit);
    if (!derived.ok) return [];
    const { number, mergedAt, author } = derived.pull;
    const evidence = await collectEvidence(world.github, {
      repository: world.repository,
      pullRequest: number,
      at: { mergeCommit: commit.sha, parent: derived.parent },
      governing: asked.accepted,
      now: mergedAt,
      grants: heldGrants(asked.state, author.id, asked.now),
      signals: {},
      cache: world.cache.git,
    });
    const changes = markRequestFiles(evidence.changes, asked.state, number);
    const decision = decide(await withRemovedTexts(world, { ...evidence, changes }));
    if (decision.verdict === 'fault') throw new UntoldReturn(decision.reasons[0]?.message ?? 'it could not be decided');
    if (decision.verdict !== 'allow' || decision.pullKind !== 'return') return [];
    return grants
      .filter((grant) => decision.returns.includes(grant.request.path))
      .map((grant) => returned(grant, author, { pullRequest: number }, mergedAt));
  } catch (error) {
    throw error instanceof GitHubError ? new UntoldReturn(error.message) : error;
  }
}

/** Whose request it was is written in the file that is gone, so its bytes are needed here. */
async function withRemovedTexts(world: SweepWorld, evidence: Evidence): Promise<Evidence> {
  const changes = await inBatches(evidence.changes, async (change) => {
    if (change.status !== 'removed' || change.text !== null) return change;
    return { ...change, text: await readText(world.github, world.repository, change, world.cache.git) };
  });
  return { ...evidence, changes };
}

/**
 * The one who holds it says so in a comment, or who owns the resource or its path, told by numeric id. While it cannot be told
 * whether they wrote it, it gives nothing back; what ends for another reason ends.
 */
export async function returnsByComment(
  world: SweepWorld,
  asked: ReturnsAsked,
  isOwner: IsOwner,
): Promise<readonly Body[]> {
  // What has expired needs nobody's word to end: ten thousand at once are not looked up one by one first.
  const live = returnable(asked.state).filter((grant) => endOf(grant, asked.now) === null);
  const comments = await commandCommentsOf(world, live, 'return');
  const asking = await inBatches(live, async (grant) => {
    return { grant, said: await byWhoMay(grant, comments.get(grant.terms.id) ?? [], isOwner) };
  });
  const genuine = await unedited(
    world,
    asking.flatMap(({ said }) => said),
  );
  return asking.flatMap(({ grant, said }) => {
    const first = said.find(({ id }) => genuine.has(id));
    return first === undefined ? [] : [returned(grant, first.by, { comment: first.id }, first.at)];
  });
}

/** Each person is looked up once, however much they write. */
async function byWhoMay(
  grant: GrantState,
  comments: readonly CommandComment[],
  isOwner: IsOwner,
): Promise<readonly CommandComment[]> {
  const may = new Map<number, boolean>();
  for (const { by } of comments) {
    if (may.has(by.id)) continue;
    may.set(by.id, grant.terms.subject.id === by.id || (await isOwner(grant, by.id)) === 'yes');
  }
  return comments.filter(({ by }) => may.get(by.id) === true);
}

function returnable(state: LedgerState): readonly GrantState[] {
  return [...state.grants.values()].filter(
    (grant) => grant.terms.kind === 'access' && !isOver(grant) && grant.ended === null,
  );
}

function returned(
  grant: GrantState,
  by: { readonly id: number; readonly login: string },
  via: { readonly comment: number } | { readonly pullRequest: number },
  asked: Instant,
): Body {
  return { type: 'returned', grant: grant.terms.id, by: { id: by.id, login: by.login }, via, asked };
}
