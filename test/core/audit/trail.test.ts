import { describe, expect, it } from 'vitest';
import { trailOf } from '../../../core/audit/trail.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import {
  anAction,
  anEnsure,
  aRemoval,
  aSlot,
  authorised,
  authority,
  Book,
  grantId,
  minute,
  outcomeOf,
  request,
  sha,
} from '../../support/ledger.ts';

const REVIEW = authority().approvals[0] as NonNullable<ReturnType<typeof authority>['approvals'][0]>;
const SLOT = aSlot();

function story(book: Book, number = 42): readonly string[] {
  return trailOf(book.entries, grantId(number)).map(({ text }) => text);
}

describe('trailOf', () => {
  it('tells a life from approval to removal, in order', () => {
    const alert: Body = {
      type: 'alert',
      key: `drift-removed:${SLOT.key}`,
      severity: 'warning',
      message: 'gone',
      next: 'n',
    };
    const book = Book.of(
      { type: 'deferred', request: request(42), commit: sha(2), why: 'a team could not be read', until: minute(60) },
      authorised(42),
      { type: 'standing', slot: SLOT, value: null },
      anEnsure(42),
      outcomeOf(anEnsure(42)),
      alert,
      { type: 'alert-closed', key: alert.key },
      { type: 'alert', key: `revoke-stuck:${grantId(42)}`, severity: 'critical', message: 'late', next: 'n' },
      { type: 'returned', grant: grantId(42), by: { id: 1001, login: 'alice' }, via: { comment: 1 }, asked: minute(1) },
      aRemoval(42),
      outcomeOf(aRemoval(42), { result: 'failed', confirmed: null, detail: 'HTTP 502' }),
      outcomeOf(aRemoval(42)),
    );
    expect(story(book)).toEqual([
      'deferred: a team could not be read',
      'member of payments-production for alice approved by bob (rule `payments members`, pull request 42)',
      'to ensure alice in acme/payments-production: nothing → member (granted)',
      `ensure done, seen to hold member at ${minute(1)}`,
      'warning: gone',
      `no more: drift-removed:${SLOT.key}`,
      'critical: late',
      'returned by alice',
      'to remove alice in acme/payments-production: member → nothing (expired)',
      'remove failed: HTTP 502',
      `remove done, seen to hold nothing at ${minute(1)}`,
    ]);
    const [first] = trailOf(book.entries, grantId(42));
    expect(first).toMatchObject({ seq: 1, at: minute(0), type: 'deferred' });
  });

  it('tells an end that it shared with another grant', () => {
    const both = aRemoval(43, { because: { why: 'expired', grants: [grantId(42), grantId(43)] } });
    const book = Book.of(authorised(42), authorised(43), anEnsure(42), both, outcomeOf(both));
    expect(story(book).slice(1)).toEqual([
      'to ensure alice in acme/payments-production: nothing → member (granted)',
      'to remove alice in acme/payments-production: member → nothing (expired)',
      `remove done, seen to hold nothing at ${minute(1)}`,
    ]);
  });

  it('tells nothing of others, nor of the slot once another episode began there', () => {
    const alert: Body = {
      type: 'alert',
      key: `drift-added:${SLOT.key}`,
      severity: 'warning',
      message: 'added',
      next: 'n',
    };
    const run = anAction(44).run as NonNullable<ReturnType<typeof anAction>['run']>;
    const book = Book.of(
      alert,
      authorised(42),
      anEnsure(42),
      { type: 'standing', slot: SLOT, value: null },
      authorised(43),
      anEnsure(43),
      outcomeOf(anEnsure(43)),
      { type: 'alert', key: 'governing', severity: 'critical', message: 'diverged', next: 'n' },
      { type: 'alert-closed', key: `drift-added:${SLOT.key}` },
      { type: 'read', commit: sha(3) },
      { type: 'key', key: { id: 'k', publicKey: 'AA' }, retires: 'key-1', proof: 'AA' },
      { type: 'governing-accepted', commit: sha(3), digest: '1'.repeat(64), pullRequest: 7, approvals: [] },
      { type: 'governing-refused', commit: sha(3), digest: '1'.repeat(64), pullRequest: 7, why: 'w' },
      { type: 'governing-restored', commit: sha(3), digest: '1'.repeat(64) },
      { type: 'refused', request: request(50), commit: sha(2), code: 'c', why: 'w', next: 'n' },
      { type: 'locked', grant: grantId(43), lock: 'incident', commit: sha(3) },
      authorised(44, anAction(44)),
      { type: 'action-intent', id: 'a', grant: grantId(44), run, correlation: 'c', sweep: 's', lease: minute(5) },
    );
    expect(story(book)).toHaveLength(2);
    expect(trailOf(book.entries, grantId(99))).toEqual([]);
  });

  it('tells that its holder left, that policies were tightened, and how long sessions may go on', () => {
    const slot = aSlot({ provider: 'postgres', key: 'postgres:1/2' });
    const ends = (why: 'expired' | 'left') => aRemoval(42, { id: why, slot, because: { why, grants: [grantId(42)] } });
    const closed: Body = {
      type: 'closed',
      is: 'withdrawn',
      request: request(42),
      head: sha(3),
      opener: { id: 1001, login: 'alice' },
      openedAt: minute(0),
      by: null,
      closedAt: minute(0),
      asked: null,
      verdict: null,
      why: 'it waits',
      reviews: [],
    };
    const book = Book.of(
      closed,
      { ...closed, request: request(43) },
      authorised(42),
      {
        type: 'tightened',
        grant: grantId(42),
        commit: sha(3),
        most: 3_600_000,
        by: 'a rule',
        is: 'kept',
        expires: minute(120),
      },
      { type: 'left', grant: grantId(42), why: 'account', commit: sha(3) },
      anEnsure(42, { slot }),
      ends('expired'),
      outcomeOf(ends('expired')),
      ends('left'),
      outcomeOf(ends('left')),
    );
    const told = story(book);
    const elsewhere = aRemoval(42, { slot: aSlot({ provider: 'mainframe' }) });
    expect(story(Book.of(authorised(42), anEnsure(42), elsewhere, outcomeOf(elsewhere))).at(-1)).toBe(
      `remove done, seen to hold nothing at ${minute(1)} (how long sessions live on is not known)`,
    );
    expect(told[0]).toBe('withdrawn: it waits');
    expect(told.slice(2, 4)).toEqual([
      `policies allow 1h by a rule: kept, until ${minute(120)}`,
      'its subject has gone (account)',
    ]);
    expect(told[6]).toBe(
      `remove done, seen to hold nothing at ${minute(1)} (an open session may outlive it until it is closed)`,
    );
    expect(told[8]).toBe(`remove done, seen to hold nothing at ${minute(1)}`);
  });

  it('tells what was decided without a person, what locked it, and that it was reviewed', () => {
    const book = Book.of(
      authorised(42, {}, { approvals: [] }),
      { type: 'locked', grant: grantId(42), lock: 'incident', commit: sha(3) },
      { type: 'reviewed', grant: grantId(42), review: REVIEW },
    );
    expect(story(book)).toEqual([
      'member of payments-production for alice approved without a person, as the rule says (rule `payments members`, pull request 42)',
      'locked by `incident`',
      'reviewed by bob',
    ]);
  });

  it('tells an action that ran once, or that nobody found', () => {
    const run = anAction(42).run as NonNullable<ReturnType<typeof anAction>['run']>;
    const outcome = { type: 'action-outcome', grant: grantId(42), intent: 'a', url: null } as const;
    const book = Book.of(
      authorised(42, anAction(42)),
      { type: 'action-intent', id: 'a', grant: grantId(42), run, correlation: 'c', sweep: 's', lease: minute(5) },
      { ...outcome, state: 'running', runId: 7, detail: null },
      { ...outcome, state: 'unknown', runId: null, detail: 'nothing was found' },
      { type: 'lapsed', request: request(42), commit: sha(2), code: 'c', why: 'too late', next: 'n' },
    );
    expect(story(book).slice(1)).toEqual([
      'to start restart.yml of acme/ops, once',
      'run 7 is running',
      'run not found is unknown: nothing was found',
      'lapsed: too late',
    ]);
  });
});
