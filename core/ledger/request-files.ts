/**
 * What the ledger says of the files of requests: which ask for nothing any more, so that they may go, and which paths are
 * used up. A file is told by its path and its bytes; whose it was does not matter here, and nothing is removed here.
 */
import type { Change } from '../policy/evidence.ts';
import type { Instant } from '../time.ts';
import { isOver } from './live.ts';
import type { GrantState, LedgerState, RequestStatus } from './state.ts';

/**
 * The same changes, with what the ledger says of each request's file:
 *
 * | the pull request | the ledger | so it is |
 * |---|---|---|
 * | removes it | a request of this path was quarantined: a person is to find out first who put it there | `quarantined` |
 * | removes it | else every request of it is over, one of them with these bytes | `closed` |
 * | removes it | one of them is not over | `live` |
 * | removes it | knows no request with these bytes, or cannot be read | `unknown` |
 * | brings it | another pull request asked by this path | `used` |
 *
 * @param state `null`: the ledger could not be read
 * @param pullRequest whose changes they are: it does not use up its own path
 */
export function markRequestFiles(
  changes: readonly Change[],
  state: LedgerState | null,
  pullRequest: number,
): readonly Change[] {
  const asked: Asked = state === null ? new Map() : byPath(state);
  return changes.map((change) => {
    const before = asked.get(change.path) ?? [];
    const ledger = change.status === 'removed' ? standing(change, before, state) : usedBy(before, pullRequest);
    return ledger === null ? change : { ...change, ledger };
  });
}

type Standing = 'closed' | 'live' | 'quarantined' | 'unknown';

function standing({ blob }: Change, asked: readonly Request[], state: LedgerState | null): Standing {
  if (state === null || !asked.some(({ request }) => request.blob === blob)) return 'unknown';
  if (asked.some(({ status }) => status.is === 'quarantined')) return 'quarantined';
  return asked.every(({ status }) => closedSince(status, state) !== null) ? 'closed' : 'live';
}

function usedBy(asked: readonly Request[], pullRequest: number): 'used' | null {
  return asked.some(({ request }) => request.pullRequest !== pullRequest) ? 'used' : null;
}

type Request = LedgerState['requests'] extends ReadonlyMap<string, infer R> ? R : never;
type Asked = ReadonlyMap<string, readonly Request[]>;

/** Made once for many paths: a ledger knows tens of thousands of requests. */
function byPath(state: LedgerState): Asked {
  return Map.groupBy(state.requests.values(), ({ request }) => request.path);
}

/** When the last word on it was said; `null`: something is held, owed or in doubt. */
function closedSince(status: RequestStatus, state: LedgerState): Instant | null {
  if (status.is === 'deferred') return null;
  if (status.is !== 'authorised') return status.at;
  const grant = state.grants.get(status.grant);
  return grant !== undefined && isForgettable(grant) ? lastOf(grant) : null;
}

/** What an action did is for a person to find out, and break-glass that nobody reviewed is still owed its review. */
function isForgettable(grant: GrantState): boolean {
  return isOver(grant) && grant.status !== 'unknown' && (!grant.terms.breakGlass || grant.reviewed);
}

function lastOf({ authority, window, ended, holds }: GrantState): Instant {
  const removed = [...holds.values()].map(({ endedAt }) => endedAt);
  const known = [ended?.at ?? window?.expires ?? null, ...removed].filter((at) => at !== null);
  const [last = authority.mergedAt] = known.sort().toReversed();
  return last;
}

export interface ClosedFile {
  readonly path: string;
  readonly blob: string;
  readonly pullRequest: number;
  /** When the last word on it was said. */
  readonly since: Instant;
}

/**
 * The files that may be tidied away, the longest over first. Not those of quarantined requests: a person is to find out
 * first who put them there, and that alert lasts as long as the file.
 */
export function closedFiles(state: LedgerState): readonly ClosedFile[] {
  const found = [...byPath(state).values()].flatMap((asked) => {
    const files = asked.flatMap(({ request: { path, blob, pullRequest }, status }) => {
      const since = status.is === 'quarantined' ? null : closedSince(status, state);
      return since === null ? [] : [{ path, blob, pullRequest, since }];
    });
    return files.length === asked.length ? files : [];
  });
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ since, path, pullRequest }: ClosedFile): string {
  return `${since} ${path} ${pullRequest}`;
}
