/**
 * State is a fold over the entries, and nothing else: no clock, so that the same entries give the same state for ever.
 * What has expired is a question to ask of the state with an instant (`live.ts`, `reconcile/plan.ts`).
 */
import type { Instant } from '../time.ts';
import type { ClosedRequest, Entry, RequestRef } from './entry.ts';
import { applyAction } from './replay-actions.ts';
import { applyEnd, applyIntent, applyOutcome } from './replay-effects.ts';
import { applyTightened } from './replay-tightened.ts';
import {
  type GrantState,
  type LedgerState,
  type OpenAlert,
  type RequestStatus,
  requestKey,
  type SlotState,
} from './state.ts';

/** The state while it is folded; the same object as the result, which is never changed afterwards. */
export interface Draft {
  genesis: LedgerState['genesis'];
  read: string | null;
  governing: LedgerState['governing'];
  diverged: LedgerState['diverged'];
  readonly requests: Map<string, { readonly request: RequestRef; readonly status: RequestStatus }>;
  readonly grants: Map<string, GrantState>;
  readonly slots: Map<string, SlotState>;
  readonly waits: Map<string, Instant>;
  readonly alerts: Map<string, OpenAlert>;
  readonly closed: Map<number, ClosedRequest>;
  closedUntil: Instant | null;
  closedPull: number;
}

const NOTHING: LedgerState = {
  genesis: null,
  read: null,
  governing: null,
  diverged: null,
  requests: new Map(),
  grants: new Map(),
  slots: new Map(),
  waits: new Map(),
  alerts: new Map(),
  closed: new Map(),
  closedUntil: null,
  closedPull: 0,
};

/**
 * Entries that `openLedger` proved, in order. Total: an entry about something unknown changes nothing. `before`: the state
 * that the entries before them make, which stays as it is.
 */
export function replay(entries: readonly Entry[], before: LedgerState = NOTHING): LedgerState {
  const draft: Draft = {
    ...before,
    requests: new Map(before.requests),
    grants: new Map(before.grants),
    slots: new Map(before.slots),
    waits: new Map(before.waits),
    alerts: new Map(before.alerts),
    closed: new Map(before.closed),
  };
  for (const entry of entries) apply(draft, entry);
  return draft;
}

function apply(draft: Draft, entry: Entry): void {
  switch (entry.type) {
    case 'genesis':
      draft.genesis = entry;
      draft.read = entry.root.commit;
      draft.governing = entry.root;
      return;
    case 'key':
      return;
    case 'read':
      draft.read = entry.commit;
      if (entry.closed !== undefined) {
        draft.closedUntil = entry.closed;
        draft.closedPull = entry.closedPull ?? 0;
      }
      return;
    case 'governing-accepted':
      draft.governing = { commit: entry.commit, digest: entry.digest };
      draft.diverged = null;
      return;
    case 'governing-refused':
      draft.diverged = { commit: entry.commit, digest: entry.digest, why: entry.why };
      return;
    case 'governing-restored':
      draft.diverged = null;
      return;
    case 'authorised':
      authorise(draft, entry);
      return;
    case 'refused':
    case 'quarantined':
    case 'lapsed':
      close(draft, entry);
      return;
    case 'deferred':
      setStatus(draft, entry.request, { is: 'deferred', commit: entry.commit, why: entry.why, until: entry.until });
      return;
    case 'standing':
      recordStanding(draft, entry);
      return;
    case 'intent':
      applyIntent(draft, entry);
      return;
    case 'outcome':
      applyOutcome(draft, entry);
      return;
    case 'action-intent':
    case 'action-outcome':
      applyAction(draft, entry);
      return;
    case 'returned':
      applyEnd(draft, entry.grant, { why: 'returned', at: entry.asked });
      return;
    case 'locked':
      applyEnd(draft, entry.grant, { why: 'locked', at: entry.at });
      return;
    case 'left':
      applyEnd(draft, entry.grant, { why: 'left', at: entry.at });
      return;
    case 'tightened':
      applyTightened(draft, entry);
      return;
    case 'closed':
      draft.closed.set(entry.request.pullRequest, entry);
      return;
    case 'reviewed':
      review(draft, entry.grant);
      return;
    case 'alert':
      if (!draft.alerts.has(entry.key)) {
        const { key, severity, message, next, at } = entry;
        draft.alerts.set(key, { key, severity, message, next, since: at });
      }
      return;
    case 'alert-closed':
      draft.alerts.delete(entry.key);
      return;
  }
}

/** Ids are single-use: a second authorisation of a request, or of a grant's id, changes nothing. */
function authorise(draft: Draft, entry: Extract<Entry, { type: 'authorised' }>): void {
  const { grant: terms, request, authority } = entry;
  if (draft.grants.has(terms.id) || isFinal(draft, requestKey(request))) return;
  setStatus(draft, request, { is: 'authorised', grant: terms.id });
  draft.grants.set(terms.id, {
    terms,
    request,
    authority,
    status: terms.starts !== null && terms.starts > entry.at ? 'scheduled' : 'approved',
    window: null,
    ended: null,
    holds: new Map(),
    action: null,
    reviewed: false,
  });
}

function close(draft: Draft, entry: Extract<Entry, { type: 'refused' | 'quarantined' | 'lapsed' }>): void {
  const status = draft.requests.get(requestKey(entry.request))?.status;
  const grant = status?.is === 'authorised' ? draft.grants.get(status.grant) : undefined;
  if (grant !== undefined) {
    // Approved already: only a grant that never began can still lapse.
    if (entry.type !== 'lapsed' || grant.window !== null || grant.action !== null) return;
    draft.grants.set(grant.terms.id, { ...grant, status: 'lapsed' });
    draft.requests.delete(requestKey(entry.request));
  }
  setStatus(draft, entry.request, {
    is: entry.type,
    commit: entry.commit,
    code: entry.code,
    why: entry.why,
    at: entry.at,
  });
}

function setStatus(draft: Draft, request: RequestRef, status: RequestStatus): void {
  const key = requestKey(request);
  // The first complete decision is final.
  if (!isFinal(draft, key)) draft.requests.set(key, { request, status });
}

function isFinal(draft: Draft, key: string): boolean {
  const known = draft.requests.get(key);
  return known !== undefined && known.status.is !== 'deferred';
}

/** A new episode of the slot. Stalled runs of the one before may still wake, so they are kept in mind. */
function recordStanding(draft: Draft, entry: Extract<Entry, { type: 'standing' }>): void {
  const known = draft.slots.get(entry.slot.key);
  // While grants hold the slot, what it held before them is settled.
  if (known !== undefined && known.holders.length > 0) return;
  draft.slots.set(entry.slot.key, {
    slot: entry.slot,
    standing: entry.value,
    written: entry.value,
    holders: [],
    ending: null,
    loose: known?.loose ?? [],
    failing: null,
    last: null,
  });
}

function review(draft: Draft, id: string): void {
  const grant = draft.grants.get(id);
  if (grant !== undefined) draft.grants.set(id, { ...grant, reviewed: true });
}
