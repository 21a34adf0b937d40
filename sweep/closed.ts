/**
 * Requests that were closed without a merge, so that the ledger has every decision. It grants and ends nothing, and runs
 * when all removals were sent and written down: whoever opens and closes a thousand pull requests makes nobody wait.
 */
import type { Body } from '../core/ledger/entry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { HOUR, type Instant, plus } from '../core/time.ts';
import { call, type GitHub, GitHubError, nextPlace } from '../github/client.ts';
import { accountOrNull, type Fields, fields, instant, integer, list, text } from '../github/read.ts';
import { append } from './append.ts';
import { type ClosedPull, readClosed } from './closed-request.ts';
import { failureOf } from './failure.ts';
import type { LedgerView } from './read-ledger.ts';
import type { Stop } from './stop.ts';
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
  /** Everything up to there was looked at; `null`: nobody can tell. */
  readonly until: Place | null;
  /** So much was looked at for nothing that it pays to write down how far. */
  readonly isLong: boolean;
}

/** An instant, and of those that were closed at it the last number: GitHub counts in seconds, and many fit into one. */
export interface Place {
  readonly at: Instant;
  readonly pull: number;
}

/** What was written beside, which is nothing that anything waits for. */
export interface Recorded {
  readonly view: LedgerView;
  readonly bodies: readonly Body[];
  readonly problems: readonly Stop[];
}

/** Writes a commit of its own where there is something to say. `hasRead`: the sweep wrote how far it read the branch. Never throws. */
export async function recordClosed(
  world: SweepWorld,
  view: LedgerView,
  { now, hasRead }: { readonly now: Instant; readonly hasRead: boolean },
): Promise<Recorded> {
  const { state } = view;
  const { genesis } = state;
  const nothing = { view, bodies: [], problems: [] };
  if (genesis === null || view.tip === null) return nothing;
  const branch = genesis.repository.defaultBranch;
  const accepted = (state.governing ?? genesis.root).commit;
  const asked = { branch, state, accepted, since: view.entries[0]?.at ?? now, now };
  try {
    const found = await closedRequests(world, asked);
    const bodies = [...found.bodies, ...moved(asked, found, state.read ?? genesis.root.commit, hasRead)];
    const written = await append(world, view, bodies, now > view.tip.at ? now : view.tip.at);
    return written === 'lost' ? nothing : { view: written, bodies, problems: [] };
  } catch (error) {
    return error instanceof GitHubError ? nothing : { ...nothing, problems: [unrecorded(error)] };
  }
}

/** How far it was read is written where that saves something, and else once an hour at most, by a sweep that read the branch on. */
function moved(
  asked: ClosedAsked,
  { bodies, until, isLong }: Closed,
  commit: string,
  hasRead: boolean,
): readonly Body[] {
  const from = startOf(asked);
  if (until === null || !isAfter(until, from)) return [];
  const isDue = isLong || ((hasRead || bodies.length > 0) && until.at >= plus(from.at, HOUR));
  return isDue ? [{ type: 'read', commit, closed: until.at, ...(until.pull > 0 && { closedPull: until.pull }) }] : [];
}

function unrecorded(error: unknown): Stop {
  const message = `requests that were closed without a merge could not be recorded: ${failureOf(error)}`;
  const next = 'report it with the log of this run; grants and removals go on';
  return { key: 'sweep-failed', severity: 'critical', message, next };
}

function startOf({ state, since }: ClosedAsked): Place {
  return { at: state.closedUntil ?? since, pull: state.closedPull };
}

/** GitHub's lists lag behind a little, and what GitHub does not give is asked for again for so long. */
const MARGIN = HOUR;

/** Of one sweep: the next one begins when it is over. The last to be begun may take `MOST_CALLS_EACH` more. */
const MOST_SEEN = 50;
const MOST_CALLS = 150;
const MOST_CALLS_EACH = 50;
/** So many that GitHub does not give, and it is GitHub. */
const MOST_UNREAD = 3;

/** From so many on it pays not to look at them again. */
const LONG = 10;

export async function closedRequests(world: SweepWorld, asked: ClosedAsked): Promise<Closed> {
  const { state, since, now } = asked;
  const bodies: Body[] = [];
  const recent = plus(now, -MARGIN);
  const budget = budgeted(world.github);
  try {
    const from = startOf(asked);
    const pulls = await closedSince(world, asked.branch, from);
    const unknown = pulls.filter(({ number, closedAt }) => state.closed.get(number)?.closedAt !== closedAt);
    let seen = from;
    // Before the first that is still worth another try.
    let kept: Place | null = null;
    let unread = 0;
    for (const [index, pull] of unknown.entries()) {
      if (index >= MOST_SEEN || budget.made() >= MOST_CALLS || unread >= MOST_UNREAD)
        return { bodies, until: kept ?? seen, isLong: true };
      const isLastTry = pull.closedAt < recent;
      try {
        const found = await readClosed({ ...world, github: budget.of(MOST_CALLS_EACH) }, { ...asked, isLastTry }, pull);
        if (found !== null) bodies.push({ type: 'closed', ...found });
      } catch (error) {
        // One that GitHub never gives hides no other: it is passed over, and given up after an hour.
        if (!(error instanceof GitHubError) || error.code === 'rate-limited') throw error;
        unread += 1;
        if (!isLastTry) kept ??= seen;
      }
      seen = placeOf(pull);
    }
    const isLong = unknown.filter(({ closedAt }) => closedAt < recent).length >= LONG;
    return { bodies, until: { at: [recent, since].sort().at(-1) ?? recent, pull: 0 }, isLong };
  } catch (error) {
    if (error instanceof GitHubError) return { bodies, until: null, isLong: false };
    throw error;
  }
}

interface Budget {
  readonly made: () => number;
  /** The same GitHub, for so many calls more. */
  readonly of: (most: number) => GitHub;
}

/** Who writes a thousand reviews under what they close pays for it alone: what is beyond is not read. */
function budgeted(github: GitHub): Budget {
  let made = 0;
  return {
    made: () => made,
    of: (most) => {
      const until = made + most;
      return {
        request: async (route, parameters) => {
          if (made >= until) throw new GitHubError('truncated', `more than ${most} calls for one closed pull request`);
          made += 1;
          return github.request(route, parameters);
        },
      };
    },
  };
}

function placeOf({ closedAt, number }: ClosedPull): Place {
  return { at: closedAt, pull: number };
}

function isAfter(one: Place, other: Place): boolean {
  return one.at === other.at ? one.pull > other.pull : one.at > other.at;
}

/** So many pages of a hundred: more than were touched between two sweeps that had something to write. */
const PAGES = 20;

/** Without a merge, the first to be closed first. */
async function closedSince(world: SweepWorld, branch: string, from: Place): Promise<readonly ClosedPull[]> {
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
    const isDone = items.some((item) => instant(item['updated_at'], 'pull request updated_at') < from.at);
    place = isDone ? null : nextPlace(response);
  }
  return found
    .filter((pull) => isAfter(placeOf(pull), from))
    .sort((a, b) => (isAfter(placeOf(a), placeOf(b)) ? 1 : -1));
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
