/**
 * The same comment after the merge: what the ledger says has happened, oldest first, and what comes next. It reads
 * entries only; what no entry says is not told.
 */
import type { Body, Entry, GrantTerms } from '../ledger/entry.ts';
import { endingOf, endingText } from '../policy/ending.ts';
import { formatDuration, type Instant } from '../time.ts';
import { entryText } from './entry-text.ts';
import { fitBytes, prose } from './escape.ts';
import { heading, STICKY_MARKER } from './sticky-comment.ts';
import { clock } from './verdict.ts';

interface Line {
  readonly at: Instant;
  readonly text: string;
}

/** The address of a prefilled request whose window begins where this grant's ends. */
export type Extend = (grant: GrantTerms, expires: Instant) => string;

/** Where the life of a grant stands: the headline of the comment. */
interface State {
  readonly sign: string;
  readonly title: string;
  readonly next: string;
  /** The end of the window, once the first intent has fixed it. */
  readonly expires: Instant | null;
  readonly grant: GrantTerms | null;
  /** Who ends it, and what of sessions. */
  readonly ends: string;
  /** Keys of the slots that were to be filled, and of those that are. */
  readonly asked: readonly string[];
  readonly filled: readonly string[];
}

const MERGED: State = {
  sign: '🔵',
  expires: null,
  grant: null,
  ends: '',
  asked: [],
  filled: [],
  title: 'Merged, waiting to be applied',
  next: 'The sweep decides again and applies it, usually within a minute.',
};

/**
 * @param entries the ledger's entries, in order; those of other pull requests are ignored
 * @param extend where to open a prefilled request that joins on to the grant's end; `null`: not offered
 */
export function timelineComment(pullRequest: number, entries: readonly Entry[], extend: Extend | null): string {
  const told = entriesOf(pullRequest, entries);
  const state = told.reduce(stateAfter, MERGED);
  const lines = told.flatMap(lineOf).map(({ at, text }) => `- ${clock(at)} · ${text}`);
  const parts = [heading(state.sign, state.title), lines.join('\n'), state.next, offer(state, extend)];
  return fitBytes([STICKY_MARKER, ...parts.filter((part) => part !== '')].join('\n\n'), 65_000);
}

/** Entries that name the pull request itself, and those of the grants it brought. */
function entriesOf(pullRequest: number, entries: readonly Entry[]): readonly Entry[] {
  const grants = new Set<string>();
  return entries.filter((entry) => {
    const isNamed = namedIn(entry).includes(pullRequest);
    if (isNamed && entry.type === 'authorised') grants.add(entry.grant.id);
    return isNamed || grants.has(grantOf(entry));
  });
}

/** The pull requests that new entries speak of, ascending: whose comments are out of date. */
export function pullRequestsIn(entries: readonly Entry[], newerThan: number): readonly number[] {
  const pulls = new Map<string, number>();
  const found = new Set<number>();
  for (const entry of entries) {
    if (entry.type === 'authorised') pulls.set(entry.grant.id, entry.request.pullRequest);
    if (entry.seq <= newerThan) continue;
    for (const named of namedIn(entry)) found.add(named);
    const brought = pulls.get(grantOf(entry));
    if (brought !== undefined) found.add(brought);
  }
  return [...found].sort((a, b) => a - b);
}

/** Which pull requests an entry names: what was asked there, what it changed in the policies, what it gave back. */
function namedIn(entry: Entry): readonly number[] {
  if ('request' in entry) return [entry.request.pullRequest];
  if (entry.type === 'returned') return 'pullRequest' in entry.via ? [entry.via.pullRequest] : [];
  const isGoverning = entry.type === 'governing-accepted' || entry.type === 'governing-refused';
  return isGoverning && entry.pullRequest !== null ? [entry.pullRequest] : [];
}

/** The id of the grant that an entry is about; empty where it is about none. */
function grantOf(entry: Entry): string {
  return 'grant' in entry && typeof entry.grant === 'string' ? entry.grant : '';
}

function lineOf(entry: Entry): readonly Line[] {
  const text = entryText(entry);
  return text === null ? [] : [{ at: entry.at, text }];
}

function stateAfter(state: State, entry: Body): State {
  switch (entry.type) {
    case 'authorised':
      return { ...MERGED, title: 'Approved, about to be applied', grant: entry.grant, ends: endingsOf(entry.grant) };
    case 'refused':
    case 'quarantined':
    case 'lapsed':
      return { ...state, sign: '🔴', title: `Nothing was granted: ${entry.type}`, next: prose(entry.next) };
    case 'deferred':
      return { ...state, sign: '⚪', title: 'Not decided yet', next: `It is tried again until ${clock(entry.until)}.` };
    case 'intent':
      return afterIntent(state, entry);
    case 'outcome':
      return afterOutcome(state, entry);
    case 'action-outcome':
      return { ...state, ...RUNS[entry.state] };
    case 'governing-accepted':
      return { ...state, sign: '🟢', title: 'Accepted, it governs', next: '' };
    case 'governing-refused':
      return { ...state, sign: '🔴', title: 'Not accepted, it does not govern', next: NOT_ACCEPTED };
    case 'returned':
      return { ...state, title: 'Given back, about to be removed' };
    case 'locked':
      return { ...state, sign: '🔴', title: 'Locked, about to be removed' };
    case 'left':
      return { ...state, sign: '🔴', title: 'Its subject has gone, about to be removed' };
    case 'tightened':
      return entry.is === 'shrunk'
        ? { ...state, expires: entry.expires, title: `Shortened, until ${clock(entry.expires)}` }
        : state;
    case 'closed':
      return { ...state, ...CLOSED[entry.is] };
    default:
      return state;
  }
}

const CLOSED = {
  withdrawn: { sign: '⚫', title: 'Withdrawn', next: 'Nothing was granted. A new pull request asks anew.' },
  denied: { sign: '🔴', title: 'Denied', next: 'Nothing was granted. A new pull request asks anew.' },
  lapsed: {
    sign: '⚫',
    title: 'Lapsed',
    next: 'Nobody decided in time, and nothing was granted. A new pull request asks anew.',
  },
} as const;

const NOT_ACCEPTED = 'Grants stop until the policies are accepted again: ask their owners.';

function afterIntent(state: State, entry: Extract<Body, { type: 'intent' }>): State {
  if (entry.effect !== 'ensure') return { ...state, title: 'Being removed' };
  const asked = [...new Set([...state.asked, entry.slot.key])];
  return { ...state, asked, expires: entry.expires, title: `Being applied, until ${clock(entry.expires)}`, next: '' };
}

/** A grant may fill several slots: it is granted with the last of them and ended when none is left. */
function afterOutcome(state: State, entry: Extract<Body, { type: 'outcome' }>): State {
  const isGrant = entry.effect === 'ensure';
  if (entry.result === 'pending') return state;
  if (entry.result !== 'done') return { ...state, sign: '🔴', ...unsettled(isGrant, entry.result) };
  const others = state.filled.filter((slot) => slot !== entry.slot);
  if (isGrant) return afterFilling({ ...state, filled: [...others, entry.slot] });
  return others.length > 0
    ? { ...state, filled: others }
    : { ...state, filled: others, sign: '⚫', title: 'Ended, removed', next: '' };
}

function unsettled(isGrant: boolean, result: 'failed' | 'refused'): Pick<State, 'title' | 'next'> {
  if (!isGrant) return { title: 'Removing failed', next: 'It is tried again until it is gone.' };
  return result === 'failed'
    ? { title: 'Granting failed', next: 'It is tried again while its window lasts.' }
    : { title: 'Refused by the target', next: 'Ask whoever runs it, then ask anew.' };
}

function afterFilling(state: State): State {
  const isWhole = state.asked.every((slot) => state.filled.includes(slot));
  const until = state.expires === null ? '' : `, until ${clock(state.expires)}`;
  return isWhole ? { ...state, sign: '🟢', title: `Granted${until}`, next: state.ends } : state;
}

/** `Ended by the sweep; no session outlives it.`: each way once. */
function endingsOf({ bindings }: GrantTerms): string {
  const ways = bindings.map(({ provider, with: config }) => endingText(endingOf(provider, config)));
  return [...new Set(ways)].map((way) => `Ended ${way}.`).join(' ');
}

const RUNS = {
  running: { sign: '🔵', title: 'Running', next: '' },
  done: { sign: '🟢', title: 'Done, it ran once', next: '' },
  failed: { sign: '🔴', title: 'It ran and failed', next: 'It is not started again: ask anew when the cause is gone.' },
  unknown: { sign: '⚪', title: 'Started, its end is unknown', next: 'Look at the run before asking anew.' },
} as const;

/** While it is held: give it back, or ask for the time after. */
function offer({ grant, expires, filled }: State, extend: Extend | null): string {
  if (grant === null || expires === null || filled.length === 0) return '';
  const back = 'Done early? Comment `/gatepass return`.';
  if (extend === null) return back;
  const more = `[Ask for ${formatDuration(grant.length)} more](${extend(grant, expires)})`;
  return `${back} Need longer? ${more}: a new request, approved anew.`;
}
