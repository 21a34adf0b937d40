import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Body, Head } from '../../../core/ledger/entry.ts';
import {
  headFault,
  headToSign,
  type LedgerKey,
  nextKey,
  openLedger,
  rotationToSign,
  verifyHead,
} from '../../../core/ledger/head.ts';
import { verifyLedgerSignature as verify } from '../../../github/ledger-key.ts';
import { aGenesis, Book, minute, sha } from '../../support/ledger.ts';

interface Signer extends LedgerKey {
  readonly sign: (text: string) => string;
}

function aSigner(id: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'jwk' }).x ?? '';
  return { id, publicKey: raw, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

const [first, second, stranger] = [aSigner('first'), aSigner('second'), aSigner('first')];

function keyOf({ id, publicKey }: Signer): LedgerKey {
  return { id, publicKey };
}

function headOf(book: Book, signer: Signer, change: Partial<Head> = {}): Head {
  if (book.tip === null) throw new Error('an empty book has no head');
  const unsigned = { v: 1, ...book.tip, key: signer.id, ...change } as const;
  return { ...unsigned, signature: signer.sign(headToSign(unsigned)) };
}

function aBook(...bodies: readonly Body[]): Book {
  return new Book().add(minute(0), aGenesis({ key: keyOf(first) }), ...bodies);
}

function rotation(book: Book, by: Signer, to: Signer, change: Partial<Extract<Body, { type: 'key' }>> = {}): Body {
  const proof = by.sign(rotationToSign(keyOf(to), by.id, book.tip?.hash ?? ''));
  return { type: 'key', key: keyOf(to), retires: by.id, proof, ...change };
}

const READ: Body = { type: 'read', commit: sha(9) };

describe('a head', () => {
  it('is verified by the key that signed it, over every other field', () => {
    const head = headOf(aBook(), first);
    expect(headToSign(head)).toBe(`{"at":"${head.at}","hash":"${head.hash}","key":"first","seq":0,"v":1}`);
    expect(verifyHead(head, first, verify)).toBe(true);
    expect(verifyHead(head, second, verify)).toBe(false);
    expect(verifyHead(head, stranger, verify)).toBe(false);
    expect(verifyHead({ ...head, seq: 1 }, first, verify)).toBe(false);
    expect(verifyHead({ ...head, signature: 'AA' }, first, verify)).toBe(false);
  });

  it.each<[string, (book: Book) => Head | null, string]>([
    ['there is none', () => null, 'there is no signed head'],
    ['it ends earlier', (book) => headOf(book, first, { seq: 0 }), 'ends at entry 0, the ledger at 1'],
    ['it is of another line', (book) => headOf(book, first, { hash: '1'.repeat(64) }), 'of another entry 1'],
    ['it is of another instant', (book) => headOf(book, first, { at: minute(9) }), 'of another entry 1'],
    ['another signed it', (book) => headOf(book, stranger), 'is not signed by the key in force, `first`'],
  ])('vouches for nothing when %s', (_, make, why) => {
    const book = aBook(READ);
    if (book.tip === null) throw new Error('unreachable');
    expect(headFault(headOf(book, first), book.tip, first, verify)).toBeNull();
    expect(headFault(make(book), book.tip, first, verify)).toContain(why);
  });
});

describe('a rotation', () => {
  it('is believed when the key in force signed for the new one, at that place', () => {
    const book = aBook();
    book.add(minute(1), rotation(book, first, second));
    expect(nextKey(first, book.entries[1] as never, verify)).toEqual(keyOf(second));
  });

  it.each<[string, (book: Book) => Body, string]>([
    [
      'another key is retired',
      (book) => rotation(book, second, second),
      'retires the key `second`, but `first` is in force',
    ],
    ['a stranger signed', (book) => rotation(book, stranger, second), 'that `first` did not sign for'],
    [
      'it was signed for another place',
      (book) =>
        ({
          ...rotation(book, first, second),
          proof: first.sign(rotationToSign(second, 'first', '1'.repeat(64))),
        }) as Body,
      'that `first` did not sign for',
    ],
  ])('is not believed when %s', (_, make, why) => {
    const book = aBook();
    book.add(minute(1), make(book));
    expect(nextKey(first, book.entries[1] as never, verify)).toContain(why);
    const opened = openLedger({ segments: book.segments, head: headOf(book, second) }, { verify, pinned: null });
    expect(opened.faults[0]?.why).toContain(why);
  });

  it('leaves the key in force for every other entry, and needs a genesis', () => {
    const book = aBook(READ);
    expect(nextKey(null, book.entries[0] as never, verify)).toEqual(keyOf(first));
    expect(nextKey(first, book.entries[1] as never, verify)).toBe(first);
    expect(nextKey(null, book.entries[1] as never, verify)).toBe('comes before any genesis');
  });
});

describe('openLedger', () => {
  it('proves what the chain and the signed head prove', () => {
    const book = aBook(READ);
    book.add(minute(1), rotation(book, first, second));
    book.add(minute(2), READ);
    const opened = openLedger(
      { segments: book.segments, head: headOf(book, second) },
      { verify, pinned: second.publicKey },
    );
    expect(opened).toEqual({ entries: book.entries, unproven: [], faults: [], tip: book.tip, key: keyOf(second) });
  });

  it.each<[string, (book: Book) => Parameters<typeof openLedger>, string]>([
    [
      'a line without a signature',
      (book) => {
        const head = headOf(book, first);
        return [
          { segments: book.add(minute(1), READ).segments, head },
          { verify, pinned: null },
        ];
      },
      'the signed head ends at entry 1, the ledger at 2',
    ],
    [
      'a line that is cut off',
      (book) => {
        const segments = book.segments;
        return [
          { segments, head: headOf(book.add(minute(1), READ), first) },
          { verify, pinned: null },
        ];
      },
      'the signed head ends at entry 2, the ledger at 1',
    ],
    [
      'a retired key',
      (book) => {
        book.add(minute(1), rotation(book, first, second));
        return [
          { segments: book.segments, head: headOf(book, first) },
          { verify, pinned: null },
        ];
      },
      'is not signed by the key in force, `second`',
    ],
    [
      'somebody else’s ledger',
      (book) => {
        return [
          { segments: book.segments, head: headOf(book, first) },
          { verify, pinned: second.publicKey },
        ];
      },
      'the key in force, `first`, is not the one that is trusted here',
    ],
    [
      'no ledger',
      () => [
        { segments: [], head: null },
        { verify, pinned: null },
      ],
      'the ledger is empty',
    ],
  ])('proves nothing of %s', (_, make, why) => {
    const [read, trust] = make(aBook(READ));
    const opened = openLedger(read, trust);
    expect(opened).toMatchObject({ entries: [], tip: null, key: null });
    expect(opened.faults).toMatchObject([{ is: 'broken', file: 'ledger/head.json', line: 0 }]);
    expect(opened.faults[0]?.why).toContain(why);
  });

  it('proves nothing of a broken chain, and keeps what it says as unproven', () => {
    const book = aBook(READ, READ);
    const segments = book.segments.map(({ path, text }) => ({ path, text: text.replace(sha(9), sha(8)) }));
    const opened = openLedger({ segments, head: headOf(book, first) }, { verify, pinned: null });
    expect(opened.entries).toEqual([]);
    expect(opened.unproven).toHaveLength(3);
    expect(opened.faults[0]).toMatchObject({ is: 'broken', file: 'ledger/2026/11/23.jsonl', line: 2, seq: 1 });
  });
});
