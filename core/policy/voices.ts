/** What each review says on each demand: whether it approves, blocks or does not count, why, and in whose seat. */
import type { Instant } from '../time.ts';
import type { Answer } from './answer.ts';
import type { Evidence, Review } from './evidence.ts';
import { barOf, type Exclusions } from './exclusions.ts';
import { labelOf } from './labels.ts';
import { isActive } from './principals.ts';
import type { ReasonCode } from './reason-codes.ts';
import { names } from './request-digest.ts';
import type { Requirement } from './requirements.ts';
import { type Speaking, speakingReviews } from './reviews.ts';
import { approversOf, type Ground, groundFor } from './seats.ts';
import type { Scope } from './setting.ts';

/** A requirement and where its principals are resolved: a policy change has another path for each. */
export interface Demand extends Requirement {
  readonly scope: Scope;
  /** What an approval must name to fill it; `null`: nothing. */
  readonly digest: string | null;
}

/** A review with its ground for each demand, or why it does not count. */
export interface Voice {
  readonly review: Review;
  readonly is: 'approving' | 'blocking' | 'void';
  readonly grounds: readonly Ground[];
  readonly code: ReasonCode;
  readonly why: string;
}

export function voicesIn(evidence: Evidence, demands: readonly Demand[], exclusions: Exclusions): readonly Voice[] {
  return speakingReviews(evidence).map((speaking) => hear(speaking, demands, exclusions, evidence));
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
  const isPerhapsBarred = bar?.code === 'membership-unknown';
  if (bar !== null && !isPerhapsBarred) return silent(bar.code, bar.why);
  const active = isActive(evidence, id);
  if (active === 'no') return silent('review-by-outsider', 'is no active member of the organisation');
  const grounds = demands.map((demand, index) => groundFor(demand, id, scopes[index] as Scope, exclusions));
  if (mayOn(grounds, active) === 'no') return silent('review-not-eligible', `is not in ${labelsOf(demands)}`);
  // Doubt keeps an approval from counting, but lets requested changes block.
  if (speaking.is === 'blocking')
    return { review, is: 'blocking', grounds, code: 'changes-requested', why: 'requested changes' };
  const unnamed = demands.map((demand) => lacksDigest(demand, review));
  const named = grounds.map((ground, index): Ground => (unnamed[index] ? { ...ground, answer: 'no' } : ground));
  const isStopped = grounds.some(isOpen) && !named.some(isOpen);
  if (isStopped) return silent(...withoutDigest(review, openTo(demands, grounds)));
  // Told last: of somebody who may not approve anyway, it is no doubt.
  if (isPerhapsBarred) return silent(bar.code, bar.why, named);
  if (mayOn(named, active) === 'unknown') {
    return silent('membership-unknown', `whether they are in ${labelsOf(demands)} could not be read`, named);
  }
  return {
    review,
    is: 'approving',
    grounds: named,
    code: 'review-not-needed',
    why: 'every place it could fill is taken',
  };
}

function mayOn(grounds: readonly Ground[], active: Answer): Answer {
  const may = grounds.some(isYes) ? 'yes' : grounds.some(isUnknown) ? 'unknown' : 'no';
  return active === 'unknown' ? 'unknown' : may;
}

function openTo(demands: readonly Demand[], grounds: readonly Ground[]): readonly Demand[] {
  return demands.filter((_, index) => isOpen(grounds[index]));
}

function isOpen(ground: Ground | undefined): boolean {
  return ground?.answer !== 'no';
}

/** Whether it wants a digest that the approval does not name. */
function lacksDigest({ digest }: Demand, review: Review): boolean {
  return digest !== null && !names(review.digest ?? '', digest);
}

/** The digest is the same for all demands of a request. */
function withoutDigest({ digest }: Review, [demand]: readonly Demand[]): [ReasonCode, string] {
  const line = `\`digest: ${demand?.digest}\``;
  return (digest ?? null) === null
    ? ['review-digest-missing', `it has no line ${line}, which ${demand?.source} asks for: approve again with it`]
    : ['review-digest-wrong', `it names another digest: look at the request as it is now, and approve with ${line}`];
}

function labelsOf(demands: readonly Demand[]): string {
  return [...new Set(demands.map((demand) => labelOf(approversOf(demand, demand.scope), demand.scope)))].join(
    ', nor in ',
  );
}

/** A delegated seat falls away when its owner approves too, or an earlier delegate has taken it. */
export function withSeatsOnce(voices: readonly Voice[]): readonly Voice[] {
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

export function isYes(ground: Ground | undefined): boolean {
  return ground?.answer === 'yes';
}

function isUnknown(ground: Ground): boolean {
  return ground.answer === 'unknown';
}
