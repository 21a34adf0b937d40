/**
 * Whose review counts, and whether the requirements can be filled: every assignment is tried. Threats 12–24, 86, 89.
 * Written later than the rest: an approval that was edited is none; a dismissal after the merge takes nothing back; where a
 * digest is asked for, only an approval that names the digest of path and text fills the place.
 */
import { createHash } from 'node:crypto';
import type { Review } from '../../core/policy/evidence.ts';
import { lengthOf, need, type Requirement } from './documents.ts';
import { all, any, inTeam, isMember, isOne, type Tri, teamsIn, tri, type World } from './membership.ts';
import { handsIn, isPushUnsafe } from './shape.ts';

export interface Wanted {
  readonly from: readonly string[];
  readonly count: number;
  /** Whose code owners are meant. */
  readonly path: string;
  /** The approval must name the digest. */
  readonly digest: boolean;
}

export interface Counted {
  readonly verdict: 'allow' | 'pending';
  /** Not filled or blocked, and somebody’s membership is in doubt: a fault may be said instead of a wait. */
  readonly doubtful: boolean;
  /** Whose approval is valid for at least one requirement. */
  readonly approvers: ReadonlySet<number>;
  /** The most seats that can be filled. */
  readonly filled: number;
  /** The smallest limit of a valid approval. */
  readonly limit: number;
}

interface Subject {
  readonly id: number | null;
  readonly controllers: readonly string[];
}

/** One way in which a person may fill a requirement: in their own seat or a delegated one. */
interface Way {
  readonly approver: number;
  readonly seat: number;
}

/** `distinct`: one person fills one place only. */
export function count(world: World, wanted: readonly Wanted[], subject: Subject, distinct: boolean): Counted {
  const { evidence } = world;
  const latest = latestOf(world);
  const approving = latest.filter((review) => isApproving(world, review));
  const unsafe = isPushUnsafe(evidence);
  const ways: Way[][] = wanted.map((one) =>
    unsafe
      ? []
      : approving
          .filter((review) => !one.digest || review.digest === digestOf(world))
          .flatMap((review) => waysOf(world, one, review, subject, 'yes')),
  );
  const approvers = new Set(ways.flat().map((way) => way.approver));
  // Whoever approves themselves has no delegate: `docs/guides/approver.md`, "Hand over your seat".
  const seated = ways.map((some) => some.filter(({ approver, seat }) => approver === seat || !approvers.has(seat)));
  const blocked = latest.some(
    (review) =>
      review.state === 'CHANGES_REQUESTED' &&
      wanted.some((one) => waysOf(world, one, review, subject, 'maybe').length > 0),
  );
  const filled = distinct
    ? most(wanted, seated)
    : wanted.reduce(
        (sum, one, index) => sum + Math.min(one.count, new Set(seated[index]?.map((way) => way.approver)).size),
        0,
      );
  const complete = filled === wanted.reduce((sum, one) => sum + one.count, 0);
  const limits = approving
    .filter((review) => approvers.has(review.user.id) && review.limit !== null)
    .map((review) => need(review.limit ?? ''));
  return {
    verdict: complete && !blocked ? 'allow' : 'pending',
    doubtful: (!complete || blocked) && wanted.some((one) => isDoubtful(world, one)),
    approvers,
    filled,
    limit: Math.min(Number.POSITIVE_INFINITY, ...limits),
  };
}

/** Threat 20: the latest decisive review of each person that was submitted by the merge. */
function latestOf({ evidence }: World): Review[] {
  const until = evidence.pullRequest.mergedAt ?? '9999';
  const decisive = evidence.reviews
    .map((one): Review => {
      const isLate = one.dismissed !== undefined && one.dismissed.at > until;
      return isLate && one.dismissed !== undefined ? { ...one, state: one.dismissed.was } : one;
    })
    .filter(
      (one) => one.submittedAt !== null && one.submittedAt <= until && !['COMMENTED', 'PENDING'].includes(one.state),
    )
    .toSorted((a, b) =>
      (a.submittedAt ?? '') < (b.submittedAt ?? '')
        ? -1
        : (a.submittedAt ?? '') > (b.submittedAt ?? '')
          ? 1
          : a.id - b.id,
    );
  return decisive.filter((one, index) => !decisive.slice(index + 1).some((later) => later.user.id === one.user.id));
}

/** Of the one file of a request. */
function digestOf({ evidence }: World): string {
  const [change] = evidence.changes;
  const named = JSON.stringify([change?.path, change?.text]);
  return createHash('sha256').update(named).digest('hex').slice(0, 32);
}

/** Anybody's edit but the reviewer's own, and theirs more than five seconds after: the page saves twice. */
function isBent({ edited, submittedAt, user }: Review): boolean {
  if (edited === undefined || edited === null) return false;
  return edited.by !== user.id || Date.parse(edited.at) - Date.parse(submittedAt ?? '') > 5000;
}

function isApproving({ evidence }: World, review: Review): boolean {
  const { state, commitId, submittedAt, user, limit } = review;
  if (isBent(review)) return false;
  const { head, retargetedAt } = evidence.pullRequest;
  if (state !== 'APPROVED' || commitId !== head.sha || user.type !== 'User') return false;
  return !retargetedAt.some((at) => (submittedAt ?? '') <= at) && (limit === null || lengthOf(limit) !== null);
}

/** `maybe` takes doubt for a yes: whoever might be an eligible approver may block. */
function waysOf(
  world: World,
  wanted: Wanted,
  { user, submittedAt }: Review,
  subject: Subject,
  how: 'yes' | 'maybe',
): Way[] {
  const at = Date.parse(submittedAt ?? '');
  const good = (answer: Tri) => answer === 'yes' || (how === 'maybe' && answer === 'unknown');
  if (user.type !== 'User' || !good(mayApprove(world, user.id, subject))) return [];
  const ways: Way[] = [];
  if (good(isOne(world, wanted.from, user.id, at, wanted.path))) ways.push({ approver: user.id, seat: user.id });
  for (const delegation of world.documents.delegations) {
    const from = world.documents.people[delegation.from]?.github.id;
    const to = world.documents.people[delegation.to]?.github.id;
    if (
      to !== user.id ||
      from === undefined ||
      at < Date.parse(delegation.starts) ||
      at >= Date.parse(delegation.until)
    )
      continue;
    const seats = teamsIn(world, wanted.from, wanted.path).filter((team) => delegation.seats.includes(`team:${team}`));
    const sits = all([mayApprove(world, from, subject), any(seats.map((team) => inTeam(world, team, from)))]);
    if (good(sits)) ways.push({ approver: user.id, seat: from });
  }
  return ways;
}

/** An active person of the organisation who had no hand in it and gets nothing from it. */
function mayApprove(world: World, id: number, subject: Subject): Tri {
  const barred = handsIn(world.evidence).has(id) || subject.id === id;
  const controls = isOne(world, subject.controllers, id, 0, '');
  const free: Tri = controls === 'unknown' ? 'unknown' : tri(controls === 'no');
  return all([tri(!barred), free, isMember(world, id)]);
}

/** The most places that distinct people in distinct seats can fill, by trying everything. */
function most(wanted: readonly Wanted[], ways: readonly (readonly Way[])[]): number {
  const places = wanted.flatMap((one, index) => Array.from({ length: one.count }, () => index));
  const fill = (place: number, approvers: readonly number[], seats: readonly number[]): number => {
    const index = places[place];
    if (index === undefined) return 0;
    let best = fill(place + 1, approvers, seats);
    for (const { approver, seat } of ways[index] ?? []) {
      if (approvers.includes(approver) || seats.includes(seat)) continue;
      best = Math.max(best, 1 + fill(place + 1, [...approvers, approver], [...seats, seat]));
    }
    return best;
  };
  return fill(0, [], []);
}

/** Anything that could hide an approver: an unreadable team behind a requirement, or unknown members. */
function isDoubtful(world: World, { from, path }: Wanted): boolean {
  const nobody = -1;
  return world.evidence.members === null || isOne(world, from, nobody, 0, path) === 'unknown';
}

/** Requirements of different sources for the same people are one: the larger count, widened only where all agree. */
export function combined(sources: readonly (readonly Requirement[])[]): Requirement[] {
  const found: Requirement[] = [];
  for (const one of sources.flat()) {
    const at = found.findIndex(
      (other) => JSON.stringify(other.from.toSorted()) === JSON.stringify(one.from.toSorted()),
    );
    const other = found[at];
    if (other === undefined) found.push(one);
    else {
      const { widen: _, ...same } = { ...other, count: Math.max(other.count, one.count) };
      const later = [one.widen, other.widen].toSorted((a, b) => need(b?.after ?? '1m') - need(a?.after ?? '1m'))[0];
      const digest = one.digest ?? other.digest;
      const widens = one.widen !== undefined && other.widen !== undefined && later !== undefined;
      found[at] = { ...same, ...(widens ? { widen: later } : {}), ...(digest === undefined ? {} : { digest }) };
    }
  }
  return found;
}
