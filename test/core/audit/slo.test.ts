import { describe, expect, it } from 'vitest';
import { lateness } from '../../../core/audit/slo.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import { MINUTE } from '../../../core/time.ts';
import { anEnsure, aRemoval, Book, minute, outcomeOf } from '../../support/ledger.ts';

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
