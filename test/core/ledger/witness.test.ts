import { describe, expect, it } from 'vitest';
import {
  firstMissing,
  parseWitness,
  type WitnessedHead,
  witnessLine,
  witnessPath,
} from '../../../core/ledger/witness.ts';
import { authorised, Book, minute, START, sha } from '../../support/ledger.ts';

const head = (seq: number, hash = 'a'.repeat(64)): WitnessedHead => ({ v: 1, seq, hash, commit: sha(seq), at: START });
const file = (...lines: readonly string[]) => ({
  path: witnessPath(START),
  text: lines.map((line) => `${line}\n`).join(''),
});

describe('the witness', () => {
  it('keeps a file a month, and reads back what it wrote, whatever the order of the files', () => {
    expect(witnessPath(START)).toBe('witness/2026/11.jsonl');
    const later = { path: 'witness/2026/12.jsonl', text: `${witnessLine(head(9))}\n` };
    const files = [later, file(witnessLine(head(1)), witnessLine(head(4)))];
    expect(parseWitness(files)).toEqual({ ok: true, heads: [head(1), head(4), head(9)] });
    expect(parseWitness([...files].reverse())).toEqual({ ok: true, heads: [head(1), head(4), head(9)] });
  });

  it.each<[string, readonly string[]]>([
    ['no JSON', ['{']],
    ['nothing', ['null']],
    ['another version', [witnessLine(head(1)).replace('"v":1', '"v":2')]],
    ['a number below zero', [witnessLine(head(-1))]],
    ['a hash that is none', [witnessLine(head(1, 'zz'))]],
    ['a hash with other letters', [witnessLine(head(1, 'g'.repeat(64)))]],
    ['a hash that is a number', [witnessLine(head(1)).replace(/"hash":"[^"]+"/, '"hash":1')]],
    ['no commit', [witnessLine({ ...head(1), commit: 'main' })]],
    ['an instant that is a number', [witnessLine(head(1)).replace(/"at":"[^"]+"/, '"at":1')]],
    ['an instant that is none', [witnessLine(head(1)).replace(/"at":"[^"]+"/, '"at":"now"')]],
    ['bytes that are not canonical', [`${witnessLine(head(1))} `]],
    ['a head that does not come after the one before', [witnessLine(head(3)), witnessLine(head(3))]],
  ])('is damaged by a line with %s', (_, lines) => {
    expect(parseWitness([file(...lines)])).toMatchObject({
      ok: false,
      why: expect.stringContaining(`:${lines.length} `),
    });
  });

  it('is damaged by a line that was cut off', () => {
    const { path, text } = file(witnessLine(head(1)));
    expect(parseWitness([{ path, text: text.slice(0, -1) }])).toMatchObject({ ok: false });
  });

  it('finds the first head that a chain does not hold', () => {
    const book = Book.of();
    const seen = [{ ...head(0), hash: book.tip?.hash ?? '' }];
    book.add(minute(1), authorised(42), authorised(43));
    seen.push({ ...head(2), hash: book.tip?.hash ?? '' });
    const chain = { entries: book.entries, tip: book.tip };
    expect(firstMissing(seen, chain)).toBeNull();
    const other = Book.of(authorised(44));
    expect(firstMissing(seen, { entries: other.entries, tip: other.tip })?.seq).toBe(2);
    expect(firstMissing([head(7)], chain)?.seq).toBe(7);
    expect(firstMissing(seen, { entries: [], tip: null })?.seq).toBe(0);
  });
});
