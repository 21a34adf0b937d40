/** What the app's clock remembers between two looks. */
import type { Pulse, Silence } from '../core/ledger/owed.ts';
import type { Instant } from '../core/time.ts';

/** The last run that this gate started, or found on its way. */
export interface Sent {
  readonly at: Instant;
  readonly why: string;
  /** `null`: GitHub does not say which, or it was refused. */
  readonly run: number | null;
  /** GitHub's word for how it goes or went; `refused` with the reason in the log. */
  readonly is: string;
  /** When it was seen to be over; `null`: not yet. */
  readonly over: Instant | null;
  /** How many runs before it did not do the same work. */
  readonly attempt: number;
}

/** What the gate remembers of the sweeps; read again whenever something tells of news. */
export interface ClockMemory {
  pulse: Pulse | null;
  /** The merge that no sweep has read, and up to where the ledger had read then. */
  unread: {
    readonly tip: string;
    readonly read: string | null;
    readonly since: Instant;
    readonly expected: Instant;
  } | null;
  sent: Sent | null;
  next: Instant | null;
  owedSince: Instant | null;
  silence: Silence | null;
  /** Looks in a row that failed. */
  failures: number;
  /** Why nothing could be read, as the alarm says; `null`: the last look could. */
  blind: string | null;
  /** The workflow was switched on, and has taken no dispatch since. */
  isMended: boolean;
  /** Default branch of the sweep's repository, as last seen: a start at a limit spends no call to ask. */
  branch: string | null;
  /** Zones that requests are held for, and when one last was: they may hold nothing yet, so the ledger does not name them. */
  readonly held: Map<string, Instant>;
}

export function newClock(): ClockMemory {
  return {
    pulse: null,
    unread: null,
    sent: null,
    next: null,
    owedSince: null,
    silence: null,
    failures: 0,
    blind: null,
    isMended: false,
    branch: null,
    held: new Map(),
  };
}
