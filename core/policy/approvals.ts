/**
 * Whether the approvals are complete: every review judged, the requirements filled by distinct people, and for each review
 * that does not count, why, and who could approve instead.
 */

import { type Instant, type Milliseconds, parseDuration } from '../time.ts';
import { isAwake } from './calendar.ts';
import type { Candidate, Reason, RequirementStatus, ReviewFinding } from './decision.ts';
import type { Evidence, Review } from './evidence.ts';
import { barOf, type Exclusions } from './exclusions.ts';
import { labelOf, listed } from './labels.ts';
import { matchDistinct, matchShared } from './matching.ts';
import { isActive, membersOf } from './principals.ts';
import { fails, holds, unknown } from './reason.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { Requirement } from './requirements.ts';
import { type Speaking, speakingReviews } from './reviews.ts';
import { approversOf, delegatesFor, type Ground, groundFor } from './seats.ts';
import type { Scope } from './setting.ts';

export interface Approvals {
  readonly is: 'complete' | 'missing' | 'unknown';
  readonly statuses: readonly RequirementStatus[];
  readonly reviews: readonly ReviewFinding[];
  readonly reasons: readonly Reason[];
  /** The smallest `limit:` of an eligible approver; `null`: none. */
  readonly limit: Milliseconds | null;
}

/** A requirement and where its principals are resolved: a policy change has another path for each. */
export interface Demand extends Requirement {
  readonly scope: Scope;
}

/** `distinct`: a person fills one place over all demands. */
export function countApprovals(
  demands: readonly Demand[],
  setting: Scope['setting'],
  exclusions: Exclusions,
  distinct: boolean,
): Approvals {
  const { evidence } = setting;
  const voices = speakingReviews(evidence).map((speaking) => hear(speaking, demands, exclusions, evidence));
  const approving = withSeatsOnce(voices.filter((voice) => voice.is === 'approving'));
  const filled = (distinct ? matchDistinct : matchShared)(
    demands.map((demand, index) => ({
      count: demand.count,
      by: approving.filter((voice) => isYes(voice.grounds[index])).map((voice) => voice.review.user.id),
    })),
  );
  const used = new Set(filled.flat());
  const statuses = demands.map((demand, index) =>
    statusOf(
      demand,
      approving.filter((voice) => filled[index]?.includes(voice.review.user.id)),
      used,
      exclusions,
    ),
  );
  const missing = statuses.map((status) => status.filledBy.length < status.needed);
  const doubts = demands.filter((demand, index) => missing[index] && isDoubtful(demand, index, voices, statuses));
  const blocking = voices.filter((voice) => voice.is === 'blocking');
  const limits = approving.flatMap((voice) =>
    voice.review.limit === null ? [] : [parseDuration(voice.review.limit) as number],
  );
  return {
    is:
      blocking.length > 0 ? 'missing' : doubts.length > 0 ? 'unknown' : missing.includes(true) ? 'missing' : 'complete',
    statuses,
    reviews: voices.map((voice) => findingOf(voice, approving, demands, filled)),
    reasons: [
      ...statuses.map((status, index) => statusReason(status, demands[index] as Demand, doubts)),
      ...blocking.map(blockReason),
    ],
    limit: limits.length === 0 ? null : Math.min(...limits),
  };
}

/** A review with its ground for each demand, or why it does not count. */
interface Voice {
  readonly review: Review;
  readonly is: 'approving' | 'blocking' | 'void';
  readonly grounds: readonly Ground[];
  readonly code: ReasonCode;
  readonly why: string;
}

function hear(speaking: Speaking, demands: readonly Demand[], exclusions: Exclusions, evidence: Evidence): Voice {
  const { review } = speaking;
  const silent = (code: ReasonCode, why: string, grounds: readonly Ground[] = []): Voice => ({
    review,
    is: 'void',
    grounds,
    code,
    why,
  });
  if (speaking.is === 'void') return silent(speaking.code, speaking.why);
  const { id } = review.user;
  const at = review.submittedAt as Instant;
  const scopes = demands.map((demand) => ({ ...demand.scope, at }));
  const [scope] = scopes;
  if (scope === undefined) return silent('review-not-needed', 'no approval is needed');
  const bar = barOf(exclusions, id, scope);
  if (bar !== null) return silent(bar.code, bar.why);
  const active = isActive(evidence, id);
  if (active === 'no') return silent('review-by-outsider', 'is no active member of the organisation');
  const grounds = demands.map((demand, index) => groundFor(demand, id, scopes[index] as Scope, exclusions));
  const may =
    active === 'unknown' ? 'unknown' : grounds.some(isYes) ? 'yes' : grounds.some(isUnknown) ? 'unknown' : 'no';
  if (may === 'no') return silent('review-not-eligible', `is not in ${labelsOf(demands)}`);
  // Doubt keeps an approval from counting, but lets requested changes block.
  if (speaking.is === 'blocking')
    return { review, is: 'blocking', grounds, code: 'changes-requested', why: 'requested changes' };
  if (may === 'unknown') {
    return silent('membership-unknown', `whether they are in ${labelsOf(demands)} could not be read`, grounds);
  }
  return { review, is: 'approving', grounds, code: 'review-not-needed', why: 'every place it could fill is taken' };
}

function labelsOf(demands: readonly Demand[]): string {
  return [...new Set(demands.map((demand) => labelOf(approversOf(demand, demand.scope), demand.scope)))].join(
    ', nor in ',
  );
}

/** A delegated seat falls away when its owner approves too, or an earlier delegate has taken it. */
function withSeatsOnce(voices: readonly Voice[]): readonly Voice[] {
  const owners = new Set(voices.map((voice) => voice.review.user.id));
  const taken = new Map<number, number>();
  return voices.map((voice) => ({
    ...voice,
    grounds: voice.grounds.map((ground): Ground => {
      if (ground.onBehalfOf === null) return ground;
      const holder = taken.get(ground.seat) ?? voice.review.user.id;
      taken.set(ground.seat, holder);
      return owners.has(ground.seat) || holder !== voice.review.user.id ? { ...ground, answer: 'no' } : ground;
    }),
  }));
}

function statusOf(
  demand: Demand,
  by: readonly Voice[],
  used: ReadonlySet<number>,
  exclusions: Exclusions,
): RequirementStatus {
  return {
    source: demand.source,
    from: demand.from,
    label: labelOf(demand.from, demand.scope),
    needed: demand.count,
    filledBy: by.map(({ review }) => ({ id: review.user.id, login: review.user.login, review: review.id })),
    candidates: by.length >= demand.count ? [] : candidatesFor(demand, used, exclusions),
  };
}

function candidatesFor(demand: Demand, used: ReadonlySet<number>, exclusions: Exclusions): readonly Candidate[] {
  const { scope } = demand;
  const { evidence, governance } = scope.setting;
  const ids = new Set([
    ...membersOf(approversOf(demand, scope), scope).ids,
    ...delegatesFor(demand, scope, exclusions),
  ]);
  const people = Object.values(governance.people.people);
  return [...ids]
    .filter((id) => !used.has(id) && barOf(exclusions, id, scope) === null && isActive(evidence, id) === 'yes')
    .map((id) => {
      const person = people.find((one) => one.id === id);
      const zone = person?.zone ?? null;
      return {
        id,
        login: person?.login ?? loginOf(id, evidence),
        awake: zone === null ? null : isAwake(zone, evidence.now),
      };
    })
    .sort((a, b) => (a.login < b.login ? -1 : 1));
}

function loginOf(id: number, evidence: Evidence): string {
  const members = Object.values(evidence.teams).flatMap((team) => team.members);
  return members.find((member) => member.id === id)?.login ?? `#${id}`;
}

/** An approval whose standing could not be told might fill it; or nobody is known who could. */
function isDoubtful(
  demand: Demand,
  index: number,
  voices: readonly Voice[],
  statuses: readonly RequirementStatus[],
): boolean {
  const doubted = voices.some((voice) => voice.code === 'membership-unknown' && voice.grounds[index]?.answer !== 'no');
  const nobody = statuses[index]?.candidates.length === 0;
  return doubted || (nobody && !membersOf(approversOf(demand, demand.scope), demand.scope).complete);
}

function findingOf(
  voice: Voice,
  approving: readonly Voice[],
  demands: readonly Demand[],
  filled: readonly (readonly number[])[],
): ReviewFinding {
  const { review } = voice;
  const seated = approving.find((one) => one.review === review);
  const index = filled.findIndex(
    (by, at) => seated !== undefined && by.includes(review.user.id) && isYes(seated.grounds[at]),
  );
  const demand = demands[index];
  return {
    review: review.id,
    user: { id: review.user.id, login: review.user.login },
    counts: demand !== undefined,
    why: demand === undefined ? voice.why : `fills ${labelOf(demand.from, demand.scope)} for ${demand.source}`,
    code: demand === undefined ? voice.code : 'review-counts',
    onBehalfOf: seated?.grounds[index]?.onBehalfOf ?? null,
  };
}

function statusReason(status: RequirementStatus, demand: Demand, doubts: readonly Demand[]): Reason {
  const by = status.filledBy.map((one) => one.login);
  const claim = `${status.needed} of ${status.label} for ${status.source}`;
  const { place } = demand;
  if (by.length >= status.needed) return holds('approval-complete', `${claim}: ${listed(by)}`, { place });
  if (doubts.includes(demand)) {
    return unknown('membership-unknown', `${claim}: who is in it could not be read`, { place });
  }
  const who = status.candidates.map((candidate) => candidate.login);
  if (who.length === 0) return fails('approver-none-left', `${claim}: nobody is left who may approve`, { place });
  return fails('approval-missing', `${claim}: ${by.length} so far; ask ${who.slice(0, 5).join(' or ')}`, { place });
}

function blockReason({ review }: Voice): Reason {
  return fails('changes-requested', `${review.user.login} requested changes`);
}

function isYes(ground: Ground | undefined): boolean {
  return ground?.answer === 'yes';
}

function isUnknown(ground: Ground): boolean {
  return ground.answer === 'unknown';
}
