import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLedger, type Segment } from '../../../core/ledger/chain.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import type { Tip } from '../../../core/ledger/line.ts';
import { type Proven, readOn } from '../../../core/ledger/read-on.ts';
import { DAY, plus } from '../../../core/time.ts';
import { Book, START, sha } from '../../support/ledger.ts';

const reads = (count: number, from = 0): Body[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'read', commit: sha(from + index) }));

/** Three days; each line of it can be the last one known. */
const WHOLE = Book.of(...reads(3))
  .add(plus(START, DAY), ...reads(3, 10))
  .add(plus(START, 2 * DAY), ...reads(2, 20)).segments;

const LINES = WHOLE.flatMap(({ path, text }) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => ({ path, line })),
);

function upTo(count: number): Segment[] {
  const days = Map.groupBy(LINES.slice(0, count), ({ path }) => path);
  return [...days].map(([path, lines]) => ({ path, text: lines.map(({ line }) => `${line}\n`).join('') }));
}

function provenUpTo(count: number): Proven {
  const segments = upTo(count);
  const { entries, tip } = parseLedger(segments);
  return { segments, entries, tip: tip as Tip };
}

const counts = fc.integer({ min: 1, max: LINES.length });

describe('readOn', () => {
  it('says of a ledger that goes on what reading it whole says', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [before, now] = [Math.min(a, b), upTo(Math.max(a, b))];
        expect(readOn(now, provenUpTo(before))).toEqual(parseLedger(now));
      }),
    );
  });

  it('reads no line again that was proven', () => {
    const known = provenUpTo(5);
    expect(
      readOn(WHOLE, known)
        ?.entries.slice(0, 5)
        .every((entry, index) => entry === known.entries[index]),
    ).toBe(true);
  });

  it('takes no ledger for one that goes on when any byte differs, old or new', () => {
    const places = WHOLE.flatMap(({ text }, segment) => Array.from(text, (_, at) => [segment, at] as const));
    fc.assert(
      fc.property(counts, fc.constantFrom(...places), (before, [segment, at]) => {
        const damaged = WHOLE.map(({ path, text }, index) =>
          index === segment ? { path, text: `${text.slice(0, at)}~${text.slice(at + 1)}` } : { path, text },
        );
        expect(readOn(damaged, provenUpTo(before))).toBeNull();
        expect(parseLedger(damaged).faults).not.toEqual([]);
      }),
    );
  });

  it.each<[string, readonly Segment[]]>([
    ['was set back', upTo(4)],
    ['lost a day', WHOLE.slice(1)],
    ['has a day before the first', [{ path: 'ledger/2026/01/01.jsonl', text: '' }, ...WHOLE]],
    ['has its days in another order', [...WHOLE].reverse()],
    ['was cut off in its last line', upTo(6).with(-1, { path: WHOLE[1]?.path ?? '', text: 'x' })],
    ['is not there', []],
  ])('takes no ledger for one that goes on when it %s', (_, segments) => {
    expect(readOn(segments, provenUpTo(6))).toBeNull();
  });
});
