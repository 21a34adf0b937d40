import { describe, expect, it } from 'vitest';
import { lateness, latenessByProvider, overdue } from '../../../core/audit/slo.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import { MINUTE } from '../../../core/time.ts';
import { anEnsure, aRemoval, aSlot, authorised, Book, minute, outcomeOf } from '../../support/ledger.ts';

/** Outcomes of ensures that were sent after so many minutes, and seen a minute later. */
function ensured(...minutes: readonly number[]): Body[] {
  return minutes.map((late) =>
    outcomeOf(anEnsure(42), { due: minute(0), issued: minute(late), confirmed: minute(late + 1) }),
  );
}

describe('lateness', () => {
  it('knows nothing without outcomes', () => {
    const none = { issued: null, confirmed: null };
    expect(lateness(Book.of().entries)).toEqual({ begin: none, end: none });
  });

  it('tells median, 99th percentile and worst, of beginnings and of ends', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    const removal = outcomeOf(aRemoval(42), { due: minute(0), issued: minute(3), confirmed: minute(4) });
    const restore = outcomeOf(aRemoval(42, { effect: 'restore' }), {
      due: minute(0),
      issued: null,
      confirmed: minute(6),
    });
    const { begin, end } = lateness(Book.of(...ensured(...hundred.reverse()), removal, restore).entries);
    expect(begin.issued).toEqual({ count: 100, p50: 50 * MINUTE, p99: 99 * MINUTE, max: 100 * MINUTE });
    expect(begin.confirmed).toMatchObject({ p50: 51 * MINUTE });
    expect(end.issued).toEqual({ count: 1, p50: 3 * MINUTE, p99: 3 * MINUTE, max: 3 * MINUTE });
    expect(end.confirmed).toEqual({ count: 2, p50: 4 * MINUTE, p99: 6 * MINUTE, max: 6 * MINUTE });
  });

  it('counts what is done, and nothing below zero', () => {
    const failed = outcomeOf(anEnsure(42), { result: 'failed', issued: minute(50) });
    const { begin } = lateness(Book.of(failed, ...ensured(-5)).entries);
    expect(begin.issued).toEqual({ count: 1, p50: 0, p99: 0, max: 0 });
  });
});

describe('lateness by provider', () => {
  it('sorts each outcome to the target of its intent, and leaves out what has none', () => {
    const ofPostgres = anEnsure(43, { slot: aSlot({ provider: 'postgres', key: 'postgres:1/app_read' }) });
    const due = { due: minute(0), issued: minute(2), confirmed: minute(3) };
    const book = Book.of(
      ofPostgres,
      outcomeOf(ofPostgres, due),
      anEnsure(42),
      ...ensured(1, 5),
      outcomeOf(anEnsure(44), due),
      anEnsure(45, { slot: aSlot({ provider: 'aws', key: 'aws:1' }) }),
    );
    const found = latenessByProvider(book.entries);
    expect([...found.keys()]).toEqual(['github-team', 'postgres']);
    expect(found.get('github-team')?.begin.issued).toMatchObject({ count: 2, max: 5 * MINUTE });
    expect(found.get('postgres')).toMatchObject({ begin: { confirmed: { count: 1 } }, end: { issued: null } });
  });
});

describe('what is over and still held', () => {
  it('is counted from its end, until it is seen to be gone', () => {
    const book = Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42)));
    expect(overdue(book.state, minute(119))).toBeNull();
    expect(overdue(book.state, minute(125))).toEqual({ count: 1, max: 5 * MINUTE });
    const ended = Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42)), aRemoval(42), outcomeOf(aRemoval(42)));
    expect(overdue(ended.state, minute(125))).toBeNull();
  });
});
