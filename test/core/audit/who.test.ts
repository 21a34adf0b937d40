import { describe, expect, it } from 'vitest';
import { covers, holdings } from '../../../core/audit/holdings.ts';
import { type WhoFilter, whoHeld } from '../../../core/audit/who.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import { HOUR, type Instant, plus } from '../../../core/time.ts';
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
  START,
} from '../../support/ledger.ts';

const END = minute(120);
const HOURS = { starts: START, expires: END };

/** Approved and sent at 10:00, seen at 10:02; over at 12:00, seen taken back at 12:05. */
function aLife(number = 42, change: Parameters<typeof authorised>[1] = {}): Book {
  const ensure = anEnsure(number, HOURS);
  const removal = aRemoval(number);
  return Book.of(authorised(number, change))
    .add(START, ensure)
    .add(minute(2), outcomeOf(ensure, { confirmed: minute(2) }))
    .add(END, removal)
    .add(minute(125), outcomeOf(removal, { confirmed: minute(125) }));
}

function who(book: Book, at: Instant, filter: Omit<WhoFilter, 'at'> = {}): readonly (readonly [string, string])[] {
  return whoHeld(book.entries, { at, ...filter }).map((row) => [row.grant, row.is] as const);
}

describe('whoHeld', () => {
  it.each<[string, Instant, string | null]>([
    ['a millisecond before the start', plus(START, -1), null],
    ['at the start', START, 'unconfirmed'],
    ['a millisecond before it was seen', plus(minute(2), -1), 'unconfirmed'],
    ['when it was seen', minute(2), 'held'],
    ['a millisecond before the end', plus(END, -1), 'held'],
    ['at the end, while it was still there', END, 'overrun'],
    ['a millisecond before it was seen taken back', plus(minute(125), -1), 'overrun'],
    ['when it was seen taken back', minute(125), null],
  ])('tells what held %s', (_, at, is) => {
    expect(who(aLife(), at)).toEqual(is === null ? [] : [[grantId(42), is]]);
  });

  it('says how long sessions may go on: from the end that was meant, where none was seen', () => {
    const ensure = anEnsure(42, HOURS);
    const bindings = (provider: string) => ({ bindings: [{ provider, zone: 'default', with: {}, target: {} }] });
    const tails = (...bodies: readonly Body[]) =>
      whoHeld(Book.of(...bodies).entries, { at: minute(60) }).map((row) => [row.sessionTail, row.sessionsUntil]);
    expect(tails(authorised(42), ensure)).toEqual([[0, END]]);
    expect(tails(authorised(42), ensure, outcomeOf(ensure))).toEqual([[0, END]]);
    expect(tails(authorised(42, bindings('postgres')), ensure)).toEqual([['unbounded', null]]);
    expect(tails(authorised(42, bindings('mainframe')), ensure)).toEqual([[null, null]]);
  });

  it('tells by whom, for what and why', () => {
    expect(whoHeld(aLife().entries, { at: minute(60) })).toEqual([
      {
        grant: grantId(42),
        is: 'held',
        subject: { kind: 'person', name: 'alice', id: 1001, login: 'alice', identities: {} },
        resource: 'payments-production',
        entitlement: 'member',
        intended: { from: START, until: END, ended: 'expired' },
        confirmed: { from: minute(2), until: minute(125) },
        slots: [
          {
            slot: aSlot().key,
            label: 'alice in acme/payments-production',
            value: 'member',
            confirmed: { from: minute(2), until: minute(125) },
          },
        ],
        pullRequest: 42,
        path: 'requests/payments-production/member/42.yaml',
        commit: expect.any(String),
        rule: 'payments members',
        approvals: [expect.objectContaining({ review: 501 })],
        reason: 'Replay payments stuck since the 10:40 deploy',
        ticket: null,
        breakGlass: false,
        sessionTail: 0,
        sessionsUntil: minute(125),
      },
    ]);
  });

  it('ends the intended window where it was returned', () => {
    const ensure = anEnsure(42, HOURS);
    const by = { id: 1001, login: 'alice' };
    const book = Book.of(authorised(42), ensure, outcomeOf(ensure, { confirmed: START })).add(minute(30), {
      type: 'returned',
      grant: grantId(42),
      by,
      via: { comment: 1 },
      asked: minute(29),
    });
    expect(who(book, plus(minute(29), -1))).toEqual([[grantId(42), 'held']]);
    expect(who(book, minute(29))).toEqual([[grantId(42), 'overrun']]);
    // Nobody saw it end: it is there still, as far as is known.
    expect(who(book, minute(99_999))).toEqual([[grantId(42), 'overrun']]);
  });

  it('has nothing of a grant that never began, nor of an action', () => {
    expect(who(Book.of(authorised(42), authorised(43, anAction(43))), minute(1))).toEqual([]);
    expect(holdings(Book.of(authorised(43, anAction(43))).entries)).toEqual([]);
  });

  it('has what was never seen as unconfirmed', () => {
    expect(who(Book.of(authorised(42), anEnsure(42)), minute(1))).toEqual([[grantId(42), 'unconfirmed']]);
  });

  it.each<[string, Omit<WhoFilter, 'at'>, boolean]>([
    ['a numeric id', { person: 1001 }, true],
    ['another id', { person: 1002 }, false],
    ['a name', { person: 'alice' }, true],
    ['a login, whatever its case', { person: 'ALICE' }, true],
    ['another login', { person: 'bob' }, false],
    ['a resource', { resource: 'payments-production' }, true],
    ['another resource', { resource: 'orders-db' }, false],
    ['both', { person: 'alice', resource: 'orders-db' }, false],
  ])('is narrowed by %s', (_, filter, isThere) => {
    expect(who(aLife(), minute(60), filter)).toHaveLength(isThere ? 1 : 0);
  });

  it('knows a service by its name alone', () => {
    const subject = { kind: 'service', name: 'deploy', id: null, login: null, identities: {} } as const;
    expect(who(aLife(42, { subject }), minute(60), { person: 'deploy' })).toHaveLength(1);
    expect(who(aLife(42, { subject }), minute(60), { person: 'Deploy' })).toHaveLength(0);
  });

  it('is in the order of subjects, resources, entitlements and grants', () => {
    const bob = { kind: 'person', name: 'bob', id: 1002, login: 'bob', identities: {} } as const;
    const book = Book.of(
      authorised(45, { subject: bob }),
      authorised(44),
      authorised(43, { resource: 'orders-db' }),
      authorised(42),
      ...[45, 44, 43, 42].map((number) => anEnsure(number, { slot: aSlot({ key: `slot-${number}` }) })),
    );
    expect(who(book, minute(1)).map(([grant]) => grant)).toEqual([43, 42, 44, 45].map(grantId));
  });
});

describe('holdings', () => {
  it.each<[readonly [number, number | null], readonly [number, number | null], number, number | null]>([
    [[1, 60], [2, 70], 1, 70],
    [[2, 70], [1, 60], 1, 70],
    [[1, null], [2, 70], 1, null],
    [[2, 70], [1, null], 1, null],
    [[1, null], [2, null], 1, null],
    [[1, 60], [1, 60], 1, 60],
  ])('span from the first slot seen to the last taken back: %j and %j', (a, b, from, until) => {
    const ensured = Book.of(
      authorised(42),
      ...[a, b].flatMap(([start, end], index): Body[] => {
        const slot = aSlot({ key: `slot-${1 - index}` });
        const ensure = anEnsure(42, { id: `i${index}`, slot });
        const removal = aRemoval(42, { id: `r${index}`, slot });
        const seen: Body[] = [ensure, outcomeOf(ensure, { confirmed: minute(start) })];
        return end === null ? seen : [...seen, removal, outcomeOf(removal, { confirmed: minute(end) })];
      }),
    );
    const [holding] = holdings(ensured.entries);
    expect(holding?.confirmed).toEqual({ from: minute(from), until: until === null ? null : minute(until) });
    expect(holding?.slots.map(({ slot }) => slot)).toEqual(['slot-0', 'slot-1']);
  });

  it('are in the order of their ids, and their slots in the order of their keys', () => {
    const slots = ['b', 'a', 'c'].map((key) => anEnsure(42, { id: key, slot: aSlot({ key }) }));
    const found = holdings(Book.of(authorised(43), authorised(42), authorised(44), ...slots).entries);
    expect(found.map(({ grant }) => grant)).toEqual([42, 43, 44].map(grantId));
    expect(found[0]?.slots.map(({ slot }) => slot)).toEqual(['a', 'b', 'c']);
  });

  it('cover their start and not their end', () => {
    const span = { from: START, until: plus(START, HOUR) };
    expect([plus(START, -1), START, plus(START, HOUR - 1), plus(START, HOUR)].map((at) => covers(span, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(covers({ from: START, until: null }, minute(99_999))).toBe(true);
    expect(covers(null, START)).toBe(false);
  });
});
