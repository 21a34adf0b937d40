/**
 * One request that was closed without a merge: who asked for what, who closed it, and what would have been answered then.
 */
import { isRequestPath } from '../core/document/paths.ts';
import { whatFailed } from '../core/explain/verdict.ts';
import type { ClosedRequest } from '../core/ledger/entry.ts';
import { heldGrants } from '../core/ledger/live.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { lengthOf } from '../core/policy/asked.ts';
import { decide } from '../core/policy/decide.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Account, Evidence } from '../core/policy/evidence.ts';
import { readGovernance } from '../core/policy/governance.ts';
import { lapsesAt } from '../core/policy/lapse.ts';
import type { Instant } from '../core/time.ts';
import { call, callAll, GitHubError } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { account, fields, list, text } from '../github/read.ts';
import { bounded } from './failure.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface ClosedPull {
  readonly number: number;
  readonly head: string;
  readonly author: Account | null;
  readonly openedAt: Instant;
  readonly closedAt: Instant;
}

export interface ReadingAsked {
  readonly state: LedgerState;
  /** Commit of the accepted governing tree. */
  readonly accepted: string;
  /** What GitHub does not give now is recorded as not to be read. */
  readonly isLastTry: boolean;
}

/** What brings more asks for nothing that anybody could approve. */
const MOST_FILES = 10;

/** `null`: it asked for nothing, or GitHub will never say more. Throws `GitHubError` where asking again can help. */
export async function readClosed(
  world: SweepWorld,
  asked: ReadingAsked,
  pull: ClosedPull,
): Promise<ClosedRequest | null> {
  try {
    const file = await requestIn(world, pull.number);
    if (file === null || pull.author === null) return null;
    const by = await orNull(asked, closerOf(world, pull.number));
    const evidence = await orNull(asked, evidenceOf(world, asked, pull));
    const decision = evidence === null ? null : decide(evidence);
    return {
      is: howItEnded(pull, by, evidence, decision),
      request: { ...file, pullRequest: pull.number },
      head: pull.head,
      opener: person(pull.author),
      openedAt: pull.openedAt,
      by: by === null ? null : person(by),
      closedAt: pull.closedAt,
      asked: decision === null ? null : termsOf(decision),
      verdict: decision?.verdict ?? null,
      why: bounded(
        decision === null ? 'it could not be read any more' : (whatFailed(decision) ?? 'nothing stood against it'),
      ),
      reviews: (evidence?.reviews ?? []).map(({ id, user, state, submittedAt }) => ({
        review: id,
        user: person(user),
        state,
        at: submittedAt,
      })),
    };
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) return null;
    throw error;
  }
}

/** One call, whatever it holds: who asks brings a file or two. The first by path where several were asked for at once. */
async function requestIn(
  world: SweepWorld,
  number: number,
): Promise<{ readonly path: string; readonly blob: string } | null> {
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
    ...repositoryOf(world.repository),
    pull_number: number,
    per_page: 100,
  });
  const files = list(data, 'files').map((item) => fields(item, 'file'));
  if (files.length > MOST_FILES) return null;
  const asks = files
    .filter((file) => file['status'] !== 'removed' && isRequestPath(text(file['filename'], 'filename')))
    .map((file) => ({ path: text(file['filename'], 'filename'), blob: text(file['sha'], 'file sha') }));
  return asks.sort((a, b) => (a.path < b.path ? -1 : 1))[0] ?? null;
}

/** Who closed it last; `null` for an account that is gone. */
async function closerOf(world: SweepWorld, number: number): Promise<Account | null> {
  const events = await callAll(world.github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/events', {
    ...repositoryOf(world.repository),
    issue_number: number,
  });
  const last = events.map((event) => fields(event, 'issue event')).findLast((event) => event['event'] === 'closed');
  return last?.['actor'] === undefined || last['actor'] === null ? null : account(last['actor'], 'closer');
}

/** As if it were still open, at the instant when it was closed. */
async function evidenceOf(world: SweepWorld, asked: ReadingAsked, pull: ClosedPull): Promise<Evidence> {
  const evidence = await collectEvidence(world.github, {
    repository: world.repository,
    pullRequest: pull.number,
    at: 'open',
    governing: asked.accepted,
    now: pull.closedAt,
    grants: [],
    signals: {},
    cache: world.cache.git,
  });
  const open: Evidence = { ...evidence, pullRequest: { ...evidence.pullRequest, state: 'open' } };
  const subject = decide(open).asked?.subject;
  return subject === undefined
    ? open
    : { ...open, grants: heldGrants(asked.state, subject.id ?? subject.name, pull.closedAt) };
}

/** `null`: it cannot be read any more, or was given up. */
async function orNull<T>({ isLastTry }: ReadingAsked, reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof GitHubError && (isLastTry || !error.isRetryable)) return null;
    throw error;
  }
}

/**
 * | closed by | and | so |
 * |---|---|---|
 * | a bot | its time was over | `lapsed` |
 * | its opener, or an account that is gone | nobody who may approve asked for changes | `withdrawn` |
 * | else | | `denied` |
 */
function howItEnded(
  pull: ClosedPull,
  by: Account | null,
  evidence: Evidence | null,
  decision: Decision | null,
): ClosedRequest['is'] {
  if (by?.type === 'Bot' && evidence !== null && decision !== null && isLapsed(pull, evidence, decision))
    return 'lapsed';
  const isOpeners = by === null || by.id === pull.author?.id;
  const isBlocked = decision?.reviews.some(({ code }) => code === 'changes-requested') === true;
  return isOpeners && !isBlocked ? 'withdrawn' : 'denied';
}

function isLapsed(pull: ClosedPull, evidence: Evidence, decision: Decision): boolean {
  const governance = readGovernance(evidence.governing.files);
  const at = governance.ok ? lapsesAt(evidence, decision, governance.value.governance.settings.lapse) : null;
  return at !== null && pull.closedAt >= at;
}

function termsOf({ asked }: Decision): ClosedRequest['asked'] {
  if (asked === null) return null;
  const { request, resource, entitlement, subject } = asked;
  const { reason, ticket } = request;
  return { resource, entitlement, subject: subject.name, length: lengthOf(request), reason, ticket };
}

function person({ id, login }: { readonly id: number; readonly login: string }): { id: number; login: string } {
  return { id, login };
}
