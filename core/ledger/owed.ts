/**
 * Whether a sweep is owed, from when on, and whether sweeps have fallen silent. What counts is what the ledger shows as
 * done and what sweeps signed, never what a run says of itself: runs are cancelled, dropped and disabled without a word.
 */
import { type Instant, MINUTE, type Milliseconds, plus } from '../time.ts';
import { SILENT_AFTER } from './heartbeat.ts';
import { duesIn, isOver, leasesIn, MAIN_ZONE, zonesOf } from './live.ts';
import { later } from './retry.ts';
import type { LedgerState } from './state.ts';

/** What is known of the sweeps. */
export interface Pulse {
  readonly state: LedgerState;
  /** When each zone's sweep was last heard, by zone: proven heartbeats alone. */
  readonly beats: ReadonlyMap<string, Instant>;
  /** Of the ledger's first and last entry. */
  readonly startedAt: Instant;
  readonly writtenAt: Instant;
  /** Something merged that no sweep has read: since when it was noticed, and when a run of its own should have been there. */
  readonly unread: { readonly since: Instant; readonly expected: Instant } | null;
}

export interface Owed {
  /** From then on. */
  readonly from: Instant;
  readonly zone: string;
  /** For people: lower case, no full stop. */
  readonly why: string;
}

export interface Silence {
  readonly zone: string;
  /** When its sweep was last heard. */
  readonly since: Instant;
  readonly why: string;
}

/** Sooner than silence: a schedule that stopped is made good before anybody has to wait for it. */
const NUDGE_AFTER: Milliseconds = 45 * MINUTE;

/** An action that runs is looked at so often, at least. */
const FOLLOW_AFTER: Milliseconds = 2 * MINUTE;

/** How long a sweep that is owed may take to be heard. The schedule alone would bring one in a quarter of an hour. */
const LATE_AFTER: Milliseconds = 5 * MINUTE;
const LOST_AFTER: Milliseconds = 20 * MINUTE;

/** All that a sweep has to do, past and future, earliest first. `unread` comes when its own run should have come. */
export function owedOf(pulse: Pulse, now: Instant): readonly Owed[] {
  const heard = heardIn(pulse);
  return inOrder([...owedIn(pulse, now, heard), ...followsIn(pulse, heard)]);
}

/** What runs tells nobody when it ends: a sweep has to look. Looking leaves no trace, so nobody is late by it. */
function followsIn({ state }: Pulse, heard: Heard): readonly Owed[] {
  const isRunning = [...state.grants.values()].some(({ status }) => status === 'running');
  if (!isRunning) return [];
  return [{ from: plus(heard(MAIN_ZONE), FOLLOW_AFTER), zone: MAIN_ZONE, why: 'an action is running' }];
}

/** What a sweep should have looked at minutes ago; `null`: nothing. A removal that fails was looked at: it has its own alert. */
export function lateIn(pulse: Pulse, now: Instant): Owed | null {
  return unheard(pulse, zonesIn(pulse.state), now, LATE_AFTER);
}

/** Why a grant in these zones would not begin, or would not be taken back; `null`: their sweeps are heard. */
export function silenceIn(pulse: Pulse, zones: readonly string[], now: Instant): Silence | null {
  const heard = heardIn(pulse);
  const asked = [...new Set([MAIN_ZONE, ...zones])].sort();
  for (const zone of asked) {
    const since = heard(zone);
    if (plus(since, SILENT_AFTER) <= now) return { zone, since, why: silentWords(zone, since) };
  }
  const lost = unheard(pulse, asked, now, LOST_AFTER);
  if (lost === null) return null;
  const since = heard(lost.zone);
  return { zone: lost.zone, since, why: `${lost.why}, and ${silentWords(lost.zone, since)}` };
}

/** Zones that hold something, or are about to: their silence needs a person even when nobody asks. */
export function zonesIn(state: LedgerState): readonly string[] {
  const held = [...state.grants.values()].filter((grant) => !isOver(grant)).flatMap(zonesOf);
  return [...new Set([MAIN_ZONE, ...held])].sort();
}

/** When the sweep of a zone was last heard. */
type Heard = (zone: string) => Instant;

/** Entries do not say which zone's sweep wrote them, so they tell of its life only where there is one zone. */
export function heardIn({ beats, startedAt, writtenAt, state }: Pulse): Heard {
  const isOnly = new Set([...zonesIn(state), ...beats.keys()]).size === 1;
  return (zone) => later(isOnly ? writtenAt : startedAt, beats.get(zone) ?? null);
}

function owedIn(pulse: Pulse, now: Instant, heard: Heard): readonly Owed[] {
  const { state, unread } = pulse;
  const leases = leasesIn(state).filter(({ at, zone }) => heard(zone) <= at);
  const owed = [...duesIn(state, now), ...leases].map(
    ({ at, zone }): Owed => ({ from: at, zone, why: `something was due at ${at}` }),
  );
  if (unread !== null)
    owed.push({ from: unread.expected, zone: MAIN_ZONE, why: `a merge of ${unread.since} is not read` });
  for (const zone of zonesIn(state)) {
    const last = heard(zone);
    owed.push({ from: plus(last, NUDGE_AFTER), zone, why: silentWords(zone, last) });
  }
  return inOrder(owed);
}

function inOrder(owed: readonly Owed[]): readonly Owed[] {
  return owed.toSorted((a, b) => Number(a.from > b.from) - Number(a.from < b.from));
}

function unheard(pulse: Pulse, zones: readonly string[], now: Instant, after: Milliseconds): Owed | null {
  const heard = heardIn(pulse);
  const isLate = ({ from, zone }: Owed) => zones.includes(zone) && heard(zone) < from && plus(from, after) <= now;
  return owedIn(pulse, now, heard).find(isLate) ?? null;
}

function silentWords(zone: string, since: Instant): string {
  return `no sweep of zone ${zone} was heard since ${since}`;
}
