/**
 * Requests that were closed without a merge, so that the ledger has every decision: who asked for what, who closed it, and
 * what would have been answered then. It grants and ends nothing, and what cannot be read keeps nothing else waiting.
 */
import { isRequestPath } from '../core/document/paths.ts';
import { whatFailed } from '../core/explain/verdict.ts';
import type { Body, ClosedRequest } from '../core/ledger/entry.ts';
import { heldGrants } from '../core/ledger/live.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { lengthOf } from '../core/policy/asked.ts';
import { decide } from '../core/policy/decide.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Account, Evidence } from '../core/policy/evidence.ts';
import { readGovernance } from '../core/policy/governance.ts';
import { lapsesAt } from '../core/policy/lapse.ts';
import { HOUR, type Instant, plus } from '../core/time.ts';
import { call, callAll, GitHubError, nextPlace } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { account, accountOrNull, type Fields, fields, instant, integer, list, text } from '../github/read.ts';
import { bounded } from './failure.ts';
import { repositoryOf, type SweepWorld } from './world.ts';

export interface ClosedAsked {
  readonly branch: string;
  readonly state: LedgerState;
  /** Commit of the accepted governing tree. */
  readonly accepted: string;
  /** When the ledger began: what was closed before asked it for nothing. */
  readonly since: Instant;
  readonly now: Instant;
}

export interface Closed {
  readonly bodies: readonly Body[];
  /** Everything that was closed before then was looked at; `null`: nobody can tell. */
  readonly until: Instant | null;
  /** So much was looked at for nothing that it pays to write down how far. */
  readonly isLong: boolean;
}

/** GitHub's lists lag behind a little, and what was looked at already is not written again. */
const MARGIN = HOUR;

/** Of one sweep, which has removals to send: whoever opens and closes a thousand requests makes nobody wait. */
const MOST_FOUND = 20;
const MOST_SEEN = 50;

/** From so many on it pays not to look at them again. */
const LONG = 10;

export async function closedRequests(world: SweepWorld, asked: ClosedAsked): Promise<Closed> {
  const bodies: Body[] = [];
  const recent = plus(asked.now, -MARGIN);
  try {
    const pulls = await closedSince(world, asked.branch, asked.state.closedUntil ?? asked.since);
    const unknown = pulls.filter(({ number, closedAt }) => asked.state.closed.get(number)?.closedAt !== closedAt);
    let seen = 0;
    for (const pull of unknown) {
      if (seen >= MOST_SEEN || bodies.length >= MOST_FOUND) return { bodies, until: pull.closedAt, isLong: true };
      seen += 1;
      const found = await readClosed(world, asked, pull);
      if (found !== null) bodies.push({ type: 'closed', ...found });
    }
    const isLong = unknown.filter(({ closedAt }) => closedAt < recent).length >= LONG;
    return { bodies, until: [recent, asked.since].sort().at(-1) ?? recent, isLong };
  } catch (error) {
    if (error instanceof GitHubError) return { bodies, until: null, isLong: false };
    throw error;
  }
}

interface ClosedPull {
  readonly number: number;
  readonly head: string;
  readonly author: Account | null;
  readonly openedAt: Instant;
  readonly closedAt: Instant;
}

/** So many pages of a hundred: more than were touched between two sweeps that had something to write. */
const PAGES = 20;

/** Without a merge, the first to be closed first. */
async function closedSince(world: SweepWorld, branch: string, from: Instant): Promise<readonly ClosedPull[]> {
  const found: ClosedPull[] = [];
  let place: Readonly<Record<string, string>> | null = {};
  for (let page = 0; place !== null && page < PAGES; page += 1) {
    const response = await call(world.github, 'GET /repos/{owner}/{repo}/pulls', {
      ...repositoryOf(world.repository),
      state: 'closed',
      base: branch,
      sort: 'updated',
      direction: 'desc',
      per_page: 100,
      ...place,
    });
    const items = list(response.data, 'pull requests').map((item) => fields(item, 'pull request'));
    found.push(...items.filter((item) => item['merged_at'] === null).map(readPull));
    const isDone = items.some((item) => instant(item['updated_at'], 'pull request updated_at') < from);
    place = isDone ? null : nextPlace(response);
  }
  return found
    .filter(({ closedAt }) => closedAt >= from)
    .sort((a, b) => (a.closedAt === b.closedAt ? a.number - b.number : a.closedAt < b.closedAt ? -1 : 1));
}

function readPull(item: Fields): ClosedPull {
  return {
    number: integer(item['number'], 'pull request number'),
    head: text(fields(item['head'], 'pull request head')['sha'], 'head sha'),
    author: accountOrNull(item['user'], 'pull request author'),
    openedAt: instant(item['created_at'], 'pull request created_at'),
    closedAt: instant(item['closed_at'], 'pull request closed_at'),
  };
}

/** `null`: it asked for nothing, or GitHub will never say more. */
async function readClosed(world: SweepWorld, asked: ClosedAsked, pull: ClosedPull): Promise<ClosedRequest | null> {
  try {
    const file = await requestIn(world, pull.number);
    if (file === null || pull.author === null) return null;
    const by = await closerOf(world, pull.number);
    const evidence = await evidenceOf(world, asked, pull);
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

/** One call for each that was closed; the first by path where several were asked for at once. */
async function requestIn(
  world: SweepWorld,
  number: number,
): Promise<{ readonly path: string; readonly blob: string } | null> {
  const files = await callAll(world.github, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
    ...repositoryOf(world.repository),
    pull_number: number,
  });
  const asks = files
    .map((item) => fields(item, 'file'))
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

/** As if it were still open, at the instant when it was closed; `null`: what it brought cannot be read any more. */
async function evidenceOf(world: SweepWorld, asked: ClosedAsked, pull: ClosedPull): Promise<Evidence | null> {
  try {
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
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) return null;
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
