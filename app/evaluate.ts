/**
 * One pull request, from whatever happened to what GitHub shows: not green, then evidence, decision, publication and, if
 * allowed, the merge. What the event said is forgotten; everything is read again. It decides nothing itself.
 */
import { reviewersToAsk } from '../core/explain/reviewers.ts';
import { plainComment } from '../core/explain/sticky-comment.ts';
import type { Pending } from '../core/policy/decision.ts';
import type { Evidence } from '../core/policy/evidence.ts';
import { announce, keepFromGreen, undecidedBy } from '../github/announce.ts';
import { type CheckTarget, type PublishedCheck, publishCheck } from '../github/check-runs.ts';
import { type GitHub, GitHubError } from '../github/client.ts';
import { codeOwnersOf, type Judgement, mergesBy, settingsOf } from '../github/judge-open.ts';
import { mergePullRequest } from '../github/merge.ts';
import { type PullRequestFacts, readPullRequest } from '../github/pull-request.ts';
import { requestReviewers } from '../github/reviewers.ts';
import { finish } from './finish.ts';
import { type Gate, pageOf } from './gate.ts';
import { judge } from './judge.ts';
import { lapseIfDue } from './lapse.ts';
import { type Again, backoff } from './queue.ts';
import { say } from './say.ts';

/** One evaluation under way. */
interface Session {
  readonly gate: Gate;
  readonly github: GitHub;
  readonly facts: PullRequestFacts;
  readonly target: CheckTarget;
  readonly attempt: number;
  check: PublishedCheck;
}

export interface Look {
  readonly pullRequest: number;
  readonly attempt: number;
  /** Whether anything happened to it, or to the rules; `false`: it is looked at anyway. */
  readonly hasMoved: boolean;
}

/** Returns when to look again by itself. Throws `GitHubError` when not even the check could be kept from green. */
export async function evaluate(gate: Gate, { pullRequest, attempt, hasMoved }: Look): Promise<Again> {
  const github = await gate.connect(gate.repository);
  const facts = await readPullRequest(github, gate.repository, pullRequest);
  const { state, base, head } = facts.pullRequest;
  if (base.ref !== facts.repository.defaultBranch) return null;
  if (state !== 'open') return finish(gate, github, facts);
  const target = { repository: gate.repository, head: head.sha, binding: `${pullRequest}@${base.ref}` };
  const check = await keepFromGreen(github, target, gate.appId, hasMoved);
  const session: Session = { gate, github, facts, target, attempt, check };
  try {
    return await settle(session, await judgeSameHead(session));
  } catch (error) {
    return await explainFailure(session, error);
  }
}

/** A push between two readings: the evaluation begins again with the new head. */
async function judgeSameHead({ gate, github, facts, target }: Session): Promise<Judgement> {
  const { number, base } = facts.pullRequest;
  const judgement = await judge(gate, github, { number, head: target.head, base: base.ref });
  if (judgement.evidence.pullRequest.head.sha === target.head) return judgement;
  throw new GitHubError('inconsistent', 'the branch was pushed to while it was being decided');
}

/** Publishes, and merges what is allowed. */
async function settle(session: Session, judgement: Judgement): Promise<Again> {
  note(session, judgement.is === 'decided' ? judgement.decision.verdict : judgement.is);
  if (judgement.is === 'decided') return settleDecided(session, judgement);
  const { run, comment } = announce(judgement, pageOf(session.gate));
  session.check = await publishCheck(session.github, session.target, session.check, run);
  await sayInComment(session, comment);
  return judgement.is === 'blocked' ? backoff(session.attempt, null) : null;
}

async function settleDecided(session: Session, judgement: Extract<Judgement, { is: 'decided' }>): Promise<Again> {
  const { evidence, decision } = judgement;
  const { run, comment } = announce(judgement, pageOf(session.gate));
  session.check = await publishCheck(session.github, session.target, session.check, run);
  const method = mergesBy(judgement);
  if (method !== null) return mergeOnFreshFacts(session, method);
  await sayInComment(session, comment);
  if (await lapseIfDue(session.gate, session.github, judgement)) return null;
  if (decision.verdict === 'pending') await askForReviews(session, decision, evidence);
  return decision.verdict === 'fault' ? backoff(session.attempt, null) : null;
}

/** INVARIANT: what is merged was allowed on facts read after the check turned green, at exactly this head. */
async function mergeOnFreshFacts(session: Session, method: 'merge' | 'squash'): Promise<Again> {
  const { gate, github, target, facts, attempt } = session;
  const fresh = await judgeSameHead(session);
  if (mergesBy(fresh) !== method) return settle(session, fresh);
  const merged = await mergePullRequest(github, gate.repository, facts.pullRequest.number, target.head, method);
  if (merged.merged) return finish(gate, github, facts);
  gate.log.warn({ pullRequest: facts.pullRequest.number, why: merged.why }, 'GitHub refused the merge');
  // GitHub can be a moment behind with its own checks, so the first refusal is not worth a word.
  if (attempt > 0) {
    const why = `Approved, but GitHub does not merge it: ${merged.why}. It is tried again.`;
    await sayInComment(session, plainComment('🟢', 'Approved, waiting for GitHub to merge it', why));
  }
  return backoff(attempt, null);
}

async function askForReviews(session: Session, decision: Pending, evidence: Evidence): Promise<void> {
  const { gate, github, facts } = session;
  if (facts.pullRequest.draft || decision.asked === null) return;
  if (settingsOf(evidence)?.notifications.approvals === false) return;
  const owners = codeOwnersOf(evidence, decision.asked.request.path.path);
  const wanted = reviewersToAsk(decision, gate.repository.owner, owners);
  const { number, author } = facts.pullRequest;
  await requestReviewers(github, gate.repository, { number, author: author.login, requested: facts.requested }, wanted);
}

function sayInComment({ gate, github, facts }: Session, body: string): Promise<void> {
  return say(gate, github, facts.pullRequest.number, body);
}

/** The check stays in progress and says plainly why; the comment is left alone, since an outage is nobody's news. */
async function explainFailure(session: Session, error: unknown): Promise<Again> {
  const { gate, github, target, facts, attempt } = session;
  const seconds = backoff(attempt, error instanceof GitHubError ? error.afterSeconds : null);
  gate.log.error({ pullRequest: facts.pullRequest.number, err: error }, 'evaluation failed');
  note(session, 'failed');
  session.check = await publishCheck(github, target, session.check, undecidedBy(error));
  return seconds;
}

function note({ gate, facts }: Session, verdict: string): void {
  gate.health.lastEvaluation = { at: new Date().toISOString(), pullRequest: facts.pullRequest.number, verdict };
}
