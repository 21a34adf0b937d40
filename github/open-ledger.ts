/** Proves a ledger that was read: its chain, its signed head. Who reads it again and again reads each line once. */
import { type OpenedLedger, openLedger } from '../core/ledger/head.ts';
import type { Proven } from '../core/ledger/read-on.ts';
import { verifyLedgerSignature } from './ledger-key.ts';
import type { LedgerCache, StoredLedger } from './ledger-store.ts';

/** What was proven last of the ledger that a cache is for. */
const lastProven = new WeakMap<LedgerCache, Proven>();

/** @param pinned the public key that the reader trusts already; `null`: any that the ledger brings */
export function openStored(stored: StoredLedger, cache: LedgerCache, pinned: string | null): OpenedLedger {
  const opened = openLedger(stored, { verify: verifyLedgerSignature, pinned, known: lastProven.get(cache) });
  const { entries, tip } = opened;
  if (tip !== null) lastProven.set(cache, { segments: stored.segments, entries, tip });
  return opened;
}
