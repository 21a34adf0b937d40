/**
 * Which governing tree is in force. Everything outside `requests/` governs; a change to it counts only if it derives from
 * a merged pull request that `decide` allows under the tree accepted before it. Otherwise the last accepted tree governs
 * and grants stop: an administrator who pushes a looser policy gains nothing (threat 71).
 */

import type { Body } from '../core/ledger/entry.ts';
import { governingDigest, type RootEntry } from '../core/ledger/governing-digest.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { decide } from '../core/policy/decide.ts';
import type { Instant } from '../core/time.ts';
import { call, GitHubError } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { fields, list, text } from '../github/read.ts';
import { isOverdue } from './alerts.ts';
import { recordedApprovals } from './approvals.ts';
import { type Derived, derivePull, readDifference } from './derive.ts';
import type { BranchCommit } from './first-parent.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

/** A governing tree that counts: the commit to read it at, and its digest. */
export interface Accepted {
  readonly commit: string;
  readonly digest: string;
}

/** What governed when a commit was merged: the accepted tree, and whether the branch had just that. */
export interface InForce {
  readonly accepted: Accepted;
  readonly isClean: boolean;
}

export interface Governed {
  readonly bodies: readonly Body[];
  /** In force at the tip. */
  readonly accepted: Accepted;
  /** The tip's governing files are the accepted ones. */
  readonly isClean: boolean;
  /** By commit: what was in force at its first parent. */
  readonly inForce: ReadonlyMap<string, InForce>;
  /** The commits that were judged; a fault stops before its commit, which the next sweep tries again. */
  readonly commits: readonly BranchCommit[];
  readonly fault: { readonly commit: string; readonly why: string } | null;
}

interface Asked {
  readonly home: { readonly id: number; readonly defaultBranch: string };
  readonly cursor: string;
  readonly commits: readonly BranchCommit[];
  readonly accepted: Accepted;
  readonly now: Instant;
  readonly state: LedgerState;
}

/**
 * | the commit leaves | its parent had | so |
 * |---|---|---|
 * | the digest as it was | | nothing |
 * | the accepted digest | another | restored |
 * | another digest | the accepted one | accepted if its pull request is allowed, else refused |
 * | another digest | another one | refused: nobody accepted what it builds on |
 */
export async function govern(world: SweepWorld, asked: Asked): Promise<Governed> {
  const bodies: Body[] = [];
  const inForce = new Map<string, InForce>();
  let accepted = asked.accepted;
  let digest = await readGoverningDigest(world, asked.cursor);
  for (const [index, commit] of asked.commits.entries()) {
    const judged = await judge(world, asked, commit, accepted, digest);
    if (judged.is === 'fault') {
      const fault = { commit: commit.sha, why: judged.why };
      return { bodies, accepted, isClean: false, inForce, commits: asked.commits.slice(0, index), fault };
    }
    inForce.set(commit.sha, { accepted, isClean: digest === accepted.digest });
    if (judged.body !== null) bodies.push(judged.body);
    if (judged.body?.type === 'governing-accepted') accepted = { commit: commit.sha, digest: judged.digest };
    digest = judged.digest;
  }
  const isClean = digest === accepted.digest;
  return { bodies, accepted, isClean, inForce, commits: asked.commits, fault: null };
}

/** Of a commit's root tree: one call. */
export async function readGoverningDigest(world: SweepWorld, commit: string): Promise<string> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    ...repositoryOf(world.repository),
    tree_sha: commit,
  });
  const answer = fields(data, 'tree');
  if (answer['truncated'] !== false) throw new GitHubError('truncated', `GitHub cut the root tree of ${commit} short`);
  return governingDigest(list(answer['tree'], 'tree.tree').map(readRootEntry));
}

function readRootEntry(value: unknown): RootEntry {
  const entry = fields(value, 'tree entry');
  return {
    path: text(entry['path'], 'tree entry path'),
    mode: text(entry['mode'], 'tree entry mode'),
    sha: text(entry['sha'], 'tree entry sha'),
  };
}

type Judged =
  | { readonly is: 'judged'; readonly digest: string; readonly body: Body | null }
  | { readonly is: 'fault'; readonly why: string };

async function judge(
  world: SweepWorld,
  asked: Asked,
  commit: BranchCommit,
  accepted: Accepted,
  before: string,
): Promise<Judged> {
  const changes = await readDifference(world, commit);
  const isOutside = changes.some(({ path, previousPath }) => governs(path) || governs(previousPath ?? path));
  const digest = isOutside ? await readGoverningDigest(world, commit.sha) : before;
  if (digest === before) return { is: 'judged', digest, body: null };
  const change = { commit: commit.sha, digest };
  if (digest === accepted.digest) return { is: 'judged', digest, body: { type: 'governing-restored', ...change } };
  if (before !== accepted.digest) {
    return { is: 'judged', digest, body: refusal(change, null, 'it builds on governing files that were not accepted') };
  }
  return judgeChange(world, asked, commit, accepted, change);
}

function governs(path: string): boolean {
  return !path.startsWith('requests/');
}

async function judgeChange(
  world: SweepWorld,
  asked: Asked,
  commit: BranchCommit,
  accepted: Accepted,
  change: Accepted,
): Promise<Judged> {
  let derived: Derived | null = null;
  try {
    derived = await derivePull(world, asked.home, commit);
    if (!derived.ok) {
      const pullRequest = derived.pullRequest === 0 ? null : derived.pullRequest;
      return { is: 'judged', digest: change.digest, body: refusal(change, pullRequest, derived.why) };
    }
    const body = await decideChange(world, commit, accepted, change, derived);
    if (typeof body !== 'string') return { is: 'judged', digest: change.digest, body };
    return faultOrRefusal(asked, change, derived, body);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return faultOrRefusal(asked, change, derived, error.message);
  }
}

/** The entry, or why it could not be told. */
async function decideChange(
  world: SweepWorld,
  commit: BranchCommit,
  accepted: Accepted,
  change: Accepted,
  derived: Extract<Derived, { ok: true }>,
): Promise<Body | string> {
  const evidence = await collectEvidence(world.github, {
    repository: world.repository,
    pullRequest: derived.pull.number,
    at: { mergeCommit: commit.sha, parent: derived.parent },
    governing: accepted.commit,
    now: derived.pull.mergedAt,
    grants: [],
    signals: {},
    cache: world.cache.git,
  });
  const decision = decide(evidence);
  const { number } = derived.pull;
  switch (decision.verdict) {
    case 'allow': {
      if (decision.pullKind !== 'policy') return refusal(change, number, `it is a ${decision.pullKind} pull request`);
      const approvals = recordedApprovals(decision, evidence);
      return { type: 'governing-accepted', ...change, pullRequest: number, approvals };
    }
    case 'pending':
      return refusal(change, number, 'it was merged before its approvals were complete');
    case 'deny':
    case 'invalid':
      return refusal(change, number, decision.issues[0]?.message ?? decision.reasons[0]?.message ?? decision.verdict);
    case 'fault':
      return decision.issues[0]?.message ?? decision.reasons[0]?.message ?? 'it could not be decided';
  }
}

/** Names the alert, whose age bounds the doubt. */
export function undecidedKey(commit: string): string {
  return `governing-undecided:${commit}`;
}

/**
 * Doubt holds everything after it for an hour, then it is a refusal, so that reading goes on. From the sweep that doubted
 * first, not from the merge: where none came for hours, one call that fails would refuse what its owners approved.
 */
function faultOrRefusal({ now, state }: Asked, change: Accepted, derived: Derived | null, why: string): Judged {
  const pull = derived?.ok === true ? derived.pull : null;
  if (!isOverdue(state, undecidedKey(change.commit), now)) return { is: 'fault', why };
  const body = refusal(change, pull?.number ?? null, `it could not be decided within an hour: ${why}`);
  return { is: 'judged', digest: change.digest, body };
}

function refusal(change: Accepted, pullRequest: number | null, why: string): Body {
  return { type: 'governing-refused', ...change, pullRequest, why };
}
