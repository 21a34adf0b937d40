/**
 * Gate 2 for one request: from the commit that brought it to the terms of a grant, or to a reason why not. It trusts
 * nothing that gate 1 said: the pull request, its files, its approvals and the memberships are read again, and `decide`
 * answers again, under the accepted governing tree at the merge's parent and under the one at the tip.
 */
import { canonicalJson, digestOf } from '../core/canonical.ts';
import { whatFailed } from '../core/explain/verdict.ts';
import type { Authority, GrantTerms, RequestRef } from '../core/ledger/entry.ts';
import { decide } from '../core/policy/decide.ts';
import type { Allow, Decision } from '../core/policy/decision.ts';
import type { Evidence, HeldGrant } from '../core/policy/evidence.ts';
import { HOUR, type Instant, plus } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { recordedApprovals } from './approvals.ts';
import { derivePull, type MergedPull } from './derive.ts';
import { failureOf } from './failure.ts';
import type { BranchCommit } from './first-parent.ts';
import type { Accepted } from './govern.ts';
import { grantTerms } from './grant-terms.ts';
import type { SweepWorld } from './world.ts';

export interface GrantAsked {
  readonly home: { readonly id: number; readonly defaultBranch: string };
  readonly path: string;
  readonly blob: string;
  readonly commit: BranchCommit;
  /** Accepted when the commit was merged, and now. */
  readonly governing: { readonly parent: Accepted; readonly tip: Accepted };
  /** `null`: the merge. At the start of a request with a later `starts`, that start. */
  readonly at: Instant | null;
  /** What a subject holds, by numeric id or service name. */
  readonly held: (subject: number | string) => readonly HeldGrant[];
}

export type Finding =
  | {
      readonly is: 'authorised';
      readonly request: RequestRef;
      readonly grant: GrantTerms;
      readonly authority: Authority;
    }
  /** The answer is no, for good. */
  | {
      readonly is: 'refused' | 'quarantined';
      readonly request: RequestRef;
      readonly code: string;
      readonly why: string;
      readonly next: string;
    }
  /** It could not be told. `until` is `null` when not even the merge is known. */
  | { readonly is: 'fault'; readonly request: RequestRef; readonly why: string; readonly until: Instant | null };

/** What GitHub does not answer, or nobody foresaw, becomes a `fault`, so that one request's trouble stays its own. */
export async function deriveGrant(world: SweepWorld, asked: GrantAsked): Promise<Finding> {
  const unknown: RequestRef = { path: asked.path, blob: asked.blob, pullRequest: 0 };
  let merged: MergedPull | null = null;
  try {
    const derived = await derivePull(world, asked.home, asked.commit);
    if (!derived.ok) {
      const request = { ...unknown, pullRequest: derived.pullRequest };
      return { is: 'quarantined', request, code: derived.code, why: derived.why, next: ASK_BY_PULL_REQUEST };
    }
    merged = derived.pull;
    return await decideGrant(world, asked, derived.pull, derived.parent);
  } catch (error) {
    const why = error instanceof GitHubError ? error.message : `it could not be decided: ${failureOf(error)}`;
    const request = { ...unknown, pullRequest: merged?.number ?? 0 };
    return { is: 'fault', request, why, until: merged === null ? null : plus(merged.mergedAt, HOUR) };
  }
}

const ASK_BY_PULL_REQUEST = 'nothing was granted: open a pull request that adds one request under a new name';

async function decideGrant(world: SweepWorld, asked: GrantAsked, pull: MergedPull, parent: string): Promise<Finding> {
  const request: RequestRef = { path: asked.path, blob: asked.blob, pullRequest: pull.number };
  const { evidence: then, decision: atMerge } = await decideAt(world, asked, pull, parent, asked.governing.parent);
  if (atMerge.verdict !== 'allow') return unallowed(request, atMerge, then, pull);
  const isSame = asked.governing.tip.digest === asked.governing.parent.digest;
  const atTip = isSame ? atMerge : (await decideAt(world, asked, pull, parent, asked.governing.tip)).decision;
  if (atTip.verdict !== 'allow') return unallowed(request, atTip, then, pull);
  const differs = firstConflict(asked.path, atMerge, atTip);
  if (differs !== null) return { is: 'refused', request, ...differs, next: ASK_AGAIN };
  return {
    is: 'authorised',
    request,
    grant: grantTerms(request, atMerge, atTip),
    authority: authorityOf(asked, pull, then, atMerge),
  };
}

const ASK_AGAIN = 'nothing was granted: open a new pull request, with a new file name';

/** Whose grants matter is known once the request is understood, and understanding it needs no grants. */
async function decideAt(
  world: SweepWorld,
  asked: GrantAsked,
  pull: MergedPull,
  parent: string,
  governing: Accepted,
): Promise<{ readonly evidence: Evidence; readonly decision: Decision }> {
  const evidence = await collectEvidence(world.github, {
    repository: world.repository,
    pullRequest: pull.number,
    at: { mergeCommit: asked.commit.sha, parent },
    governing: governing.commit,
    now: asked.at ?? pull.mergedAt,
    grants: [],
    signals: {},
    cache: world.cache.git,
  });
  const decision = decide(evidence);
  const subject = decision.asked?.subject;
  const grants = subject === undefined ? [] : asked.held(subject.id ?? subject.name);
  if (grants.length === 0) return { evidence, decision };
  const whole = { ...evidence, grants };
  return { evidence: whole, decision: decide(whole) };
}

function unallowed(
  request: RequestRef,
  decision: Exclude<Decision, Allow>,
  evidence: Evidence,
  pull: MergedPull,
): Finding {
  const why = whatFailed(decision) ?? decision.verdict;
  const code = decision.reasons.find((reason) => reason.holds !== true)?.code ?? decision.verdict;
  switch (decision.verdict) {
    case 'deny':
    case 'invalid':
      return { is: 'refused', request, code, why, next: ASK_AGAIN };
    case 'pending':
      return { is: 'refused', request, code, why: `merged before it was approved: ${why}`, next: ASK_AGAIN };
    case 'fault':
      return { is: 'fault', request, why, until: decidableUntil(decision, evidence, pull) };
  }
}

/** A request that names a latest start is tried until then, any other for an hour after its merge. */
function decidableUntil(decision: Decision, evidence: Evidence, pull: MergedPull): Instant {
  const { starts, startsBy } = decision.asked?.request ?? { starts: null, startsBy: null };
  if (startsBy !== null) return startsBy;
  const from = starts !== null && evidence.now >= starts ? starts : pull.mergedAt;
  return plus(from, HOUR);
}

/** Both trees allow it, but not the same thing: somebody or something was mapped elsewhere meanwhile (threat 81). */
function firstConflict(path: string, a: Allow, b: Allow): { readonly code: string; readonly why: string } | null {
  if (a.pullKind !== 'request' || a.asked?.request.path.path !== path) {
    return { code: 'not-this-request', why: `the pull request is not the request \`${path}\`` };
  }
  const differs = (code: string, what: string, left: unknown, right: unknown) =>
    canonicalJson(left) === canonicalJson(right)
      ? null
      : { code, why: `the policy in force now means another ${what} than the one it was merged under` };
  return (
    differs('subject-changed', 'receiver', withoutLogin(a), withoutLogin(b)) ??
    differs('bindings-changed', 'target', a.bindings, b.bindings) ??
    differs('run-changed', 'run', withoutWithin(a), withoutWithin(b))
  );
}

/** A login is only shown; the id and the identities say who it is. */
function withoutLogin(decision: Allow): unknown {
  return decision.asked === null ? null : { ...decision.asked.subject, login: null };
}

function withoutWithin(decision: Allow): unknown {
  return decision.run === null ? null : { ...decision.run, within: 0 };
}

function authorityOf(asked: GrantAsked, pull: MergedPull, evidence: Evidence, decision: Allow): Authority {
  return {
    commit: asked.commit.sha,
    head: pull.head,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedBy,
    opener: pull.author,
    approvals: recordedApprovals(decision, evidence),
    rule: decision.rule ?? '',
    governing: { parent: asked.governing.parent.commit, tip: asked.governing.tip.commit },
    decision: digestOf(decision),
    evidence: digestOf(evidence),
    engine: decision.engine,
    ...sensitivityOf(decision),
  };
}

/** What is most sensitive is taken back first. A word that no catalog has is not kept. */
function sensitivityOf({ asked }: Allow): Pick<Authority, 'sensitivity'> {
  const known = SENSITIVITIES.find((each) => each === asked?.sensitivity);
  return known === undefined ? {} : { sensitivity: known };
}

const SENSITIVITIES = ['low', 'medium', 'high', 'critical'] as const;
