/**
 * From GitHub's facts to what a gate will say about one open pull request. Mostly that is the decision; added is only what
 * no evidence of one pull request can hold: a head shared with another, and a ledger that could not be read.
 */
import { locateCodeowners } from '../core/codeowners/locate.ts';
import { ownersOf } from '../core/codeowners/owners.ts';
import { parseCodeowners } from '../core/codeowners/parse.ts';
import type { Settings } from '../core/document/documents.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import { heldGrants } from '../core/ledger/live.ts';
import { replay } from '../core/ledger/replay.ts';
import { markRequestFiles } from '../core/ledger/request-files.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { decide } from '../core/policy/decide.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Evidence, HeldGrant } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import type { GitHub, RepositoryName } from './client.ts';
import { collectEvidence } from './evidence.ts';
import { readTwins } from './merge.ts';
import type { LedgerRead } from './proven-entries.ts';
import type { GitCache } from './tree.ts';

export type Judgement =
  | { readonly is: 'decided'; readonly evidence: Evidence; readonly decision: Decision }
  /** Another open pull request has the same head: a check cannot speak for both. */
  | { readonly is: 'shared'; readonly evidence: Evidence; readonly twins: readonly number[] }
  /** Allowed or pending, but what the subject holds is unknown. */
  | { readonly is: 'blocked'; readonly evidence: Evidence; readonly why: string }
  /** Allowed, but whoever would grant it is not heard. */
  | {
      readonly is: 'held';
      readonly evidence: Evidence;
      readonly decision: Decision;
      readonly since: Instant;
      readonly why: string;
    };

export interface JudgeAsked {
  readonly repository: RepositoryName;
  readonly pull: { readonly number: number; readonly head: string; readonly base: string };
  readonly ledger: () => Promise<LedgerRead>;
  readonly cache: GitCache;
}

/** Reads everything anew, side by side, and decides. Throws `GitHubError`. */
export async function judgeOpen(github: GitHub, asked: JudgeAsked): Promise<Judgement> {
  const { repository, pull } = asked;
  const [ledger, collected, twins] = await Promise.all([
    asked.ledger(),
    collectEvidence(github, {
      repository,
      pullRequest: pull.number,
      at: 'open',
      governing: null,
      now: null,
      grants: [],
      signals: {},
      cache: asked.cache,
    }),
    readTwins(github, repository, pull),
  ]);
  const evidence = withLedger(collected, ledger);
  if (twins.length > 0) return { is: 'shared', evidence, twins };
  const decision = decide(evidence);
  const needsLedger =
    decision.pullKind === 'request' && (decision.verdict === 'allow' || decision.verdict === 'pending');
  if (needsLedger && !ledger.ok) return { is: 'blocked', evidence, why: ledger.why };
  return { is: 'decided', evidence, decision };
}

/** Without a ledger nothing is known to be over, or to be held. */
function withLedger(evidence: Evidence, ledger: LedgerRead): Evidence {
  const state = ledger.ok ? replay(ledger.entries) : null;
  const grants = state === null ? evidence.grants : grantsIn(state, evidence.now);
  return { ...evidence, grants, changes: markRequestFiles(evidence.changes, state, evidence.pullRequest.number) };
}

/** Everybody's: whose matter, only the decision finds out. */
function grantsIn(state: LedgerState, now: Instant): readonly HeldGrant[] {
  const subjects = new Set([...state.grants.values()].map(({ terms }) => terms.subject.id ?? terms.subject.name));
  const held = [...subjects].flatMap((subject) => heldGrants(state, subject, now));
  return held.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Requests and returns merge by themselves if the organisation says so; a policy change is merged by people. */
export function mergesBy(judgement: Judgement): 'merge' | 'squash' | null {
  if (judgement.is !== 'decided') return null;
  const { evidence, decision } = judgement;
  if (decision.verdict !== 'allow' || (decision.pullKind !== 'request' && decision.pullKind !== 'return')) return null;
  const settings = settingsOf(evidence);
  return settings?.merge === 'auto' ? settings.mergeMethod : null;
}

/** `null` when the governing files do not parse: nothing is merged by itself then. */
export function settingsOf(evidence: Evidence): Settings | null {
  const governance = parseGovernance(evidence.governing.files);
  return governance.ok ? governance.value.settings : null;
}

/** The code owners of the asked path, as written in the file that GitHub would use. */
export function codeOwnersOf(evidence: Evidence, path: string): readonly string[] {
  const file = locateCodeowners(evidence.governing.files);
  return file === null ? [] : ownersOf(parseCodeowners(file.text), path).owners;
}
