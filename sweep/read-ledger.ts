/**
 * The ledger as this sweep may rely on it. Entries count only if the chain and the signed head prove them under the key
 * that this applier holds. If the tip does not prove itself, the last commit that does tells what is owed: revokes go on
 * from there, grants stop, and nothing is written over the evidence (threats 59, 72, 77).
 */
import type { Segment } from '../core/ledger/chain.ts';
import type { Entry } from '../core/ledger/entry.ts';
import { openLedger } from '../core/ledger/head.ts';
import type { Tip } from '../core/ledger/line.ts';
import { replay } from '../core/ledger/replay.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { verifyLedgerSignature } from '../github/ledger-key.ts';
import { ledgerParents, readLedger, type StoredLedger } from '../github/ledger-store.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

export interface LedgerView {
  /** Tip of the branch, which an append expects; `null`: there is no ledger. */
  readonly commit: string | null;
  readonly segments: readonly Segment[];
  /** Proven, in order; of an older commit when the tip is broken. */
  readonly entries: readonly Entry[];
  readonly state: LedgerState;
  /** Where the chain ends; `null`: it cannot be appended to. */
  readonly tip: Tip | null;
  /** Why no grant may begin; empty: none of these reasons. */
  readonly stops: readonly Stop[];
}

/** How far back a state that still proves itself is looked for. */
const MOST_COMMITS_BACK = 100;

/** Throws `GitHubError`. */
export async function readLedgerView(world: SweepWorld): Promise<LedgerView> {
  const stored = await readStored(world);
  if (stored.commit === null)
    return closed(stored, [], 'ledger-missing', 'there is no ledger on `gatepass/ledger`', INIT);
  const opened = open(world, stored);
  if (opened.tip !== null) {
    const { entries, tip } = opened;
    return { commit: stored.commit, segments: stored.segments, entries, state: replay(entries), tip, stops: [] };
  }
  const [fault] = opened.faults;
  const where = fault === undefined ? '' : ` (${fault.file}:${fault.line}, entry ${fault.seq})`;
  const why = `the ledger does not prove itself: ${fault?.why ?? 'no reason was found'}${where}`;
  return closed(stored, await lastGoodEntries(world, stored.commit), 'ledger-broken', why, REPAIR);
}

const INIT = 'start one with `gatepass init --ledger` and push it';
const REPAIR = 'run `gatepass verify` on a clone, find who wrote to the branch, and reset it to its last good commit';

function closed(
  stored: StoredLedger,
  entries: readonly Entry[],
  key: string,
  message: string,
  next: string,
): LedgerView {
  const stop: Stop = { key, severity: 'critical', message, next };
  return { commit: stored.commit, segments: [], entries, state: replay(entries), tip: null, stops: [stop] };
}

function readStored(world: SweepWorld, commit?: string): Promise<StoredLedger> {
  const { github, repository } = world.ledger;
  return readLedger(github, repository, { cache: world.cache.ledger, ...(commit === undefined ? {} : { commit }) });
}

/** The applier's own key is the anchor: a ledger under another key is somebody else's. */
function open(world: SweepWorld, stored: StoredLedger): ReturnType<typeof openLedger> {
  return openLedger(stored, { verify: verifyLedgerSignature, pinned: world.signer.publicKey });
}

/** Walks the branch back by first parents to the latest commit that proves itself. None: nothing is known. */
async function lastGoodEntries(world: SweepWorld, tip: string): Promise<readonly Entry[]> {
  const { github, repository } = world.ledger;
  let commit: string | undefined = tip;
  for (let steps = 0; steps < MOST_COMMITS_BACK; steps += 1) {
    [commit] = await ledgerParents(github, repository, commit);
    if (commit === undefined) return [];
    const opened = open(world, await readStored(world, commit));
    if (opened.tip !== null) return opened.entries;
  }
  return [];
}
