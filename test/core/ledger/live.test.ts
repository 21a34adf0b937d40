import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import {
  activeHolds,
  duesIn,
  endOf,
  heldGrants,
  lapseOf,
  liveGrants,
  nextDue,
  stuckKey,
  windowOf,
} from '../../../core/ledger/live.ts';
import { removalRetryAt, retryAt } from '../../../core/ledger/retry.ts';
import type { GrantState, LedgerState } from '../../../core/ledger/state.ts';
import { DAY, HOUR, MINUTE, plus } from '../../../core/time.ts';
import {
  anAction,
  anEnsure,
  aRemoval,
  aSlot,
  authorised,
  Book,
  grantId,
  minute,
  outcomeOf,
  request,
  START,
  sha,
} from '../../support/ledger.ts';

const EXPIRES = plus(START, 2 * HOUR);
const held: Body[] = [authorised(42), anEnsure(42), outcomeOf(anEnsure(42))];
const removed: Body[] = [aRemoval(42), outcomeOf(aRemoval(42))];
const returned: Body = {
  type: 'returned',
  grant: grantId(42),
  by: { id: 1001, login: 'alice' },
  via: { pullRequest: 50 },
  asked: minute(30),
};
const lapsed: Body = {
  type: 'lapsed',
  request: request(42),
  commit: sha(2),
  code: 'too-late',
  why: 'w',
  next: 'n',
};

function stateOf(...bodies: readonly Body[]): LedgerState {
  return Book.of(...bodies).state;
}

function grantOf(state: LedgerState): GrantState {
  const grant = state.grants.get(grantId(42));
  if (grant === undefined) throw new Error('no grant');
  return grant;
}

describe('liveGrants', () => {
  const ids = (state: LedgerState, at: number) => liveGrants(state, minute(at)).map(({ terms }) => terms.id);

  it('is half open: the start is in it, the end is not', () => {
    const state = stateOf(...held);
    expect(liveGrants(state, plus(START, -1))).toEqual([]);
    expect(ids(state, 0)).toEqual([grantId(42)]);
    expect(liveGrants(state, plus(EXPIRES, -1))).toHaveLength(1);
    expect(liveGrants(state, EXPIRES)).toEqual([]);
  });

  it.each<[string, Body[]]>([
    ['not begun', [authorised(42)]],
    ['returned', [...held, returned]],
    ['removed', [...held, ...removed]],
    ['refused by its target', [authorised(42), anEnsure(42), outcomeOf(anEnsure(42), { result: 'refused' })]],
  ])('has none that is %s', (_, bodies) => {
    expect(ids(stateOf(...bodies), 60)).toEqual([]);
  });

  it('is in the order of the ids', () => {
    expect(ids(stateOf(authorised(43), authorised(42), anEnsure(43), anEnsure(42)), 1)).toEqual([
      grantId(42),
      grantId(43),
    ]);
  });
});

describe('windowOf and endOf', () => {
  it('begin at the merge where no start is named, however late the first sweep is', () => {
    expect(windowOf(grantOf(stateOf(authorised(42))))).toEqual({ starts: START, expires: EXPIRES });
    expect(windowOf(grantOf(stateOf(...held)))).toEqual({ starts: START, expires: EXPIRES });
    expect(endOf(grantOf(stateOf(authorised(42))), minute(9_999))).toBeNull();
    expect(endOf(grantOf(stateOf(...held)), EXPIRES)).toEqual({ why: 'expired', at: EXPIRES });
    expect(endOf(grantOf(stateOf(...held, returned)), EXPIRES)).toEqual({ why: 'returned', at: minute(30) });
  });
});

describe('lapseOf', () => {
  it.each<[string, Body[], number, string | null]>([
    ['still may begin', [authorised(42)], 119.9, null],
    ['is as late as it is long', [authorised(42)], 120, `it could not begin before ${EXPIRES}`],
    ['has begun', held, 9_999, null],
    ['was returned', [authorised(42), returned], 9_999, null],
    ['lapsed already', [authorised(42), lapsed], 9_999, null],
    ['may begin until then', [authorised(42, { startsBy: minute(10) })], 10, null],
    [
      'is later than it wanted',
      [authorised(42, { startsBy: minute(10) })],
      10.1,
      `it could not begin by ${minute(10)}`,
    ],
    ['has another start', [authorised(42, { starts: minute(60), length: HOUR })], 119.9, null],
    [
      'has another start, long ago',
      [authorised(42, { starts: minute(60), length: HOUR })],
      120,
      'it could not begin before',
    ],
    [
      'is an action that was started',
      [
        authorised(42, anAction(42)),
        {
          type: 'action-intent',
          id: 'a',
          grant: grantId(42),
          run: anAction(42).run as NonNullable<ReturnType<typeof anAction>['run']>,
          correlation: 'c',
          sweep: 's',
          lease: minute(5),
        },
      ],
      9_999,
      null,
    ],
  ])('of a grant that %s', (_, bodies, at, why) => {
    const found = lapseOf(grantOf(stateOf(...bodies)), minute(at));
    if (why === null) expect(found).toBeNull();
    else expect(found).toContain(why);
  });
});

describe('heldGrants', () => {
  const row = {
    id: grantId(42),
    resource: 'payments-production',
    role: 'member',
    subject: 1001,
    starts: START,
    expires: EXPIRES,
    breakGlass: false,
    reviewed: false,
  };

  it('has what a subject holds, and what is approved for it', () => {
    expect(heldGrants(stateOf(...held), 1001, minute(1))).toEqual([row]);
    expect(heldGrants(stateOf(authorised(42)), 1001, minute(1))).toEqual([row]);
    expect(heldGrants(stateOf(authorised(42, { starts: minute(60), length: HOUR })), 1001, START)).toEqual([
      { ...row, starts: minute(60), expires: minute(120) },
    ]);
  });

  it('has what was given back early as long as it was held, for 30 days', () => {
    const state = stateOf(...held, returned);
    expect(heldGrants(state, 1001, minute(60))).toEqual([{ ...row, expires: minute(30) }]);
    const late = { ...returned, asked: plus(EXPIRES, MINUTE) } as Body;
    expect(heldGrants(stateOf(...held, late), 1001, minute(60))).toEqual([row]);
    expect(heldGrants(state, 1001, plus(minute(30), 30 * DAY - 1))).toHaveLength(1);
    expect(heldGrants(state, 1001, plus(minute(30), 30 * DAY))).toEqual([]);
  });

  it('has break-glass until it is reviewed, however long that takes', () => {
    const broken = stateOf(authorised(42, { breakGlass: true }), ...held.slice(1));
    expect(heldGrants(broken, 1001, plus(EXPIRES, 300 * DAY))).toEqual([{ ...row, breakGlass: true }]);
    const review = { review: 1, user: { id: 1002, login: 'bob' }, fills: 'x', submittedAt: START, onBehalfOf: null };
    const reviewed: Body = { type: 'reviewed', grant: grantId(42), review };
    const state = stateOf(authorised(42, { breakGlass: true }), ...held.slice(1), reviewed);
    expect(heldGrants(state, 1001, plus(EXPIRES, 300 * DAY))).toEqual([]);
  });

  it('says what could not be taken back, and keeps it for ever', () => {
    const failed = outcomeOf(aRemoval(42), { result: 'failed' });
    const alert: Body = { type: 'alert', key: stuckKey(aSlot()), severity: 'critical', message: 'm', next: 'n' };
    const rows = (...bodies: Body[]) => heldGrants(stateOf(...held, ...bodies), 1001, plus(EXPIRES, 300 * DAY));
    expect(rows(aRemoval(42), failed)).toEqual([]);
    expect(rows(aRemoval(42), failed, alert)).toMatchObject([{ id: grantId(42), stuck: true }]);
    const accepted = outcomeOf(aRemoval(42), { result: 'pending' });
    expect(rows(aRemoval(42), accepted)).toEqual([]);
    expect(rows(aRemoval(42), accepted, alert)).toMatchObject([{ id: grantId(42), stuck: true }]);
    // An alert about the slot from another grant's time.
    expect(rows(alert)).toEqual([]);
  });

  it('says what a slow run left when it was over, and could not be taken back, until it is', () => {
    const alert: Body = { type: 'alert', key: stuckKey(aSlot()), severity: 'critical', message: 'm', next: 'n' };
    const taken = [aRemoval(42), outcomeOf(aRemoval(42))];
    const rows = (...bodies: Body[]) =>
      heldGrants(stateOf(...held.slice(0, 2), ...taken, ...bodies), 1001, plus(EXPIRES, 300 * DAY));
    // On its way, or seen to be there.
    expect(rows(alert)).toEqual([]);
    const left = outcomeOf(anEnsure(42));
    expect(rows(left)).toEqual([]);
    expect(rows(left, alert)).toMatchObject([{ id: grantId(42), stuck: true }]);
    const because = { why: 'reappeared', grants: [grantId(42)] } as const;
    const again = aRemoval(42, { id: 'again', because });
    expect(rows(left, alert, again, outcomeOf(again, { result: 'failed' }))).toHaveLength(1);
    expect(rows(left, alert, again, outcomeOf(again))).toEqual([]);
    // Another one's, in the same slot.
    const others = [authorised(43), anEnsure(43), outcomeOf(anEnsure(43)), aRemoval(43), outcomeOf(aRemoval(43))];
    expect(rows(...others, left, alert)).toMatchObject([{ id: grantId(42), stuck: true }]);
  });

  it.each<[string, Body[]]>([
    [
      'somebody else’s',
      [authorised(42, { subject: { kind: 'person', name: 'bob', id: 1002, login: 'bob', identities: {} } })],
    ],
    ['an action', [authorised(42, anAction(42))]],
    ['what lapsed', [authorised(42), lapsed]],
    ['what failed', [authorised(42), anEnsure(42), outcomeOf(anEnsure(42), { result: 'refused' })]],
  ])('does not have %s', (_, bodies) => {
    expect(heldGrants(stateOf(...bodies), 1001, minute(1))).toEqual([]);
  });

  it('knows a service by its name', () => {
    const subject = { kind: 'service', name: 'deploy', id: null, login: null, identities: {} } as const;
    const state = stateOf(authorised(42, { subject, breakGlass: true }));
    expect(heldGrants(state, 'deploy', START)).toMatchObject([{ subject: 'deploy', breakGlass: true }]);
    expect(heldGrants(state, 1001, START)).toEqual([]);
  });

  it('is in the order of starts, then ids', () => {
    const starts = (number: number, at: number) => authorised(number, { starts: minute(at), length: HOUR });
    const state = stateOf(starts(45, 5), starts(44, 1), starts(43, 5), starts(42, 9));
    expect(heldGrants(state, 1001, START).map(({ id }) => id)).toEqual([44, 43, 45, 42].map(grantId));
  });
});

describe('duesIn', () => {
  const bindings = ['default', 'prod-eu'].map((zone) => ({ provider: 'github-team', zone, with: {}, target: {} }));

  it('names whose sweep has to do it: one zone begins, the other has yet to', () => {
    const state = stateOf(authorised(42, { bindings }), anEnsure(42), outcomeOf(anEnsure(42)));
    expect(duesIn(state, minute(1))).toEqual([
      { at: EXPIRES, zone: 'default' },
      { at: START, zone: 'prod-eu' },
    ]);
  });

  it('leaves what has no target to the main zone', () => {
    expect(duesIn(stateOf(authorised(42, anAction(42))), minute(1))).toEqual([{ at: START, zone: 'default' }]);
  });
});

describe('nextDue', () => {
  it.each<[string, Body[], number, ReturnType<typeof minute> | null]>([
    ['nothing', [], 0, null],
    ['a grant that may begin', [authorised(42)], 5, START],
    ['a grant that begins later', [authorised(42, { starts: minute(60) })], 5, minute(60)],
    ['a live grant', held, 5, EXPIRES],
    ['a grant that is overdue', held, 500, EXPIRES],
    ['a grant that was returned', [...held, returned], 40, minute(30)],
    ['a grant that is over', [...held, ...removed], 500, null],
    ['a run that may still send', [...held.slice(0, 2), ...removed], 5, minute(10)],
    ['a run whose lease is over', [...held.slice(0, 2), ...removed], 10, null],
    [
      'a request that waits',
      [{ type: 'deferred', request: request(42), commit: sha(2), why: 'w', until: minute(60) }],
      0,
      minute(60),
    ],
    ['a request that was decided', [authorised(42), lapsed], 0, null],
  ])('is that of %s', (_, bodies, at, due) => {
    expect(nextDue(stateOf(...bodies), minute(at))).toBe(due);
  });

  it('is the earliest of all', () => {
    const state = stateOf(...held, authorised(43, { starts: minute(60) }), authorised(44, { starts: minute(50) }));
    expect(nextDue(state, minute(1))).toBe(minute(50));
  });

  it('does not wait for an action that was started: it is followed by every sweep', () => {
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
    expect(nextDue(stateOf(authorised(42, anAction(42)), intent), minute(1))).toBeNull();
  });

  it('is that of the next try, of an ensure or of a removal that failed', () => {
    const ensure = stateOf(authorised(42), anEnsure(42), outcomeOf(anEnsure(42), { result: 'failed' }));
    const hold = ensure.grants.get(grantId(42))?.holds.get(aSlot().key);
    expect(nextDue(ensure, START)).toBe(hold === undefined ? null : retryAt(hold, ensure));
    const failed = outcomeOf(aRemoval(42), { result: 'failed', issued: EXPIRES });
    const removal = Book.of(...held).add(EXPIRES, aRemoval(42), failed).state;
    const slot = removal.slots.get(aSlot().key);
    expect(nextDue(removal, minute(500))).toBe(slot === undefined ? null : removalRetryAt(slot));
  });

  it('is the end, at once, of a removal that the sweep had no time for', () => {
    const unsent = outcomeOf(aRemoval(42), { result: 'failed', issued: null });
    expect(nextDue(stateOf(...held, aRemoval(42), unsent), minute(500))).toBe(EXPIRES);
  });

  it('is the end of the lease of a removal that was accepted', () => {
    const pending = outcomeOf(aRemoval(42), { result: 'pending' });
    expect(nextDue(stateOf(...held, aRemoval(42, { lease: minute(600) }), pending), minute(500))).toBe(
      plus(minute(600), 1),
    );
  });

  it('waits for a target that asked for time, an hour at most', () => {
    const asked = (notBefore: ReturnType<typeof minute>) =>
      Book.of(...held).add(
        EXPIRES,
        aRemoval(42),
        outcomeOf(aRemoval(42), { result: 'failed', issued: null, notBefore }),
      ).state;
    expect(nextDue(asked(minute(150)), EXPIRES)).toBe(minute(150));
    expect(nextDue(asked(minute(9999)), EXPIRES)).toBe(plus(EXPIRES, HOUR));
    expect(nextDue(asked(START), EXPIRES)).toBe(EXPIRES);
  });

  it('is nothing for a grant that is over and holds nothing', () => {
    const bindings = [1, 2].map((n) => ({
      provider: 'github-team',
      zone: 'default',
      with: {},
      target: { team: `${n}` },
    }));
    const refused = outcomeOf(anEnsure(42), { result: 'refused' });
    const state = stateOf(authorised(42, { bindings }), anEnsure(42), refused);
    expect(nextDue(state, minute(500))).toBeNull();
  });
});
it('activeHolds has the slots that may still be filled, by key', () => {
  const other = anEnsure(42, { id: 'o', slot: aSlot({ key: 'a' }) });
  const state = stateOf(authorised(42), anEnsure(42), other);
  expect(activeHolds(grantOf(state)).map(({ slot }) => slot.key)).toEqual(['a', aSlot().key]);
  const ended = aRemoval(42, { slot: aSlot({ key: 'a' }) });
  expect(activeHolds(grantOf(stateOf(authorised(42), anEnsure(42), other, ended, outcomeOf(ended))))).toHaveLength(1);
});
