/**
 * Whether the approvals are complete: the requirements filled by distinct people, and for each review that does not count,
 * why, and who could approve instead.
 */
import { type Milliseconds, parseDuration } from '../time.ts';
import { candidatesFor } from './candidates.ts';
import type { Reason, RequirementStatus, ReviewFinding } from './decision.ts';
import type { Exclusions } from './exclusions.ts';
import { labelOf, listed } from './labels.ts';
import { matchDistinct, matchShared } from './matching.ts';
import { membersOf } from './principals.ts';
import { fails, holds, unknown } from './reason.ts';
import { approversOf } from './seats.ts';
import type { Setting } from './setting.ts';
import { type Demand, isYes, type Voice, voicesIn, withSeatsOnce } from './voices.ts';

export interface Approvals {
  readonly is: 'complete' | 'missing' | 'unknown';
  readonly statuses: readonly RequirementStatus[];
  readonly reviews: readonly ReviewFinding[];
  readonly reasons: readonly Reason[];
  /** The smallest `limit:` of an eligible approver; without one, infinite. */
  readonly limit: Milliseconds;
}

/** `distinct`: a person fills one place over all demands. */
export function countApprovals(
  demands: readonly Demand[],
  setting: Setting,
  exclusions: Exclusions,
  distinct: boolean,
): Approvals {
  const { evidence } = setting;
  const voices = voicesIn(evidence, demands, exclusions);
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
    limit: Math.min(...limits),
  };
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
    label: labelOf(approversOf(demand, demand.scope), demand.scope),
    needed: demand.count,
    ...(demand.digest !== null && { digest: demand.digest }),
    filledBy: by.map(({ review }) => ({ id: review.user.id, login: review.user.login, review: review.id })),
    candidates: by.length >= demand.count ? [] : candidatesFor(demand, used, exclusions),
  };
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
  const index = seated === undefined ? -1 : filled.findIndex((by) => by.includes(review.user.id));
  const demand = demands[index];
  const onBehalfOf = seated?.grounds[index]?.onBehalfOf ?? null;
  const seat = onBehalfOf === null ? '' : `in the seat of ${onBehalfOf}, `;
  return {
    review: review.id,
    user: { id: review.user.id, login: review.user.login },
    counts: demand !== undefined,
    why:
      demand === undefined
        ? voice.why
        : `${seat}as ${labelOf(approversOf(demand, demand.scope), demand.scope)}, for ${demand.source}`,
    code: demand === undefined ? voice.code : 'review-counts',
    onBehalfOf,
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
