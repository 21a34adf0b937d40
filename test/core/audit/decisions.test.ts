import { expect, it } from 'vitest';
import { decisionsIn } from '../../../core/audit/decisions.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import { authorised, Book, grantId, request, START, sha } from '../../support/ledger.ts';

const decided = (type: 'refused' | 'quarantined' | 'lapsed', number: number): Body => ({
  type,
  request: request(number),
  commit: sha(2),
  code: 'c',
  why: `it is ${type}`,
  next: 'n',
});

const closed = (number: number, is: 'withdrawn' | 'denied' | 'lapsed', by: string | null): Body => ({
  type: 'closed',
  is,
  request: request(number),
  head: sha(3),
  opener: { id: 1001, login: 'alice' },
  openedAt: START,
  by: by === null ? null : { id: 1002, login: by },
  closedAt: START,
  asked: null,
  verdict: 'pending',
  why: 'waits for an owner',
  reviews: [],
});

it('lists every decision, in the order in which it was written', () => {
  const { entries } = Book.of(
    authorised(42),
    { type: 'deferred', request: request(43), commit: sha(2), why: 'w', until: START },
    decided('refused', 43),
    decided('quarantined', 44),
    decided('lapsed', 45),
    closed(46, 'denied', 'bob'),
    closed(47, 'withdrawn', null),
  );
  expect(decisionsIn(entries).map(({ pullRequest, is, by, why, grant }) => [pullRequest, is, by, why, grant])).toEqual([
    [42, 'approved', ['bob'], 'payments members', grantId(42)],
    [43, 'refused', [], 'it is refused', null],
    [44, 'quarantined', [], 'it is quarantined', null],
    [45, 'lapsed', [], 'it is lapsed', null],
    [46, 'denied', ['bob'], 'waits for an owner', null],
    [47, 'withdrawn', [], 'waits for an owner', null],
  ]);
  expect(decisionsIn(entries)[0]).toMatchObject({ at: START, path: request(42).path });
});
