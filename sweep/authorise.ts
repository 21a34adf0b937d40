/**
 * New requests on the default branch, in first-parent order, each decided with those before it already held; and those
 * that an earlier sweep could not decide. Ids are single-use: a path that was ever seen never asks again (threat 52).
 */

import { isRequestPath } from '../core/document/paths.ts';
import type { Body, RequestRef } from '../core/ledger/entry.ts';
import { heldGrants } from '../core/ledger/live.ts';
import { requestKey } from '../core/ledger/state.ts';
import { HOUR, type Instant, plus } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { readTree } from '../github/tree.ts';
import { derivePull, readDifference } from './derive.ts';
import { deriveGrant, type Finding } from './derive-grant.ts';
import { type BranchCommit, readCommit } from './first-parent.ts';
import { foldIn } from './fold.ts';
import type { Accepted, Governed } from './govern.ts';
import type { LedgerView } from './read-ledger.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

export interface AuthoriseAsked {
  readonly home: { readonly id: number; readonly defaultBranch: string };
  readonly view: LedgerView;
  readonly governed: Governed;
  /** Tip of the default branch. */
  readonly tip: string;
  readonly now: Instant;
  /** Any: what would be granted waits, for as long as a fault may. */
  readonly stops: readonly Stop[];
}

interface Candidate {
  readonly path: string;
  readonly blob: string;
  readonly commit: BranchCommit;
  /** Accepted when its commit was merged. */
  readonly parent: Accepted;
}

/** What was decided on those that an earlier sweep had to leave, before anything newer. */
export async function authoriseDeferred(world: SweepWorld, asked: AuthoriseAsked): Promise<readonly Body[]> {
  const bodies: Body[] = [];
  const deferred = deferredIn(asked.view);
  if (deferred.length === 0) return bodies;
  const tip = await readTree(world.github, world.repository, asked.tip, world.cache.git);
  for (const waiting of deferred) {
    const { request, parent, why, until } = waiting;
    const { path, blob } = request;
    const commit = await readCommit(world, waiting.commit);
    // An approval is no option to be drawn later, also where no sweep came in time.
    const finding: Finding =
      asked.now >= until
        ? { is: 'fault', request, why, until }
        : tip.has(path)
          ? await find(world, asked, { path, blob, commit, parent }, bodies)
          : removedMeanwhile(request);
    bodies.push(...settle(finding, commit, asked, waiting));
  }
  return bodies;
}

/** Nothing was held that a return could end, so whoever removed it, it is not asked for any more. */
function removedMeanwhile(request: RequestRef): Finding {
  const why = 'the request was removed from the default branch before it could be decided';
  return { is: 'refused', request, code: 'removed', why, next: 'to ask again, add a new file under another name' };
}

/** What one commit asks for. `before`: what this sweep has decided so far. */
export async function authoriseCommit(
  world: SweepWorld,
  asked: AuthoriseAsked,
  commit: BranchCommit,
  before: readonly Body[],
): Promise<readonly Body[]> {
  const bodies: Body[] = [];
  const parent = asked.governed.inForce.get(commit.sha)?.accepted ?? asked.governed.accepted;
  for (const { path, blob } of await requestsOf(world, commit)) {
    const known = [...before, ...bodies];
    const seen = foldIn(asked.view, known, asked.now).requests.values();
    const isUsed = [...seen].some(({ request }) => request.path === path);
    const finding: Finding = isUsed
      ? usedBefore({ path, blob, pullRequest: await pullRequestOf(world, asked, commit) })
      : await find(world, asked, { path, blob, commit, parent }, known);
    bodies.push(...settle(finding, commit, asked, null));
  }
  return bodies;
}

/** Files under `requests/` that are new, or new bytes in an old one. Other files there ask for nothing. */
async function requestsOf(
  world: SweepWorld,
  commit: BranchCommit,
): Promise<readonly { readonly path: string; readonly blob: string }[]> {
  const changes = await readDifference(world, commit);
  return changes.filter(({ path, status }) => status !== 'removed' && isRequestPath(path));
}

/** Only named, so that its people find it: 0 where it cannot be told. */
async function pullRequestOf(world: SweepWorld, asked: AuthoriseAsked, commit: BranchCommit): Promise<number> {
  try {
    const derived = await derivePull(world, asked.home, commit);
    return derived.ok ? derived.pull.number : derived.pullRequest;
  } catch (error) {
    if (error instanceof GitHubError) return 0;
    throw error;
  }
}

function usedBefore(request: RequestRef): Finding {
  const why = 'this path was used by a request before; merged requests never change and never come back';
  const next = 'to ask again, or to prolong, add a new file under another name';
  return { is: 'quarantined', request, code: 'path-used', why, next };
}

async function find(
  world: SweepWorld,
  asked: AuthoriseAsked,
  candidate: Candidate,
  before: readonly Body[],
): Promise<Finding> {
  const state = foldIn(asked.view, before, asked.now);
  const finding = await deriveGrant(world, {
    home: asked.home,
    path: candidate.path,
    blob: candidate.blob,
    commit: candidate.commit,
    governing: { parent: candidate.parent, tip: asked.governed.accepted },
    at: null,
    held: (subject) => heldGrants(state, subject, asked.now),
  });
  const [stop] = asked.stops;
  if (finding.is !== 'authorised' || stop === undefined) return finding;
  const until = finding.grant.startsBy ?? plus(finding.authority.mergedAt, HOUR);
  return { is: 'fault', request: finding.request, why: `grants are stopped: ${stop.message}`, until };
}

interface Waiting {
  readonly request: RequestRef;
  readonly commit: string;
  readonly why: string;
  readonly until: Instant;
  readonly parent: Accepted;
}

/** The entries that say it, or none when nothing is new. */
function settle(
  finding: Finding,
  commit: BranchCommit,
  asked: AuthoriseAsked,
  waiting: Waiting | null,
): readonly Body[] {
  switch (finding.is) {
    case 'authorised': {
      const { request, grant, authority } = finding;
      return [{ type: 'authorised', request, grant, authority }, ...closed(waiting, request)];
    }
    case 'refused':
    case 'quarantined': {
      const { request, code, why, next } = finding;
      return [{ type: finding.is, request, commit: commit.sha, code, why, next }, ...closed(waiting, finding.request)];
    }
    case 'fault':
      return defer(finding, commit, asked, waiting);
  }
}

/** The same request under the name it was deferred by, should the pull request have been unknown then. */
function closed(waiting: Waiting | null, request: RequestRef): readonly Body[] {
  if (waiting === null || requestKey(waiting.request) === requestKey(request)) return [];
  const why = `it was found to be pull request ${request.pullRequest}`;
  const body = { request: waiting.request, commit: waiting.commit, code: 'derived', why, next: 'see the pull request' };
  return [{ type: 'refused', ...body }];
}

function defer(
  finding: Extract<Finding, { is: 'fault' }>,
  commit: BranchCommit,
  asked: AuthoriseAsked,
  waiting: Waiting | null,
): readonly Body[] {
  const request = waiting?.request ?? finding.request;
  const until = waiting?.until ?? finding.until ?? plus(asked.now, HOUR);
  if (asked.now >= until) {
    const why = `it could not be decided in time: ${finding.why}`;
    return [{ type: 'lapsed', request, commit: commit.sha, code: 'fault', why, next: 'open a new pull request' }];
  }
  // Said once: a sweep that finds the same doubt again writes nothing.
  if (waiting !== null) return [];
  return [{ type: 'deferred', request, commit: commit.sha, why: finding.why, until }];
}

/** Still waiting, oldest first, with the tree that was accepted when each was written. */
function deferredIn(view: LedgerView): readonly Waiting[] {
  const found = new Map<string, Waiting>();
  let parent: Accepted | null = null;
  for (const entry of view.entries) {
    if (entry.type === 'genesis') parent = entry.root;
    if (entry.type === 'governing-accepted') parent = { commit: entry.commit, digest: entry.digest };
    if (entry.type !== 'deferred' || parent === null) continue;
    const { request, commit, why, until } = entry;
    const key = requestKey(request);
    const isWaiting = view.state.requests.get(key)?.status.is === 'deferred';
    if (isWaiting && !found.has(key)) found.set(key, { request, commit, why, until, parent });
  }
  return [...found.values()];
}
