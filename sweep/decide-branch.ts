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
import { type Closed, closedRequests } from './closed.ts';
import { findDeparted } from './departed.ts';
import { type Branch, readBranch } from './first-parent.ts';
import { foldIn } from './fold.ts';
import { type Accepted, type Governed, govern, undecidedKey } from './govern.ts';
import { findLocked } from './locks.ts';
import { ownership } from './owners.ts';
import type { LedgerView } from './read-ledger.ts';
import { returnsByComment, returnsOf, UntoldReturn } from './returns.ts';
import { overdueReviews, reviewsGiven } from './reviews.ts';
import { readRepository } from './setting.ts';
import type { Stop } from './stop.ts';
import { tightenedGrants } from './tightened.ts';
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
}

export const NOTHING_DECIDED: BranchDecided = {
  tip: null,
  bodies: [],
  governed: null,
  locks: new Set(),
  stops: [],
  situations: [],
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
  const home = genesis.repository;
  const end = branch.commits.findIndex(({ sha }) => sha === untold?.commit);
  const commits = end < 0 ? branch.commits : branch.commits.slice(0, end);
  const governed = await govern(world, { home, cursor, commits, accepted: known, now, state: view.state });
  const { accepted } = governed;
  const locked = await findLocked(world, { accepted: accepted.commit, tip: branch.tip, state: view.state, now });
  const departed = await findDeparted(world, { accepted: accepted.commit, state: view.state, now });
  const stops = [
    ...rewrittenStop(branch, cursor),
    ...governingStops(governed, view.state),
    ...untoldStops(untold),
    ...locked.stops,
    ...departed.stops,
  ];
  const decided = await decideCommits(world, { home, view, governed, now, stops: [...asked.stops, ...stops] });
  if ('untold' in decided) return decideUpTo(world, asked, branch, { cursor, known, untold: decided.untold });
  const { bodies } = decided;
  const last = governed.commits.at(-1)?.sha ?? cursor;
  const closed = await closedIn(world, asked, accepted.commit);
  bodies.push(...closed.bodies);
  if (last !== cursor || closed.isLong) {
    bodies.push({ type: 'read', commit: last, ...(closed.until !== null && { closed: closed.until }) });
  }
  for (const body of [...locked.bodies, ...departed.bodies]) if (!isEnded(bodies, body)) bodies.push(body);
  if (accepted.commit !== known.commit) {
    bodies.push(
      ...(await tightenedGrants(world, { accepted: accepted.commit, state: foldIn(view, bodies, now), now })),
    );
  }
  const tree = await readTree(world.github, world.repository, branch.tip, world.cache.git);
  const state = foldIn(view, bodies, now);
  const overdue = await overdueReviews(world, { state, accepted: accepted.commit, now });
  return {
    tip: branch.tip,
    bodies,
    governed: { accepted, home },
    locks: locked.grants,
    stops,
    situations: [...situationsInTree(state, tree), ...overdue],
  };
}

async function decideCommits(
  world: SweepWorld,
  asked: AuthoriseAsked,
): Promise<{ readonly bodies: Body[] } | { readonly untold: Untold }> {
  const { home, view, governed, now } = asked;
  const returnsIn = (bodies: readonly Body[]) => ({
    home,
    state: foldIn(view, bodies, now),
    accepted: governed.accepted.commit,
    now,
  });
  const bodies: Body[] = [...(await authoriseDeferred(world, asked))];
  for (const commit of governed.commits) {
    bodies.push(...governed.bodies.filter((body) => 'commit' in body && body.commit === commit.sha));
    try {
      bodies.push(...(await returnsOf(world, returnsIn(bodies), commit)));
    } catch (error) {
      if (!(error instanceof UntoldReturn)) throw error;
      // Given back is given back: the commit waits, for an hour. After that its missing file is the alarm.
      const untold = { commit: commit.sha, why: error.message };
      if (!isOverdue(view.state, untoldKey(untold), now)) return { untold };
    }
    bodies.push(...(await authoriseCommit(world, asked, commit, bodies)));
  }
  const isOwner = ownership(world, { accepted: governed.accepted.commit, now });
  bodies.push(...(await returnsByComment(world, returnsIn(bodies), isOwner)));
  bodies.push(...(await reviewsGiven(world, returnsIn(bodies), isOwner)));
  return { bodies };
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

function closedIn(world: SweepWorld, { view, genesis, now }: BranchAsked, accepted: string): Promise<Closed> {
  const since = view.entries[0]?.at ?? now;
  return closedRequests(world, { branch: genesis.repository.defaultBranch, state: view.state, accepted, since, now });
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
