import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import { isLongUntried, LONGEST_WAIT, removalRetryAt, retryAt, waitOf } from '../../../core/ledger/retry.ts';
import type { SlotState } from '../../../core/ledger/state.ts';
import { between, DAY, HOUR, type Instant, MINUTE, plus } from '../../../core/time.ts';
import { anEnsure, aRemoval, aSlot, authorised, Book, grantId, outcomeOf, START } from '../../support/ledger.ts';

const KEY = aSlot().key;

/** The slot of a grant whose removal failed so often, each at its instant. */
function failing(...at: readonly Instant[]): SlotState {
  const book = Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42)));
  for (const [index, instant] of at.entries()) {
    const removal = aRemoval(42, { id: `r${index}` });
    book.add(instant, removal, outcomeOf(removal, { result: 'failed', detail: 'connection refused' }));
  }
  return book.state.slots.get(KEY) as SlotState;
}

describe('a removal that failed', () => {
  it.each([
    ['at once', 1, 0, MINUTE],
    ['for the second time', 2, MINUTE, 2 * MINUTE],
    ['for the fourth time', 4, 10 * MINUTE, 5 * MINUTE],
    ['for almost an hour', 9, HOUR - 1, 5 * MINUTE],
    ['for an hour', 9, HOUR, 15 * MINUTE],
    ['for almost a day', 40, DAY - 1, 15 * MINUTE],
    ['for a day', 40, DAY, HOUR],
    ['for a year', 400, 365 * DAY, HOUR],
  ])('%s is tried again within its bound, and not before three quarters of it', (_, times, age, bound) => {
    const instants = Array.from({ length: times }, (_unused, index) => (index === 0 ? START : plus(START, age)));
    const last = instants.at(-1) as Instant;
    const wait = between(last, removalRetryAt(failing(...instants)) as Instant);
    expect(wait).toBeLessThanOrEqual(bound);
    expect(wait).toBeGreaterThanOrEqual((bound * 3) / 4);
  });

  it('is remembered with whose it is, since when and why', () => {
    expect(failing(START, plus(START, HOUR)).failing).toEqual({
      grants: [grantId(42)],
      failures: 2,
      since: START,
      lastAt: plus(START, HOUR),
      detail: 'connection refused',
    });
  });

  it('and then worked is forgotten', () => {
    const book = Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42)));
    book.add(START, aRemoval(42), outcomeOf(aRemoval(42), { result: 'refused' }));
    book.add(START, aRemoval(42, { id: 'again' }), outcomeOf(aRemoval(42, { id: 'again' })));
    const slot = book.state.slots.get(KEY) as SlotState;
    expect(slot.failing).toBeNull();
    expect(removalRetryAt(slot)).toBeNull();
  });

  it('for want of time was not tried', () => {
    const book = Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42)));
    book.add(START, aRemoval(42), outcomeOf(aRemoval(42), { result: 'failed', issued: null }));
    expect(book.state.slots.get(KEY)?.failing).toBeNull();
  });

  it('comes back at another instant than its neighbours, and always at the same', () => {
    const waits = Array.from({ length: 100 }, (_, index) => {
      const slot = { ...failing(START), slot: aSlot({ key: `github-team:7/${index}` }) };
      return removalRetryAt(slot);
    });
    expect(new Set(waits).size).toBeGreaterThan(95);
    expect(removalRetryAt(failing(START))).toBe(removalRetryAt(failing(START)));
  });
});

describe('an ensure that failed', () => {
  const waits = (count: number): readonly number[] => {
    const book = Book.of(authorised(42));
    return Array.from({ length: count }, (_, index) => {
      const ensure = anEnsure(42, { id: `i${index}`, lease: START });
      book.add(START, ensure, outcomeOf(ensure, { result: 'failed' }));
      const hold = book.state.grants.get(grantId(42))?.holds.get(KEY);
      return hold === undefined ? 0 : between(START, retryAt(hold, book.state)) / MINUTE;
    });
  };

  it('is tried further and further apart, up to an hour', () => {
    const whole = [1, 2, 4, 8, 16, 32, 60, 60, 60];
    for (const [index, wait] of waits(9).entries()) {
      expect(wait).toBeLessThanOrEqual(whole[index] as number);
      expect(wait).toBeGreaterThanOrEqual((whole[index] as number) * 0.75);
    }
  });

  it('waits as long as its target asks', () => {
    const asked = outcomeOf(anEnsure(42), { result: 'failed', notBefore: plus(START, 30 * MINUTE) });
    const { state } = Book.of(authorised(42), anEnsure(42), asked);
    const hold = state.grants.get(grantId(42))?.holds.get(KEY);
    expect(hold === undefined ? null : retryAt(hold, state)).toBe(plus(START, 30 * MINUTE));
  });
});

describe('a removal that its target puts off', () => {
  const bodies = [authorised(42), anEnsure(42), outcomeOf(anEnsure(42)), aRemoval(42)];
  const since = plus(START, -2 * MINUTE);
  const untried = (...more: Body[]) => {
    const slot = Book.of(...bodies, ...more).state.slots.get(KEY) as SlotState;
    const at = [since, START, slot.ending?.lease ?? START].filter((from) => {
      const end = plus(from, LONGEST_WAIT);
      return isLongUntried(slot, since, end) && !isLongUntried(slot, since, plus(end, -1));
    });
    return at[0];
  };

  it('is tried an hour after it was due', () => {
    expect(untried()).toBe(since);
    expect(untried(outcomeOf(aRemoval(42), { result: 'failed', issued: null }))).toBe(since);
  });

  it('or an hour after the last try, should that be later', () => {
    expect(untried(outcomeOf(aRemoval(42), { result: 'failed' }))).toBe(START);
  });

  it('or an hour after the lease of what the target accepted', () => {
    const { lease } = aRemoval(42) as Extract<Body, { type: 'intent' }>;
    expect(untried(outcomeOf(aRemoval(42), { result: 'pending' }))).toBe(lease);
  });
});

describe('a target that asks for time', () => {
  const asked = (notBefore: Instant) =>
    Book.of(authorised(42), anEnsure(42), outcomeOf(anEnsure(42), { result: 'failed', notBefore })).state;

  it('is left alone until then, under its own configuration only', () => {
    const until = plus(START, MINUTE);
    expect(waitOf(asked(until), aSlot({ key: 'another' }))).toBe(until);
    expect(waitOf(asked(until), aSlot({ config: { organization: 'other' } }))).toBeNull();
    expect(waitOf(Book.of().state, aSlot())).toBeNull();
  });

  it('is called after an hour, whatever it asked for', () => {
    expect(waitOf(asked(plus(START, 7 * DAY)), aSlot())).toBe(plus(START, LONGEST_WAIT));
  });
});
