import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import { replay } from '../../../core/ledger/replay.ts';
import { type GrantState, type LedgerState, requestKey, type SlotState } from '../../../core/ledger/state.ts';
import { HOUR, MINUTE, plus } from '../../../core/time.ts';
import {
  aGenesis,
  anAction,
  anEnsure,
  aRemoval,
  aSlot,
  authorised,
  authority,
  Book,
  grantId,
  KEY,
  minute,
  outcomeOf,
  request,
  START,
  sha,
} from '../../support/ledger.ts';

const KEY_OF_SLOT = aSlot().key;
const BY = { id: 1001, login: 'alice' };
const REVIEW = authority().approvals[0] as NonNullable<ReturnType<typeof authority>['approvals'][0]>;

function stateOf(...bodies: readonly Body[]): LedgerState {
  return Book.of(...bodies).state;
}

function grantOf(state: LedgerState, number = 42): GrantState {
  const grant = state.grants.get(grantId(number));
  if (grant === undefined) throw new Error(`no grant ${number}`);
  return grant;
}

function slotOf(state: LedgerState): SlotState {
  const slot = state.slots.get(KEY_OF_SLOT);
  if (slot === undefined) throw new Error('no slot');
  return slot;
}

const returned: Body = { type: 'returned', grant: grantId(42), by: BY, via: { comment: 1 }, asked: minute(5) };
const locked: Body = { type: 'locked', grant: grantId(42), lock: 'incident', commit: sha(5) };
const standing: Body = { type: 'standing', slot: aSlot(), value: null };
const held: Body[] = [authorised(42), standing, anEnsure(42), outcomeOf(anEnsure(42))];

describe('replay', () => {
  it('knows nothing of an empty ledger', () => {
    expect(replay([])).toMatchObject({ genesis: null, read: null, governing: null, diverged: null });
  });

  it('begins with the genesis: what is trusted, and how far was read', () => {
    expect(stateOf()).toMatchObject({
      genesis: { repository: { id: 1, name: 'acme/access' }, key: KEY },
      read: sha(1),
      governing: { commit: sha(1), digest: '0'.repeat(64) },
    });
  });

  it('follows how far was read, and passes over a rotation', () => {
    const rotation: Body = { type: 'key', key: KEY, retires: 'old', proof: 'AA' };
    expect(stateOf({ type: 'read', commit: sha(8) }, rotation).read).toBe(sha(8));
  });

  it('follows the governing tree: refused diverges, restored or accepted does not', () => {
    const [first, second] = ['1'.repeat(64), '2'.repeat(64)];
    const accepted: Body = { type: 'governing-accepted', commit: sha(2), digest: first, pullRequest: 7, approvals: [] };
    const refused: Body = {
      type: 'governing-refused',
      commit: sha(3),
      digest: second,
      pullRequest: null,
      why: 'pushed',
    };
    const restored: Body = { type: 'governing-restored', commit: sha(4), digest: first };
    const diverged = { commit: sha(3), digest: second, why: 'pushed' };
    expect(stateOf(accepted)).toMatchObject({ governing: { commit: sha(2), digest: first }, diverged: null });
    expect(stateOf(accepted, refused)).toMatchObject({ governing: { commit: sha(2) }, diverged });
    expect(stateOf(accepted, refused, restored)).toMatchObject({ governing: { commit: sha(2) }, diverged: null });
    expect(stateOf(refused, accepted).diverged).toBeNull();
  });

  it('keeps an alert open once, until it is closed', () => {
    const alert: Body = { type: 'alert', key: 'k', severity: 'warning', message: 'first', next: 'look' };
    const book = Book.of(alert).add(minute(1), { ...alert, message: 'again' });
    expect([...book.state.alerts.values()]).toEqual([
      { key: 'k', severity: 'warning', message: 'first', next: 'look', since: START },
    ]);
    expect(book.add(minute(2), { type: 'alert-closed', key: 'k' }).state.alerts.size).toBe(0);
  });

  it('is the same fold for the same entries, and for a prefix of them', () => {
    const entries = Book.of(...held, returned, aRemoval(42), outcomeOf(aRemoval(42))).entries;
    fc.assert(
      fc.property(fc.nat({ max: entries.length }), (length) => {
        const before = replay(entries.slice(0, length));
        const text = (state: LedgerState) =>
          JSON.stringify(state, (_, value) => (value instanceof Map ? [...value] : value));
        const frozen = text(before);
        expect(text(replay(entries.slice(length), before))).toBe(text(replay(entries)));
        expect(text(before)).toBe(frozen);
        expect(text(replay(entries.slice(0, length)))).toBe(frozen);
      }),
    );
  });

  it('says nothing new after a grant is over', () => {
    const all = [...held, returned, aRemoval(42), outcomeOf(aRemoval(42))];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...held.slice(2), returned, locked, outcomeOf(aRemoval(42)))), (more) => {
        // An ensure for a grant that is over is never written; everything else changes nothing.
        const late = more.filter(({ type }) => type !== 'intent');
        expect(grantOf(stateOf(...all, ...late)).status).toBe('revoked');
      }),
      { numRuns: 30 },
    );
  });
});

describe('a request', () => {
  const ref = { request: request(42), commit: sha(2) };
  const refused: Body = { type: 'refused', ...ref, code: 'denied', why: 'no rule fits', next: 'ask for less' };
  const deferred: Body = { type: 'deferred', ...ref, why: 'a team could not be read', until: minute(60) };
  const statusOf = (state: LedgerState) => state.requests.get(requestKey(request(42)))?.status;

  it('is authorised once: ids are single-use', () => {
    const state = stateOf(authorised(42), authorised(42, { length: HOUR }));
    expect(statusOf(state)).toEqual({ is: 'authorised', grant: grantId(42) });
    expect(grantOf(state).terms.length).toBe(2 * HOUR);
    const other = { ...authorised(43), request: request(42) } as Body;
    expect(stateOf(authorised(42), other).grants.size).toBe(1);
    expect(stateOf(authorised(42), { ...authorised(42), request: request(43) } as Body).requests.size).toBe(1);
  });

  it.each(['refused', 'quarantined', 'lapsed'] as const)('is %s for good', (type) => {
    const state = stateOf({ ...refused, type } as Body, authorised(42), deferred);
    expect(statusOf(state)).toEqual({ is: type, commit: sha(2), code: 'denied', why: 'no rule fits', at: START });
    expect(state.grants.size).toBe(0);
  });

  it('is deferred until it is decided', () => {
    expect(statusOf(stateOf(deferred))).toEqual({
      is: 'deferred',
      commit: sha(2),
      why: 'a team could not be read',
      until: minute(60),
    });
    expect(statusOf(stateOf(deferred, authorised(42)))).toMatchObject({ is: 'authorised' });
    expect(statusOf(stateOf(deferred, refused))).toMatchObject({ is: 'refused' });
  });

  it('lapses after its approval only while its grant has not begun', () => {
    const lapsed = { ...refused, type: 'lapsed' } as Body;
    expect(statusOf(stateOf(authorised(42), lapsed))).toMatchObject({ is: 'lapsed' });
    expect(grantOf(stateOf(authorised(42), lapsed)).status).toBe('lapsed');
    expect(grantOf(stateOf(...held, lapsed)).status).toBe('active');
    expect(grantOf(stateOf(authorised(42), refused)).status).toBe('approved');
  });
});

describe('a grant', () => {
  it.each<[string, Body[], string]>([
    ['approved', [authorised(42)], 'approved'],
    ['approved for a start that has come', [authorised(42, { starts: START })], 'approved'],
    ['approved for later', [authorised(42, { starts: minute(1) })], 'scheduled'],
    ['with an intent', held.slice(0, 3), 'applying'],
    ['accepted by its target', [...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'pending' })], 'applying'],
    ['failed, for now', [...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'failed' })], 'applying'],
    ['refused', [...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'refused' })], 'failed'],
    ['seen', held, 'active'],
    ['returned', [...held, returned], 'revoking'],
    ['locked', [...held, locked], 'revoking'],
    ['with an intent to remove it', [...held, aRemoval(42)], 'revoking'],
    ['whose removal is accepted', [...held, aRemoval(42), outcomeOf(aRemoval(42), { result: 'pending' })], 'revoking'],
    ['whose removal failed', [...held, aRemoval(42), outcomeOf(aRemoval(42), { result: 'failed' })], 'revoke-stuck'],
    [
      'whose removal was refused, then tried again',
      [...held, aRemoval(42), outcomeOf(aRemoval(42), { result: 'refused' }), aRemoval(42, { id: 'r2' })],
      'revoke-stuck',
    ],
    ['removed', [...held, aRemoval(42), outcomeOf(aRemoval(42))], 'revoked'],
    ['returned before it began', [authorised(42), returned], 'revoked'],
    [
      'locked after it lapsed',
      [
        authorised(42),
        { type: 'lapsed', request: request(42), commit: sha(2), code: 'c', why: 'w', next: 'n' },
        locked,
      ],
      'lapsed',
    ],
    [
      'returned after it failed',
      [...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'refused' }), returned],
      'failed',
    ],
  ])('%s is as it should be', (_, bodies, status) => {
    expect(grantOf(stateOf(...bodies)).status).toBe(status);
  });

  it('has its window fixed by the first intent', () => {
    const again = anEnsure(42, { id: 'i2', starts: minute(30), expires: minute(90) });
    expect(grantOf(stateOf(...held, again)).window).toEqual({ starts: START, expires: plus(START, 2 * HOUR) });
  });

  it('is active when all its targets are', () => {
    const [binding] = grantOf(stateOf(authorised(42))).terms.bindings;
    const bindings = [binding, binding].filter((each) => each !== undefined);
    const other = anEnsure(42, { id: 'o', slot: aSlot({ key: 'other' }) });
    const two = [authorised(42, { bindings }), ...held.slice(1)];
    expect(grantOf(stateOf(...two)).status).toBe('applying');
    expect(grantOf(stateOf(...two, other, outcomeOf(other))).status).toBe('active');
    // One target refused, one to come: not failed yet.
    const refused = [
      authorised(42, { bindings }),
      standing,
      anEnsure(42),
      outcomeOf(anEnsure(42), { result: 'refused' }),
    ];
    expect(grantOf(stateOf(...refused)).status).toBe('applying');
    expect(grantOf(stateOf(...refused, returned)).status).toBe('revoked');
    // One removed, one held.
    const half = [...two, other, outcomeOf(other), aRemoval(42), outcomeOf(aRemoval(42))];
    expect(grantOf(stateOf(...half))).toMatchObject({ status: 'active', ended: null });
  });

  it('tells when and why it was over, by what came first', () => {
    const at = (minutes: number, ...bodies: Body[]) => grantOf(Book.of(...held).add(minute(minutes), ...bodies).state);
    expect(at(5, returned).ended).toEqual({ why: 'returned', at: minute(5) });
    expect(at(5, returned, locked).ended).toMatchObject({ why: 'returned' });
    expect(at(7, locked).ended).toEqual({ why: 'locked', at: minute(7) });
    const late = { ...returned, asked: minute(120) } as Body;
    expect(at(121, late).ended).toEqual({ why: 'expired', at: minute(120) });
    expect(at(125, aRemoval(42), outcomeOf(aRemoval(42))).ended).toEqual({ why: 'expired', at: minute(120) });
    const taken = aRemoval(42, { because: { why: 'locked', grants: [grantId(42)] } });
    expect(at(8, taken, outcomeOf(taken, { confirmed: null })).ended).toEqual({ why: 'locked', at: minute(8) });
  });

  it('knows when each target was seen held, and seen taken back', () => {
    const hold = (state: LedgerState) => grantOf(state).holds.get(KEY_OF_SLOT);
    expect(hold(stateOf(...held))).toMatchObject({ phase: 'held', heldAt: minute(1), endedAt: null });
    const removed = Book.of(...held).add(minute(9), aRemoval(42), outcomeOf(aRemoval(42), { confirmed: minute(9) }));
    expect(hold(removed.state)).toMatchObject({ phase: 'ended', heldAt: minute(1), endedAt: minute(9) });
    const unseen = outcomeOf(anEnsure(42), { confirmed: null });
    expect(hold(stateOf(...held.slice(0, 3), unseen))).toMatchObject({ heldAt: START });
  });

  it('counts how often an ensure failed', () => {
    const book = Book.of(...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'failed' }));
    const again = anEnsure(42, { id: 'i2' });
    book.add(minute(3), again, outcomeOf(again, { result: 'failed' }));
    const hold = grantOf(book.state).holds.get(KEY_OF_SLOT);
    expect(hold).toMatchObject({ phase: 'failed', failures: 2, lastAt: minute(3), intent: 'i2' });
  });

  it('knows whether the review it owes was given', () => {
    const review: Body = { type: 'reviewed', grant: grantId(42), review: REVIEW };
    expect(grantOf(stateOf(authorised(42))).reviewed).toBe(false);
    expect(grantOf(stateOf(authorised(42), review)).reviewed).toBe(true);
  });
});

describe('a slot', () => {
  it('remembers what stood there, what we wrote, and who holds it', () => {
    const state = stateOf(authorised(43), ...held, anEnsure(43));
    expect(slotOf(state)).toMatchObject({
      standing: null,
      written: 'member',
      holders: [grantId(42), grantId(43)],
      ending: null,
      last: null,
    });
  });

  it('keeps its standing value while grants hold it, and takes a new one after', () => {
    const stands: Body = { type: 'standing', slot: aSlot(), value: 'maintainer' };
    expect(slotOf(stateOf(...held, stands)).standing).toBeNull();
    const over = [...held, aRemoval(42), outcomeOf(aRemoval(42))];
    expect(slotOf(stateOf(...over))).toMatchObject({ holders: [], written: null, last: { grant: grantId(42) } });
    expect(slotOf(stateOf(...over, stands))).toMatchObject({
      standing: 'maintainer',
      written: 'maintainer',
      last: null,
    });
  });

  it('takes what the first intent saw for standing where nothing was recorded', () => {
    const ensure = anEnsure(42, { before: 'member', after: 'maintainer' });
    expect(slotOf(stateOf(authorised(42), ensure))).toMatchObject({ standing: 'member', written: 'maintainer' });
  });

  it('keeps the higher of what was written and what is meant to be', () => {
    const high = anEnsure(42, { after: 'maintainer', asks: 'maintainer' });
    expect(slotOf(stateOf(authorised(42), authorised(43), high, anEnsure(43))).written).toBe('maintainer');
  });

  it('is as it was before an intent that its target refused', () => {
    const state = stateOf(...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'refused' }));
    expect(slotOf(state)).toMatchObject({ holders: [], written: null });
    const beside = stateOf(...held, authorised(43), anEnsure(43), outcomeOf(anEnsure(43), { result: 'refused' }));
    expect(slotOf(beside)).toMatchObject({ holders: [grantId(42)], written: 'member' });
  });

  it('is ours again when an ensure comes true that another sweep’s removal overtook', () => {
    const raced = [...held, authorised(43), anEnsure(43), aRemoval(42), outcomeOf(aRemoval(42))];
    expect(slotOf(stateOf(...raced))).toMatchObject({ holders: [grantId(43)], written: null });
    // Seen before it was taken back, or after? That tells the next look.
    const own = stateOf(...raced, outcomeOf(anEnsure(43)));
    expect(slotOf(own)).toMatchObject({ written: null, loose: [] });
    expect(grantOf(own, 43).status).toBe('applying');
    const seen = stateOf(...raced, outcomeOf(anEnsure(43)), outcomeOf(anEnsure(43), { issued: null }));
    expect(slotOf(seen)).toMatchObject({ holders: [grantId(43)], written: 'member', loose: [{ takenBackBy: null }] });
    expect(grantOf(seen, 43).status).toBe('active');
  });

  it('keeps an open ending until its own outcome comes', () => {
    const open = [...held, aRemoval(42)];
    expect(slotOf(stateOf(...open)).ending).toMatchObject({ intent: 'r42', effect: 'remove', isPending: false });
    const pending = outcomeOf(aRemoval(42), { result: 'pending' });
    expect(slotOf(stateOf(...open, pending)).ending).toMatchObject({ isPending: true });
    const others = outcomeOf(aRemoval(42, { id: 'another' }));
    expect(slotOf(stateOf(...open, others)).ending).not.toBeNull();
    expect(slotOf(stateOf(...open, outcomeOf(aRemoval(42), { result: 'failed' }))).ending).toBeNull();
  });

  const looseOf = (...bodies: Body[]) => slotOf(stateOf(...bodies)).loose.map(({ intent }) => intent);

  it('remembers ensures that nobody saw end: a stalled run may still send them', () => {
    const again = anEnsure(42, { id: 'again' });
    expect(looseOf(...held.slice(0, 3))).toEqual([]);
    expect(looseOf(...held.slice(0, 3), again)).toEqual(['i42']);
    expect(looseOf(...held.slice(0, 3), aRemoval(42))).toEqual(['i42']);
    expect(looseOf(...held, aRemoval(42))).toEqual([]);
    // Settled by observation: its own run never came back.
    expect(looseOf(...held.slice(0, 3), outcomeOf(anEnsure(42), { issued: null }))).toEqual(['i42']);
    expect(looseOf(...held.slice(0, 3), outcomeOf(anEnsure(42), { result: 'failed' }), again)).toEqual(['i42']);
    expect(looseOf(...held, aRemoval(42), outcomeOf(aRemoval(42)), standing)).toEqual([]);
  });

  it('forgets them when their own run comes back, or an hour after their lease', () => {
    const again = anEnsure(42, { id: 'again' });
    expect(looseOf(...held.slice(0, 3), again, outcomeOf(anEnsure(42)), outcomeOf(again))).toEqual([]);
    const accepted = outcomeOf(anEnsure(42), { result: 'pending' });
    expect(looseOf(...held.slice(0, 3), accepted, outcomeOf(anEnsure(42), { issued: null }))).toEqual([]);
    const third = anEnsure(42, { id: 'third', lease: plus(START, 3 * HOUR) });
    const book = Book.of(...held.slice(0, 3), again).add(plus(START, 70 * MINUTE), third);
    expect(slotOf(book.state).loose.map(({ intent }) => intent)).toEqual(['i42', 'again']);
    const later = Book.of(...held.slice(0, 3), again).add(plus(START, 70 * MINUTE + 1), third);
    expect(slotOf(later.state).loose.map(({ intent }) => intent)).toEqual(['again']);
  });

  it.each(['failed', null] as const)('has it by an earlier try, whatever became of the latest: %s', (result) => {
    const again = anEnsure(42, { id: 'again' });
    const tried = [...held.slice(0, 3), again, ...(result === null ? [] : [outcomeOf(again, { result })])];
    for (const issued of [START, null]) {
      const state = stateOf(...tried, outcomeOf(anEnsure(42), { issued }));
      expect(grantOf(state).status).toBe('active');
      expect(slotOf(state)).toMatchObject({ written: 'member', holders: [grantId(42)] });
      // Of the one that was seen, nothing is on its way where its own run says so.
      const left = slotOf(state).loose.map(({ intent }) => intent);
      expect(left).toEqual(issued === null ? ['i42', 'again'] : ['again']);
      // It says nothing when it comes back.
      expect(grantOf(stateOf(...tried, outcomeOf(anEnsure(42)), outcomeOf(again, { result: 'failed' }))).status).toBe(
        'active',
      );
    }
    const unknown = outcomeOf(anEnsure(42, { id: 'none' }));
    expect(grantOf(stateOf(...tried, unknown)).status).toBe('applying');
    expect(grantOf(stateOf(...tried, outcomeOf(anEnsure(42), { result: 'pending' }))).status).toBe('applying');
  });

  it('is held since it was first seen, whatever earlier try comes back later', () => {
    const again = anEnsure(42, { id: 'again' });
    const late = outcomeOf(anEnsure(42), { confirmed: plus(START, HOUR) });
    const holdOf = (...bodies: Body[]) =>
      grantOf(stateOf(...held.slice(0, 3), again, outcomeOf(again), ...bodies)).holds.get(KEY_OF_SLOT);
    expect(holdOf(late)).toEqual(holdOf());
  });

  it('has nothing by an earlier try that a removal overtook', () => {
    const high = anEnsure(42, { after: 'maintainer', asks: 'maintainer' });
    const again = anEnsure(42, { id: 'again', after: 'member', asks: 'maintainer' });
    const taken = [aRemoval(41), outcomeOf(aRemoval(41))];
    const state = stateOf(...held.slice(0, 2), high, ...taken, again, outcomeOf(high));
    expect(grantOf(state).status).toBe('applying');
  });

  it('knows of one that its own run left there, beside those that nobody saw end', () => {
    const again = anEnsure(42, { id: 'again' });
    const ended = [...held.slice(0, 3), again, aRemoval(42), outcomeOf(aRemoval(42))];
    const marks = (...bodies: Body[]) =>
      slotOf(stateOf(...bodies)).loose.map(({ intent, takenBackBy }) => [intent, takenBackBy]);
    const reported = [...ended, outcomeOf(again)];
    expect(marks(...reported)).toEqual([
      ['i42', undefined],
      ['again', null],
    ]);
    expect(marks(...ended, outcomeOf(again, { result: 'refused' }))).toEqual([['i42', undefined]]);
    expect(marks(...ended, outcomeOf(again, { result: 'failed' }))).toEqual([
      ['i42', undefined],
      ['again', undefined],
    ]);
    const undo = aRemoval(42, { id: 'undo', because: { why: 'reappeared', grants: [grantId(42)] } });
    expect(marks(...reported, undo)).toEqual([
      ['i42', undefined],
      ['again', 'undo'],
    ]);
    expect(marks(...reported, undo, outcomeOf(undo, { result: 'failed' }))).toHaveLength(2);
    expect(marks(...reported, undo, outcomeOf(undo))).toEqual([['i42', undefined]]);
    // One that its own run reports only then was not seen to be gone.
    expect(marks(...ended, undo, outcomeOf(again), outcomeOf(undo))).toEqual([
      ['i42', undefined],
      ['again', null],
    ]);
  });

  it('ends no grant by undoing what a stalled run sent', () => {
    const undo = aRemoval(42, { because: { why: 'reappeared', grants: [grantId(42)] } });
    const state = stateOf(...held, undo, outcomeOf(undo));
    expect(grantOf(state).status).toBe('active');
    expect(slotOf(state)).toMatchObject({ holders: [grantId(42)], last: { because: { why: 'reappeared' } } });
  });
});

describe('entries about something unknown', () => {
  it.each<[string, Body]>([
    ['an intent for a grant', anEnsure(99)],
    ['the outcome of such an intent', outcomeOf(anEnsure(99))],
    ['a removal from a slot', aRemoval(42, { slot: aSlot({ key: 'other' }) })],
    ['the outcome of a removal from a slot', outcomeOf(aRemoval(42, { slot: aSlot({ key: 'other' }) }))],
    ['the outcome of a removal that is not open', outcomeOf(aRemoval(42))],
    ['the outcome of another ensure', outcomeOf(anEnsure(42, { id: 'another' }), { result: 'refused' })],
    ['an outcome that comes twice', outcomeOf(anEnsure(42), { result: 'failed' })],
    ['a removal for a grant', aRemoval(99, { slot: aSlot({ key: 'other' }) })],
    ['a return', { ...returned, grant: grantId(99) } as Body],
    ['a lock', { ...locked, grant: grantId(99) } as Body],
    ['a review', { type: 'reviewed', grant: grantId(99), review: REVIEW }],
    ['an alert that is closed', { type: 'alert-closed', key: 'k' }],
    [
      'an outcome of an action',
      { type: 'action-outcome', grant: grantId(42), intent: 'x', state: 'done', runId: 1, url: null, detail: null },
    ],
    [
      'an outcome of an unknown action',
      { type: 'action-outcome', grant: grantId(99), intent: 'x', state: 'done', runId: 1, url: null, detail: null },
    ],
  ])('%s changes nothing', (_, body) => {
    const text = (state: LedgerState) =>
      JSON.stringify(state, (__, value) => (value instanceof Map ? [...value] : value));
    expect(text(stateOf(...held, body))).toBe(text(stateOf(...held)));
  });

  it('a removal that names unknown grants ends those that are known', () => {
    const both = aRemoval(42, { because: { why: 'expired', grants: [grantId(42), grantId(99)] } });
    expect(grantOf(stateOf(...held, both, outcomeOf(both))).status).toBe('revoked');
  });
});

describe('an action', () => {
  const run = anAction(42).run as NonNullable<ReturnType<typeof anAction>['run']>;
  const intent: Body = {
    type: 'action-intent',
    id: 'a',
    grant: grantId(42),
    run,
    correlation: 'c',
    sweep: 's',
    lease: minute(5),
  };
  const outcome = { type: 'action-outcome', grant: grantId(42), intent: 'a', url: null, detail: null } as const;
  const approved = authorised(42, anAction(42));

  it.each<[string, Body[], string]>([
    ['approved', [], 'approved'],
    ['with an intent', [intent], 'running'],
    ['running', [intent, { ...outcome, state: 'running', runId: 7 }], 'running'],
    ['done', [intent, { ...outcome, state: 'done', runId: 7 }], 'done'],
    ['failed', [intent, { ...outcome, state: 'failed', runId: 7 }], 'failed'],
    ['unknown', [intent, { ...outcome, state: 'unknown', runId: null }], 'unknown'],
    ['returned before it began', [returned], 'revoked'],
    ['returned while it runs, which nobody can stop', [intent, returned], 'running'],
    ['lapsed', [{ type: 'lapsed', request: request(42), commit: sha(2), code: 'c', why: 'w', next: 'n' }], 'lapsed'],
    [
      'running, which cannot lapse',
      [intent, { type: 'lapsed', request: request(42), commit: sha(2), code: 'c', why: 'w', next: 'n' }],
      'running',
    ],
  ])('%s is as it should be', (_, bodies, status) => {
    expect(grantOf(stateOf(approved, ...bodies)).status).toBe(status);
  });

  it('is started at most once, and keeps the run that was found', () => {
    const again = { ...intent, id: 'b' } as Body;
    const found = { ...outcome, state: 'running', runId: 7, url: 'https://github.example/runs/7' } as const;
    const state = stateOf(approved, intent, again, found, { ...outcome, state: 'done', runId: null });
    expect(grantOf(state).action).toEqual({
      intent: 'a',
      correlation: 'c',
      lease: minute(5),
      state: 'done',
      runId: 7,
      url: 'https://github.example/runs/7',
    });
    expect(stateOf(approved, { ...intent, grant: grantId(99) } as Body).grants.size).toBe(1);
    expect(grantOf(stateOf(approved, intent, { ...outcome, intent: 'z', state: 'done', runId: 1 })).status).toBe(
      'running',
    );
  });
});

it('passes over a second genesis, which the chain refuses anyway', () => {
  const book = Book.of();
  expect(() => book.add(minute(1), aGenesis())).toThrow('one genesis');
});
