/** Who held what at an instant: as it was meant, and as it was seen. */
import type { Entry, RecordedApproval } from '../ledger/entry.ts';
import type { Subject } from '../policy/decision.ts';
import { endingOf, sessionsUntil, tailOf } from '../policy/ending.ts';
import type { Instant } from '../time.ts';
import { covers, type Holding, holdings, type Span } from './holdings.ts';

export interface WhoFilter {
  readonly at: Instant;
  /** A numeric GitHub id, a login (whatever its case), or a name of `people.yaml`; absent: everybody. */
  readonly person?: number | string;
  readonly resource?: string;
}

export interface WhoRow extends Pick<Holding, 'grant' | 'intended' | 'confirmed' | 'slots'> {
  readonly subject: Subject;
  readonly resource: string;
  readonly entitlement: string;
  /**
   * `held`: approved for that instant, and seen. `overrun`: seen, though its window was over. `unconfirmed`: approved for
   * that instant, not (or not yet, or not any more) seen.
   */
  readonly is: 'held' | 'overrun' | 'unconfirmed';
  readonly pullRequest: number;
  readonly path: string;
  readonly commit: string;
  readonly rule: string;
  readonly approvals: readonly RecordedApproval[];
  readonly reason: string;
  readonly ticket: string | null;
  readonly breakGlass: boolean;
  /** Seconds that a session which was open at the end may have lived on; `null`: a provider that nobody knows. */
  readonly sessionTail: number | 'unbounded' | null;
  /** Until when that was at most; `null`: nobody can say. */
  readonly sessionsUntil: Instant | null;
}

/** Sorted by subject, resource, entitlement, then grant. Entries of the whole ledger: what comes later still tells. */
export function whoHeld(entries: readonly Entry[], filter: WhoFilter): readonly WhoRow[] {
  const rows = holdings(entries).flatMap((holding) => {
    const isMeant = covers(holding.intended, filter.at);
    const isSeen = covers(holding.confirmed, filter.at);
    if (!(isMeant || isSeen) || !fits(holding, filter)) return [];
    return [toRow(holding, isMeant && isSeen ? 'held' : isSeen ? 'overrun' : 'unconfirmed')];
  });
  const key = (row: WhoRow) => [row.subject.name, row.resource, row.entitlement, row.grant].join('\n');
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function fits({ terms }: Holding, { person, resource }: WhoFilter): boolean {
  if (resource !== undefined && terms.resource !== resource) return false;
  if (person === undefined) return true;
  const { id, name, login } = terms.subject;
  if (typeof person === 'number') return id === person;
  return name === person || login?.toLowerCase() === person.toLowerCase();
}

function toRow(holding: Holding, is: WhoRow['is']): WhoRow {
  const { grant, intended, confirmed, slots, terms, request, authority } = holding;
  const sessionTail = tailOf(terms.bindings.map(({ provider, with: config }) => endingOf(provider, config)));
  // INVARIANT: what covers an instant has begun, so that a window was meant.
  const end = confirmed?.until ?? (intended as Span & { readonly until: Instant }).until;
  return {
    grant,
    is,
    subject: terms.subject,
    resource: terms.resource,
    entitlement: terms.entitlement,
    intended,
    confirmed,
    slots,
    pullRequest: request.pullRequest,
    path: request.path,
    commit: authority.commit,
    rule: authority.rule,
    approvals: authority.approvals,
    reason: terms.reason,
    ticket: terms.ticket,
    breakGlass: terms.breakGlass,
    sessionTail,
    sessionsUntil: sessionsUntil(end, sessionTail),
  };
}
