/**
 * The review that a break-glass grant owes: an owner who had no part in it approves the merged pull request, at the head
 * that was merged, or comments `/gatepass reviewed`. Until then the next break-glass waits, and in time it is an alert
 * (threat 94).
 */
import type { Body, RecordedApproval } from '../core/ledger/entry.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import { exclusionsOf } from '../core/policy/exclusions.ts';
import { DAY, type Instant, plus } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { collectEvidence } from '../github/evidence.ts';
import { inBatches } from '../github/in-batches.ts';
import { readReviews } from '../github/reviews.ts';
import { type CommandComment, commandComments, unedited } from './command-comments.ts';
import { readCommit } from './first-parent.ts';
import type { IsOwner } from './owners.ts';
import { readSetting } from './setting.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

export interface ReviewsAsked {
  readonly state: LedgerState;
  /** Commit of the accepted governing tree. */
  readonly accepted: string;
  readonly now: Instant;
}

/** A review that was given; `comment`: by command, in a text that others could have changed. */
interface Given {
  readonly review: RecordedApproval;
  readonly comment: CommandComment | null;
}

/** The reviews that were given since. What cannot be read is not given yet. */
export async function reviewsGiven(world: SweepWorld, asked: ReviewsAsked, isOwner: IsOwner): Promise<readonly Body[]> {
  const found = await inBatches(owingReview(asked.state), async (grant) => {
    const given: readonly Given[] = [...(await approvals(world, grant)), ...(await comments(world, grant))];
    if (given.length === 0) return [];
    const hadPart = await whoHadPart(world, asked, grant);
    if (hadPart === null) return [];
    const fit: Given[] = [];
    for (const each of given) {
      const { id } = each.review.user;
      if (!hadPart.has(id) && (await isOwner(grant, id)) === 'yes') fit.push(each);
    }
    const genuine = await unedited(
      world,
      fit.flatMap(({ comment }) => comment ?? []),
    );
    const first = fit.find(({ comment }) => comment === null || genuine.has(comment.id));
    return first === undefined ? [] : [{ type: 'reviewed', grant: grant.terms.id, review: first.review } as const];
  });
  return found.flat();
}

/** Break-glass that happened, or still may, without its review. */
function owingReview(state: LedgerState): readonly GrantState[] {
  return [...state.grants.values()].filter(
    ({ terms, reviewed, status }) => terms.breakGlass && !reviewed && status !== 'lapsed' && status !== 'failed',
  );
}

/**
 * By id: who asked, receives, wrote, committed or is known to have pushed, as for any approval. `null`: it cannot be told
 * now. Pushers that GitHub does not know any more bar nobody, or what is long merged could never be reviewed.
 */
async function whoHadPart(
  world: SweepWorld,
  asked: ReviewsAsked,
  grant: GrantState,
): Promise<ReadonlySet<number> | null> {
  const { authority, request, terms } = grant;
  try {
    const [parent] = (await readCommit(world, authority.commit)).parents;
    if (parent === undefined) return null;
    const evidence = await collectEvidence(world.github, {
      repository: world.repository,
      pullRequest: request.pullRequest,
      at: { mergeCommit: authority.commit, parent },
      governing: asked.accepted,
      now: asked.now,
      grants: [],
      signals: {},
      cache: world.cache.git,
    });
    const { barred } = exclusionsOf(evidence, terms.subject.id, []);
    return new Set([...barred.keys(), authority.opener.id]);
  } catch (error) {
    if (error instanceof GitHubError) return null;
    throw error;
  }
}

/** Each person's last verdict after the merge, where it approves. */
async function approvals(world: SweepWorld, grant: GrantState): Promise<readonly Given[]> {
  const { head, mergedAt } = grant.authority;
  const reviews = await readReviews(world.github, world.repository, grant.request.pullRequest).catch(nothing);
  const decisive = reviews.filter(({ state, submittedAt }) => {
    const isVerdict = state === 'APPROVED' || state === 'CHANGES_REQUESTED' || state === 'DISMISSED';
    return isVerdict && submittedAt !== null && submittedAt > mergedAt;
  });
  const last = new Map(decisive.sort((a, b) => a.id - b.id).map((review) => [review.user.id, review]));
  return [...last.values()].flatMap(({ id, user, state, commitId, submittedAt }) =>
    state === 'APPROVED' && commitId === head && user.type === 'User' && submittedAt !== null
      ? [{ review: recorded(id, user, submittedAt), comment: null }]
      : [],
  );
}

async function comments(world: SweepWorld, grant: GrantState): Promise<readonly Given[]> {
  const said = await commandComments(world, grant, 'reviewed');
  return said.map((comment) => ({ review: recorded(comment.id, comment.by, comment.at), comment }));
}

/** `review`: the review's id, or the comment's. */
function recorded(
  review: number,
  { id, login }: { readonly id: number; readonly login: string },
  submittedAt: Instant,
): RecordedApproval {
  return { review, user: { id, login }, fills: 'break-glass review', submittedAt, onBehalfOf: null };
}

function nothing(error: unknown): [] {
  if (error instanceof GitHubError) return [];
  throw error;
}

/** Where the policies no longer say when a review is due. */
const WITHIN = DAY;

/** Reviews that are owed for longer than the organisation allows. */
export async function overdueReviews(world: SweepWorld, asked: ReviewsAsked): Promise<readonly Stop[]> {
  const owing = owingReview(asked.state);
  if (owing.length === 0) return [];
  const { accepted, now } = asked;
  const setting = await readSetting(world, { accepted, instead: [], needsPeople: () => false, now }).catch(nothing);
  const within = 'governance' in setting ? setting.governance.organization.breakGlass?.reviewWithin : undefined;
  return owing.flatMap(({ terms, authority, window, request }) => {
    const due = plus(window?.starts ?? authority.mergedAt, within ?? WITHIN);
    if (now < due) return [];
    return [
      {
        key: `review-overdue:${terms.id}`,
        severity: 'warning' as const,
        message: `break-glass ${terms.entitlement} of ${terms.resource} by ${terms.subject.name} was to be reviewed by ${due}`,
        next: `an owner approves #${request.pullRequest}, or comments \`/gatepass reviewed\` there; until then ${terms.subject.name} has no other break-glass`,
      },
    ];
  });
}
