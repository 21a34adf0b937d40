/**
 * Who vouches for the chain: a signed head over its last line, by a key that the ledger itself authorised. Signing and
 * Ed25519 itself are the caller's; this says over which bytes, and which key may.
 */
import { canonicalJson } from '../canonical.ts';
import { type ParsedLedger, parseLedger, type Segment, type Tip } from './chain.ts';
import type { Entry, Head } from './entry.ts';
import { type Proven, readOn } from './read-on.ts';

/** Ed25519 (RFC 8032) over the text's UTF-8 bytes; public key (the raw 32 bytes) and signature are base64url. */
export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

export interface LedgerKey {
  readonly id: string;
  readonly publicKey: string;
}

/** The text that the applier signs: `{ ...unsigned, signature: sign(headToSign(unsigned)) }` is the head. */
export function headToSign(unsigned: Omit<Head, 'signature'>): string {
  const { v, seq, hash, at, key } = unsigned;
  return canonicalJson({ v, seq, hash, at, key });
}

/** The text that the retiring key signs, so that a new one is believed: the new key, and the line the rotation follows. */
export function rotationToSign(key: LedgerKey, retires: string, prev: string): string {
  return canonicalJson({ type: 'key', key: { id: key.id, publicKey: key.publicKey }, retires, prev });
}

/** Whether `key` signed exactly this head. */
export function verifyHead(head: Head, key: LedgerKey, verify: VerifySignature): boolean {
  return head.key === key.id && verify(key.publicKey, headToSign(head), head.signature);
}

/** The key in force after an entry, or why there is none that is believed. `null` before: the ledger's first entry. */
export function nextKey(key: LedgerKey | null, entry: Entry, verify: VerifySignature): LedgerKey | string {
  if (key === null) return entry.type === 'genesis' ? entry.key : 'comes before any genesis';
  if (entry.type !== 'key') return key;
  if (entry.retires !== key.id) return `retires the key \`${entry.retires}\`, but \`${key.id}\` is in force`;
  const text = rotationToSign(entry.key, entry.retires, entry.prev);
  return verify(key.publicKey, text, entry.proof) ? entry.key : `brings a key that \`${key.id}\` did not sign for`;
}

/** Why a head does not vouch for the chain up to `tip`; `null`: it does. */
export function headFault(head: Head | null, tip: Tip, key: LedgerKey, verify: VerifySignature): string | null {
  if (head === null) return 'there is no signed head';
  if (head.seq !== tip.seq) return `the signed head ends at entry ${head.seq}, the ledger at ${tip.seq}`;
  if (head.hash !== tip.hash || head.at !== tip.at) return `the signed head is of another entry ${tip.seq}`;
  return verifyHead(head, key, verify) ? null : `the head is not signed by the key in force, \`${key.id}\``;
}

export interface OpenedLedger extends ParsedLedger {
  /** In force at the end; `null`: nothing is proven. */
  readonly key: LedgerKey | null;
}

/**
 * A ledger as a sweep reads it, at one commit: `entries` are proven by the chain **and** by the signed head, or there are
 * none, everything is in `unproven`, and `faults` says why. Then no grant may begin; what is owed is known from the last
 * commit that still opens. `pinned` is the public key that the reader trusts already (the applier's own; `null`: any that
 * the ledger brings): a ledger under another key is somebody else's (threat 77). `known`: what was proven before; a ledger
 * that goes on from there is read from there.
 */
export function openLedger(
  read: { readonly segments: readonly Segment[]; readonly head: Head | null },
  trust: { readonly verify: VerifySignature; readonly pinned: string | null; readonly known?: Proven | undefined },
): OpenedLedger {
  const parsed = (trust.known === undefined ? null : readOn(read.segments, trust.known)) ?? parseLedger(read.segments);
  if (parsed.faults.length > 0) return closed(parsed, null);
  let key: LedgerKey | string = 'the ledger is empty';
  for (const entry of parsed.entries) {
    key = nextKey(entry.seq === 0 ? null : (key as LedgerKey), entry, trust.verify);
    if (typeof key === 'string') return closed(parsed, `entry ${entry.seq} ${key}`);
  }
  if (typeof key === 'string') return closed(parsed, key);
  const why = headFault(read.head, parsed.tip as Tip, key, trust.verify);
  if (why !== null) return closed(parsed, why);
  if (trust.pinned !== null && trust.pinned !== key.publicKey)
    return closed(parsed, `the key in force, \`${key.id}\`, is not the one that is trusted here`);
  return { ...parsed, key };
}

function closed(parsed: ParsedLedger, why: string | null): OpenedLedger {
  const unproven = [...parsed.entries, ...parsed.unproven];
  const faults =
    why === null
      ? parsed.faults
      : [{ is: 'broken', file: 'ledger/head.json', line: 0, seq: unproven.length, why } as const];
  return { entries: [], unproven, faults, tip: null, key: null };
}
