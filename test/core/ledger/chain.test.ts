import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../core/canonical.ts';
import { appendEntries, parseLedger, segmentPath, splitLines } from '../../../core/ledger/chain.ts';
import type { Body, Entry } from '../../../core/ledger/entry.ts';
import { NO_LINE } from '../../../core/ledger/line.ts';
import { DAY, type Instant, plus } from '../../../core/time.ts';
import { aGenesis, authorised, Book, minute, START, sha } from '../../support/ledger.ts';

const READ: Body = { type: 'read', commit: sha(9) };

function reads(count: number): Body[] {
  return Array.from({ length: count }, (_, index) => ({ type: 'read', commit: sha(index) }) as const);
}

describe('appendEntries', () => {
  it('begins with the genesis, whose line follows nothing', () => {
    const { lines, entries, path, tip } = appendEntries(null, [aGenesis()], START);
    expect(path).toBe('ledger/2026/11/23.jsonl');
    expect(entries[0]).toMatchObject({ v: 1, seq: 0, prev: NO_LINE, at: START, type: 'genesis' });
    expect(lines).toEqual([canonicalJson(entries[0])]);
    expect(tip).toEqual({ seq: 0, hash: sha256Hex(lines[0] as string), at: START });
  });

  it('chains each line to the bytes of the line before', () => {
    const { lines, entries } = appendEntries(Book.of().tip, reads(3), minute(1));
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(entries[2]?.prev).toBe(sha256Hex(lines[1] as string));
  });

  it('never dates an entry before the last one', () => {
    const { entries, tip } = appendEntries(Book.of().tip, [READ], minute(-5));
    expect(entries[0]?.at).toBe(START);
    expect(tip.at).toBe(START);
  });

  it('writes to the segment of its own day', () => {
    expect(appendEntries(Book.of().tip, [READ], plus(START, DAY)).path).toBe('ledger/2026/11/24.jsonl');
    expect(segmentPath('2026-01-02T23:59:59.999Z' as Instant)).toBe('ledger/2026/01/02.jsonl');
  });

  it.each<[string, boolean, Body[], string]>([
    ['nothing in a new ledger', false, [], 'nothing to append'],
    ['nothing after something', true, [], 'nothing to append'],
    ['another first entry than a genesis', false, [READ], 'one genesis, its first entry'],
    ['a second genesis', true, [aGenesis()], 'one genesis, its first entry'],
    ['what is off the schema', true, [{ type: 'read', commit: 'main' }], 'shape of an entry at `/commit`'],
    ['a field that nobody knows', true, [{ ...READ, extra: 1 } as Body], 'shape of an entry'],
    ['half a character', true, [{ type: 'alert-closed', key: '\ud800' }], 'lone surrogate'],
  ])('throws for %s', (_, isBegun, bodies, message) => {
    expect(() => appendEntries(isBegun ? Book.of().tip : null, bodies, START)).toThrow(message);
    expect(() => appendEntries(isBegun ? Book.of().tip : null, bodies, START)).toThrow(TypeError);
  });

  it('lets no text begin a line of its own, and reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 5 }), (texts) => {
        const hostile = texts.map((text) => `${text}\n{"v":1,"seq":99}\r\u2028${text}`);
        const book = Book.of(...hostile.map((key): Body => ({ type: 'alert-closed', key })));
        const parsed = parseLedger(book.segments);
        expect(parsed.faults).toEqual([]);
        expect(parsed.entries).toEqual(book.entries);
        expect(parsed.tip).toEqual(book.tip);
        expect(parsed.entries.slice(1).map((entry) => (entry as { key?: string }).key)).toEqual(hostile);
      }),
      { numRuns: 50 },
    );
  });
});

describe('parseLedger', () => {
  const book = Book.of(...reads(2))
    .add(plus(START, DAY), authorised(42), READ)
    .add(plus(START, 2 * DAY), READ);

  it('reads segments in the order of their days, however they are given', () => {
    const parsed = parseLedger([...book.segments].reverse());
    expect(parsed).toEqual({ entries: book.entries, unproven: [], faults: [], tip: book.tip });
  });

  it('knows an empty ledger', () => {
    expect(parseLedger([])).toEqual({ entries: [], unproven: [], faults: [], tip: null });
  });

  it('names a broken line and everything that cannot be proven after it; what is before stays good', () => {
    const segments = book.segments.map(({ path, text }) => ({
      path,
      text: path.endsWith('24.jsonl') ? text.replace('Replay payments', 'Delete payments') : text,
    }));
    const parsed = parseLedger(segments);
    expect(parsed.entries).toEqual(book.entries.slice(0, 3));
    expect(parsed.tip).toMatchObject({ seq: 2 });
    const file = 'ledger/2026/11/24.jsonl';
    const why = 'comes after entry 3, which is broken';
    expect(parsed.faults).toEqual([
      { is: 'broken', file, line: 1, seq: 3, why: 'is not the line that the next one follows' },
      { is: 'unproven', file, line: 2, seq: 4, why },
      { is: 'unproven', file: 'ledger/2026/11/25.jsonl', line: 1, seq: 5, why },
    ]);
    expect(parsed.unproven.slice(1)).toEqual(book.entries.slice(4));
  });

  /** The book's segment of the second day, with its first line changed. */
  function withLine(change: (entry: Entry) => unknown): ReturnType<typeof parseLedger> {
    const text = canonicalJson(change(book.entries[3] as Entry));
    return parseLedger([book.segments[0], { path: 'ledger/2026/11/24.jsonl', text: `${text}\n` }].filter((s) => !!s));
  }

  const SHAPE = 'line 1 does not have the shape of an entry';
  const NEWER =
    'line 1 seems to be written by a newer version, so update this one: it does not have the shape of an entry';

  it.each<[string, (entry: Entry) => unknown, string]>([
    ['a number that is skipped', (entry) => ({ ...entry, seq: 4 }), 'has the number 4, expected 3'],
    ['time that runs backwards', (entry) => ({ ...entry, at: minute(-1) }), `before the entry before it (${START})`],
    ['the wrong day', (entry) => ({ ...entry, at: plus(START, 2 * DAY) }), 'belongs in ledger/2026/11/25.jsonl'],
    ['an impossible day', (entry) => ({ ...entry, at: '2026-11-31T00:00:00.000Z' }), 'which is no instant'],
    ['a newer version', (entry) => ({ ...entry, v: 2 }), 'was written by a newer version (v2); this one reads v1'],
    ['an unknown version', (entry) => ({ ...entry, v: '1' }), 'does not have the shape of an entry at `/v`'],
    ['an unknown type', (entry) => ({ ...entry, type: 'granted' }), NEWER],
    ['no object', () => null, SHAPE],
    ['a field too many', (entry) => ({ ...entry, note: 'x' }), NEWER],
    ['a field too many where one is wrong', (entry) => ({ ...entry, note: 'x', at: 3 }), SHAPE],
  ])('does not believe %s', (_, change, why) => {
    const { faults, entries } = withLine(change);
    expect(entries).toHaveLength(3);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ is: 'broken', file: 'ledger/2026/11/24.jsonl', line: 1, seq: 3 });
    expect(`line 1 ${faults[0]?.why}`).toContain(why);
  });

  it('names both lines where they do not fit: either may be the one that was changed', () => {
    const { faults, entries } = withLine((entry) => ({ ...entry, prev: NO_LINE }));
    expect(entries).toHaveLength(2);
    expect(faults).toMatchObject([
      { is: 'broken', file: 'ledger/2026/11/23.jsonl', line: 3, seq: 2 },
      { is: 'unproven', file: 'ledger/2026/11/24.jsonl', line: 1, seq: 3 },
    ]);
    const [first] = book.segments;
    const genesis = (first?.text ?? '').replace(NO_LINE, '1'.repeat(64));
    expect(parseLedger([{ path: first?.path ?? '', text: genesis }]).faults[0]).toMatchObject({
      seq: 0,
      why: 'does not follow from the line before it',
    });
  });

  it.each([
    ['with spaces', (text: string) => text.replace('{', '{ ')],
    ['with a key twice', (text: string) => text.replace('{', '{"v":1,')],
    ['without its last line feed', (text: string) => text.slice(0, -1)],
    ['with an empty line', (text: string) => `\n${text}`],
    ['with carriage returns', (text: string) => text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', (text: string) => `\ufeff${text}`],
    ['that is empty', () => ''],
    ['with half a character', (text: string) => text.replace('acme/access', '\\ud800')],
  ])('does not believe a segment %s', (_, change) => {
    const [first] = book.segments;
    const { faults } = parseLedger([{ path: first?.path ?? '', text: change(first?.text ?? '') }]);
    expect(faults[0]).toMatchObject({ is: 'broken', why: 'is not one line of canonical JSON' });
  });

  it('finds any one byte that is changed, and keeps everything before its line', () => {
    const [segment] = Book.of(...reads(1)).segments;
    const { path, text } = segment ?? { path: '', text: '' };
    const lineOf = (index: number) => text.slice(0, index).split('\n').length;
    for (let index = 0; index < text.length; index += 1) {
      for (const bit of [1, 16]) {
        const changed = String.fromCharCode(text.charCodeAt(index) ^ bit);
        const { entries, faults, tip } = parseLedger([
          { path, text: text.slice(0, index) + changed + text.slice(index + 1) },
        ]);
        const isLast = lineOf(index) === 2;
        // The last line can be another, equally well-formed one: that is for the signed head to tell.
        if (isLast && faults.length === 0) {
          expect(tip?.hash).not.toBe(parseLedger([{ path, text }]).tip?.hash);
          continue;
        }
        expect(entries.length).toBeLessThanOrEqual(lineOf(index));
        expect(faults.length).toBeGreaterThan(0);
      }
    }
  });
});

describe('splitLines', () => {
  it('marks what is cut off before its line feed', () => {
    expect(splitLines('a\nb\n')).toEqual(['a', 'b']);
    expect(splitLines('a\nb')).toEqual(['a', 'b (without a line feed)']);
    expect(splitLines('')).toEqual([' (without a line feed)']);
    expect(splitLines('\n')).toEqual(['']);
  });
});
