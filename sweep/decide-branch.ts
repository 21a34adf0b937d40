/**
 * What the default branch says since it was read last: which governing tree is in force, what is asked, what is given
 * back, what is locked. Commits are taken in first-parent order, each seeing what those before it led to.
 */
import type { Body } from '../core/ledger/entry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import { readTree } from '../github/tree.ts';
import { isOverdue, situationsInTree } from './alerts.ts';
import { type AuthoriseAsked, authoriseCommit, authoriseDeferred } from './authorise.ts';
import { findDeparted } from './departed.ts';
import { bounded, failureOf } from './failure.ts';
import { type Branch, readBranch } from './first-parent.ts';
import { foldIn } from './fold.ts';
import { type Accepted, type Governed, govern, undecidedKey } from './govern.ts';
import { findLocked } from './locks.ts';
import { ownership } from './owners.ts';
import type { LedgerView } from './read-ledger.ts';
import { type ReturnsAsked, returnsByComment, returnsOf, UntoldReturn } from './returns.ts';
import { overdueReviews, reviewsGiven } from './reviews.ts';
import { readRepository } from './setting.ts';
import type { Stop } from './stop.ts';
import { tightenedGrants } from './tightened.ts';
import { undecided } from './undecided.ts';
import type { SweepWorld } from './world.ts';

export interface BranchAsked {
  readonly view: LedgerView;
  readonly genesis: NonNullable<LedgerState['genesis']>;
  readonly now: Instant;
  /** Why no grant may begin, as known so far. */
  readonly stops: readonly Stop[];
}

export interface BranchDecided {
  readonly tip: string | null;
  readonly bodies: readonly Body[];
  readonly governed: {
    readonly accepted: Accepted;
    readonly home: { readonly id: number; readonly defaultBranch: string };
  } | null;
  /** Ids of the grants that a lock in force matches. */
  readonly locks: ReadonlySet<string>;
  /** Further reasons why no grant may begin. */
  readonly stops: readonly Stop[];
  /** What else needs a person. */
  readonly situations: readonly Stop[];
  /** Everything was read: what is not said here any more is over. */
  readonly isWhole: boolean;
}

export const NOTHING_DECIDED: BranchDecided = {
  tip: null,
  bodies: [],
  governed: null,
  locks: new Set(),
  stops: [],
  situations: [],
  isWhole: false,
};

/** Throws `GitHubError` when the branch cannot be read at all. */
export async function decideBranch(world: SweepWorld, asked: BranchAsked): Promise<BranchDecided> {
  const { view, genesis } = asked;
  const home = genesis.repository;
  const wrong = await wrongRepository(world, home);
  const cursor = view.state.read ?? genesis.root.commit;
  const known = view.state.governing ?? genesis.root;
  if (wrong !== null) return { ...NOTHING_DECIDED, stops: [wrong] };
  const branch = await readBranch(world, home.defaultBranch, cursor);
  return decideUpTo(world, asked, branch, { cursor, known, untold: null });
}

interface Reading {
  readonly cursor: string;
  readonly known: Accepted;
  /** The commit that is left for the next sweep, with all after it. */
  readonly untold: Untold | null;
}

interface Untold {
  readonly commit: string;
  readonly why: string;
}

async function decideUpTo(
  world: SweepWorld,
  asked: BranchAsked,
  branch: Branch,
  { cursor, known, untold }: Reading,
): Promise<BranchDecided> {
  const { view, genesis, now } = asked;
  const { state } = view;
  const home = genesis.repository;
  const end = branch.commits.findIndex(({ sha }) => sha === untold?.commit);
  const commits = end < 0 ? branch.commits : branch.commits.slice(0, end);
  const failures: Stop[] = [];
  const governed = await govern(world, { home, cursor, commits, accepted: known, now, state }).catch(
    (error: unknown) => {
      failures.push(undecided(error));
      return stillGoverned(known);
    },
  );
  const { accepted } = governed;
  const locked = await findLocked(world, { accepted: accepted.commit, tip: branch.tip, state, now });
  const departed = await findDeparted(world, { accepted: accepted.commit, state, now });
  const stops = [
    ...rewrittenStop(branch, cursor),
    ...governingStops(governed, state),
    ...untoldStops(untold),
    ...locked.stops,
    ...departed.stops,
  ];
  const judged = { home, view, governed, tip: branch.tip, now, stops: [...asked.stops, ...stops, ...failures] };
  const bodies: Body[] = [];
  try {
    const next = await decideCommits(world, judged, bodies);
    if (next !== null) return await decideUpTo(world, asked, branch, { cursor, known, untold: next });
  } catch (error) {
    failures.push(undecided(error));
  }
  try {
    bodies.push(...(await wordsGiven(world, judged, bodies)));
  } catch (error) {
    // INVARIANT: what anybody can write keeps no lock from working.
    failures.push(undecided(error));
  }
  const last = governed.commits.at(-1)?.sha ?? cursor;
  if (last !== cursor) bodies.push({ type: 'read', commit: last });
  for (const body of [...locked.bodies, ...departed.bodies]) if (!isEnded(bodies, body)) bodies.push(body);
  const isRead = failures.length === 0;
  if (isRead && accepted.commit !== known.commit) {
    const tightened = await tightenedOrStop(world, accepted.commit, foldIn(view, bodies, now), now);
    if ('key' in tightened) failures.push(tightened);
    else bodies.push(...tightened.bodies);
  }
  const taken = failures.length === 0 ? bodies : bodies.filter((body) => isEndOfKnown(body, state));
  const after = foldIn(view, taken, now);
  const tree = await readTree(world.github, world.repository, branch.tip, world.cache.git).catch(() => null);
  const overdue = await overdueReviews(world, { state: after, accepted: accepted.commit, now });
  return {
    tip: branch.tip,
    bodies: taken,
    governed: { accepted, home },
    locks: locked.grants,
    stops: [...stops, ...failures],
    situations: [...(tree === null ? [] : situationsInTree(after, tree, now)), ...overdue],
    isWhole: isRead && tree !== null,
  };
}

/** Fills `bodies` as it goes, so that what was decided before something failed is not lost. */
async function decideCommits(world: SweepWorld, asked: AuthoriseAsked, bodies: Body[]): Promise<Untold | null> {
  const { view, governed, now } = asked;
  bodies.push(...(await authoriseDeferred(world, asked)));
  for (const commit of governed.commits) {
    bodies.push(...governed.bodies.filter((body) => 'commit' in body && body.commit === commit.sha));
    try {
      bodies.push(...(await returnsOf(world, returnsIn(asked, bodies), commit)));
    } catch (error) {
      if (!(error instanceof UntoldReturn)) throw error;
      // Given back is given back: the commit waits, for an hour. After that its missing file is the alarm.
      const untold = { commit: commit.sha, why: error.message };
      if (!isOverdue(view.state, untoldKey(untold), now)) return untold;
    }
    bodies.push(...(await authoriseCommit(world, asked, commit, bodies)));
  }
  return null;
}

/** What people say in comments and reviews, whatever became of the commits. */
async function wordsGiven(world: SweepWorld, asked: AuthoriseAsked, before: readonly Body[]): Promise<readonly Body[]> {
  const isOwner = ownership(world, { accepted: asked.governed.accepted.commit, now: asked.now });
  const returns = await returnsByComment(world, returnsIn(asked, before), isOwner);
  const reviews = await reviewsGiven(world, returnsIn(asked, [...before, ...returns]), isOwner);
  return [...returns, ...reviews];
}

function returnsIn({ home, view, governed, now }: AuthoriseAsked, bodies: readonly Body[]): ReturnsAsked {
  return { home, state: foldIn(view, bodies, now), accepted: governed.accepted.commit, now };
}

/** As if nothing had been pushed since: what cannot be judged changes nothing yet. */
function stillGoverned(accepted: Accepted): Governed {
  return { bodies: [], accepted, isClean: true, inForce: new Map(), commits: [], fault: null };
}

/** Shortening is owed, so the change is not accepted before it is known; it is asked again by the next sweep. */
async function tightenedOrStop(
  world: SweepWorld,
  accepted: string,
  state: LedgerState,
  now: Instant,
): Promise<{ readonly bodies: readonly Body[] } | Stop> {
  try {
    return { bodies: await tightenedGrants(world, { accepted, state, now }) };
  } catch (error) {
    const message = `what the policy change ${accepted} means for the grants that are held could not be told yet: ${failureOf(error)}`;
    const next = 'the next sweep tries again, and accepts the change then; grants wait, returns and locks work';
    return { key: 'tightening-undecided', severity: 'warning', message: bounded(message), next };
  }
}

/** All that is taken while something could not be read: it stands by itself, whatever the next sweep reads. */
function isEndOfKnown(body: Body, state: LedgerState): boolean {
  const isEnd = body.type === 'returned' || body.type === 'locked' || body.type === 'left';
  return isEnd && state.grants.has(body.grant);
}

function untoldKey({ commit }: Untold): string {
  return `return-undecided:${commit}`;
}

function untoldStops(untold: Untold | null): readonly Stop[] {
  if (untold === null) return [];
  const message = `whether ${untold.commit} gives a grant back could not be told yet: ${untold.why}`;
  const next = 'the next sweep tries again, for an hour; to end the grant now, comment `/gatepass return`; grants wait';
  return [{ key: untoldKey(untold), severity: 'warning', message, next }];
}

/** The first end of a grant is its end. */
function isEnded(bodies: readonly Body[], end: Body): boolean {
  const grant = 'grant' in end ? end.grant : null;
  return bodies.some((body) => (body.type === 'returned' || body.type === 'locked') && body.grant === grant);
}

async function wrongRepository(
  world: SweepWorld,
  home: { readonly id: number; readonly defaultBranch: string },
): Promise<Stop | null> {
  const repository = await readRepository(world);
  const expected = `repository ${home.id}, branch ${home.defaultBranch}`;
  const found = `repository ${repository.id}, branch ${repository.defaultBranch}`;
  if (expected === found) return null;
  const message = `the ledger was started for ${expected}; this is ${found}`;
  const next = 'point the sweep at the repository of this ledger, or start a new ledger for this one';
  return { key: 'wrong-repository', severity: 'critical', message, next };
}

function rewrittenStop(branch: Branch, cursor: string): readonly Stop[] {
  if (!branch.isRewritten) return [];
  const message = `the default branch no longer contains ${cursor} in its own line: its history was rewritten`;
  const next = `find out who forced it, and restore a branch that contains ${cursor}`;
  return [{ key: 'history-rewritten', severity: 'critical', message, next }];
}

function governingStops(governed: Governed, state: LedgerState): readonly Stop[] {
  if (governed.fault !== null) {
    const message = `a policy change could not be judged yet: ${governed.fault.why}`;
    const next = 'the next sweep tries again, for an hour; grants wait';
    return [{ key: undecidedKey(governed.fault.commit), severity: 'warning', message, next }];
  }
  if (governed.isClean) return [];
  const refused = governed.bodies.findLast((body) => body.type === 'governing-refused') ?? state.diverged;
  const why = refused === null ? 'they differ from the accepted ones' : refused.why;
  const message = `the governing files on the default branch are not accepted (${refused?.commit ?? 'unknown'}): ${why}`;
  const next = 'restore them as they were, then change them by a policy pull request; until then nothing is granted';
  return [{ key: 'governing-refused', severity: 'critical', message, next }];
}
