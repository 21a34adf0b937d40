/** The ledger: what is proven must be canonical, chained and signed by a second reading that shares no code with ours. */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { parseLedger, type Segment } from '../../core/ledger/chain.ts';
import type { Head } from '../../core/ledger/entry.ts';
import { headToSign, openLedger } from '../../core/ledger/head.ts';
import type { Random } from '../oracle/random.ts';
import { aGenesis, anEnsure, authorised, Book, minute, outcomeOf } from '../support/ledger.ts';
import { mutate } from './mutate.ts';
import { must, type Reading, type Target } from './target.ts';

interface Input {
  readonly segments: readonly Segment[];
  readonly head: Head | null;
}

/** A pair for these inputs alone: nothing that is signed here means anything elsewhere. */
const PAIR = generateKeyPairSync('ed25519');
const PUBLIC = PAIR.publicKey.export({ format: 'jwk' }).x ?? '';

export function ledgerTarget(): Target {
  const intent = anEnsure(1);
  const book = new Book()
    .add(minute(0), aGenesis({ key: { id: 'key-1', publicKey: PUBLIC } }))
    .add(minute(1), authorised(1), intent)
    .add(minute(2), outcomeOf(intent))
    .add(minute(1500), authorised(2));
  const good = { segments: book.segments, head: headOf(book) };
  must(
    openLedger(good, { verify: isSigned, pinned: null }).entries.length === book.entries.length,
    'the seed does not open',
  );
  const lines = book.segments.flatMap(({ text }) => text.split('\n'));
  return {
    name: 'parseLedger, openLedger',
    share: 14,
    input: (random: Random): Input => mutated(random, good, lines),
    run: (input) => isOpen(input as Input),
  };
}

function mutated(random: Random, good: Input, lines: readonly string[]): Input {
  const chosen = random.below(good.segments.length);
  const segments = random.chance(0.85)
    ? good.segments.map((segment, index) =>
        index === chosen ? { ...segment, text: mutate(random, [segment.text, ...lines]) } : segment,
      )
    : random.some(good.segments, 0.7);
  const head = random.chance(0.7) ? good.head : mutatedHead(random, good.head);
  return { segments: random.chance(0.1) ? segments.toReversed() : segments, head };
}

function mutatedHead(random: Random, head: Head | null): Head | null {
  if (head === null || random.chance(0.1)) return null;
  const field = random.pick(['seq', 'hash', 'at', 'key', 'signature'] as const);
  return { ...head, [field]: field === 'seq' ? random.below(9) : mutate(random, [String(head[field])]) };
}

function isOpen({ segments, head }: Input): Reading {
  const parsed = parseLedger(segments);
  const opened = openLedger({ segments, head }, { verify: isSigned, pinned: PUBLIC });
  return {
    accepted: opened.entries.length > 0,
    check() {
      chained(parsed.entries.length, segments);
      if (opened.entries.length > 0) vouchedFor(opened.entries.length, segments, head);
    },
  };
}

function vouchedFor(count: number, segments: readonly Segment[], head: Head | null): void {
  const lines = allLines(segments);
  must(count === lines.length, 'opened without every line');
  if (head === null) throw new Error('opened without a head');
  must(head.hash === sha256(lines.at(-1) ?? '') && head.seq === count - 1, 'the head is of another line');
  const { signature, ...unsigned } = head;
  must(isSigned(PUBLIC, canonical({ ...unsigned }), signature), 'the head is not signed');
}

/** The first lines, so many, are each canonical JSON, numbered, and linked to the line before. */
function chained(count: number, segments: readonly Segment[]): void {
  let prev = '0'.repeat(64);
  for (const [index, line] of allLines(segments).slice(0, count).entries()) {
    const value = JSON.parse(line) as { seq: unknown; prev: unknown };
    must(canonical(value) === line, `line ${index} is not canonical`);
    must(value.seq === index && value.prev === prev, `line ${index} is not chained`);
    prev = sha256(line);
  }
}

function allLines(segments: readonly Segment[]): string[] {
  const sorted = segments.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return sorted.flatMap(({ text }) =>
    text.split('\n').filter((line, index, all) => index < all.length - 1 || line !== ''),
  );
}

/** RFC 8785 for what JSON.parse gives: keys by UTF-16 units, numbers and texts as JSON.stringify writes them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function headOf({ tip }: Book): Head {
  if (tip === null) throw new Error('the book is empty');
  const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: 'key-1' } as const;
  return {
    ...unsigned,
    signature: sign(null, Buffer.from(headToSign(unsigned)), PAIR.privateKey).toString('base64url'),
  };
}

function isSigned(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
