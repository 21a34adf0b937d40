/**
 * From GitHub's facts to what the gate will say about one open pull request. Mostly that is the decision; the gate adds
 * only what no evidence of one pull request can hold: a head shared with another, and a ledger it could not read.
 */
import { locateCodeowners } from '../core/codeowners/locate.ts';
import { ownersOf } from '../core/codeowners/owners.ts';
import { parseCodeowners } from '../core/codeowners/parse.ts';
import type { Settings } from '../core/document/documents.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import type { Entry } from '../core/ledger/entry.ts';
import { heldGrants } from '../core/ledger/live.ts';
import { replay } from '../core/ledger/replay.ts';
import { decide } from '../core/policy/decide.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Evidence, HeldGrant } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import type { GitHub } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { readTwins } from '../github/merge.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

export type Judgement =
  | { readonly is: 'decided'; readonly evidence: Evidence; readonly decision: Decision }
  /** Another open pull request has the same head: a check cannot speak for both. */
  | { readonly is: 'shared'; readonly evidence: Evidence; readonly twins: readonly number[] }
  /** Allowed or pending, but what the subject holds is unknown. */
  | { readonly is: 'blocked'; readonly evidence: Evidence; readonly why: string };

/** Reads everything anew, side by side, and decides. Throws `GitHubError`. */
export async function judge(
  gate: Gate,
  github: GitHub,
  pull: { readonly number: number; readonly head: string; readonly base: string },
): Promise<Judgement> {
  const [ledger, collected, twins] = await Promise.all([
    readEntries(gate),
    collectEvidence(github, {
      repository: gate.repository,
      pullRequest: pull.number,
      at: 'open',
      governing: null,
      now: null,
      grants: [],
      signals: {},
      cache: gate.git,
    }),
    readTwins(github, gate.repository, pull),
  ]);
  const evidence = ledger.ok ? { ...collected, grants: grantsIn(ledger.entries, collected.now) } : collected;
  if (twins.length > 0) return { is: 'shared', evidence, twins };
  const decision = decide(evidence);
  const needsLedger =
    decision.pullKind === 'request' && (decision.verdict === 'allow' || decision.verdict === 'pending');
  if (needsLedger && !ledger.ok) return { is: 'blocked', evidence, why: ledger.why };
  return { is: 'decided', evidence, decision };
}

/** Everybody's: whose matter, only the decision finds out. */
function grantsIn(entries: readonly Entry[], now: Instant): readonly HeldGrant[] {
  const state = replay(entries);
  const subjects = new Set([...state.grants.values()].map(({ terms }) => terms.subject.id ?? terms.subject.name));
  const held = [...subjects].flatMap((subject) => heldGrants(state, subject, now));
  return held.sort((a, b) => (a.id < b.id ? -1 : 1));
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
