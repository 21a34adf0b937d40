/**
 * On which ground a reviewer may fill a requirement: as one of its people, or in the seat of somebody who has delegated
 * it. A seat is used once, whoever sits in it.
 */
import type { Delegation, Person } from '../document/documents.ts';
import { type Instant, plus } from '../time.ts';
import type { Answer } from './answer.ts';
import type { Evidence } from './evidence.ts';
import { barOf, type Exclusions } from './exclusions.ts';
import { lookup } from './lookup.ts';
import { expand, isActive, isOneOf } from './principals.ts';
import type { Requirement } from './requirements.ts';
import type { Scope } from './setting.ts';

export interface Ground {
  readonly answer: Answer;
  /** Numeric id of the person whose seat it is: the reviewer's own, or the delegator's. */
  readonly seat: number;
  /** Name of the delegator; `null`: the reviewer's own seat. */
  readonly onBehalfOf: string | null;
}

/** `scope.at` is when the review was submitted: rotas and delegations count at that instant. */
export function groundFor(requirement: Requirement, reviewer: number, scope: Scope, exclusions: Exclusions): Ground {
  const from = approversOf(requirement, scope);
  const own = isOneOf(from, { kind: 'person', id: reviewer }, scope);
  if (own === 'yes') return { answer: 'yes', seat: reviewer, onBehalfOf: null };
  const lent = delegationsTo(reviewer, scope).map(({ delegation, delegator }) => ({
    answer: seatAnswer(delegation, delegator, requirement, scope, exclusions),
    seat: delegator.id,
    onBehalfOf: delegator.name,
  }));
  const seated = lent.find((ground) => ground.answer === 'yes');
  if (seated !== undefined) return seated;
  const isDoubtful = [own, ...lent.map((ground) => ground.answer)].includes('unknown');
  return { answer: isDoubtful ? 'unknown' : 'no', seat: reviewer, onBehalfOf: null };
}

/** Who may fill it now: after `widen.after`, those it is widened to as well. */
export function approversOf(requirement: Requirement, scope: Scope) {
  const { evidence } = scope.setting;
  const { widen, from } = requirement;
  const since = askedSince(evidence);
  if (widen === null || since === null) return from;
  return plus(since, widen.after) <= (evidence.pullRequest.mergedAt ?? evidence.now) ? [...from, ...widen.to] : from;
}

/**
 * Since when those asked first could have answered: what is asked now was not to be seen before it was pushed, made
 * ready for review, opened again, or brought to this base. `null`: who pushed cannot be read, and so not when. Whoever asks can
 * bring that about by pushing a thousand times.
 */
function askedSince({ pullRequest, pushers }: Evidence): Instant | null {
  const { openedAt, retargetedAt, readyAt, headPushedAt } = pullRequest;
  if (pushers === null) return null;
  const instants = [openedAt, ...retargetedAt, readyAt ?? openedAt, headPushedAt ?? openedAt];
  return instants.sort().at(-1) as Instant;
}

/** Ids of those who sit in a delegated seat of this requirement. */
export function delegatesFor(requirement: Requirement, scope: Scope, exclusions: Exclusions): readonly number[] {
  return activeDelegations(scope).flatMap(({ delegation, delegator, delegate }) =>
    seatAnswer(delegation, delegator, requirement, scope, exclusions) === 'yes' ? [delegate.id] : [],
  );
}

function seatAnswer(
  delegation: Delegation,
  delegator: Person,
  requirement: Requirement,
  scope: Scope,
  exclusions: Exclusions,
): Answer {
  // Who may not approve cannot have somebody approve for them.
  if (barOf(exclusions, delegator.id, scope) !== null) return 'no';
  const active = isActive(scope.setting.evidence, delegator.id);
  if (active !== 'yes') return active;
  const seats = approversOf(requirement, scope)
    .flatMap((principal) => expand(principal, scope))
    .filter((principal) => principal.kind === 'team' && delegation.seats.includes(principal.name));
  return isOneOf(seats, { kind: 'person', id: delegator.id }, scope);
}

function delegationsTo(reviewer: number, scope: Scope) {
  return activeDelegations(scope).filter(({ delegate }) => delegate.id === reviewer);
}

function activeDelegations(scope: Scope) {
  const { people } = scope.setting.governance.people;
  return scope.setting.governance.delegations
    .filter((delegation) => isIn(scope.at, delegation))
    .flatMap((delegation) => {
      const delegator = lookup(people, delegation.from);
      const delegate = lookup(people, delegation.to);
      return delegator === undefined || delegate === undefined ? [] : [{ delegation, delegator, delegate }];
    });
}

function isIn(at: Instant, delegation: Delegation): boolean {
  return delegation.starts <= at && at < delegation.until;
}
