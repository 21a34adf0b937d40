/**
 * The ledger as this sweep may rely on it. Entries count only if the chain and the signed head prove them under the key
 * that this applier holds. If the tip does not prove itself, the last commit that does tells what is owed: revokes go on
 * from there, grants stop, and nothing is written over the evidence. The same when it proves itself but lacks a head that
 * the gate witnessed: it was set back (threats 59, 72, 77).
 */
import { canonicalJson } from '../core/canonical.ts';
import type { Segment } from '../core/ledger/chain.ts';
import type { Entry } from '../core/ledger/entry.ts';
import type { OpenedLedger } from '../core/ledger/head.ts';
import type { Tip } from '../core/ledger/line.ts';
import { replay } from '../core/ledger/replay.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import { firstMissing, type WitnessedHead } from '../core/ledger/witness.ts';
import { GitHubError } from '../github/client.ts';
import { type LedgerCache, ledgerParents, readLedger, type StoredLedger } from '../github/ledger-store.ts';
import { openStored } from '../github/open-ledger.ts';
import { readWitness } from '../github/witness-store.ts';
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
  // In this order: whatever was witnessed by then is in a ledger that is read afterwards.
  const witnessed = await readWitnessed(world);
  const stored = await readStored(world);
  if (stored.commit === null) {
    const known = await witnessedEntries(world, witnessed.heads);
    return closed(stored, known, 'ledger-missing', 'there is no ledger on `gatepass/ledger`', INIT);
  }
  const opened = open(world, stored);
  if (opened.tip === null) {
    const [fault] = opened.faults;
    const where = fault === undefined ? '' : ` (${fault.file}:${fault.line}, entry ${fault.seq})`;
    const why = `the ledger does not prove itself: ${fault?.why ?? 'no reason was found'}${where}`;
    const [good, seen] = await Promise.all([
      lastGoodEntries(world, stored.commit),
      witnessedEntries(world, witnessed.heads),
    ]);
    return closed(stored, seen.length > good.length ? seen : good, 'ledger-broken', why, REPAIR);
  }
  const { entries, tip } = opened;
  const missing = firstMissing(witnessed.heads, opened);
  if (missing !== null) {
    const known = await witnessedEntries(world, witnessed.heads);
    const why = `the ledger ends at entry ${tip.seq} or was rewritten: the gate saw another entry ${missing.seq}, in commit ${missing.commit}`;
    return closed(stored, isPartOf(known, entries) ? entries : known, 'ledger-rewound', why, REPAIR);
  }
  const { commit, segments } = stored;
  return { commit, segments, entries, state: stateOf(entries, world.cache.ledger), tip, stops: witnessed.stops };
}

/** What was folded last with each cache: a ledger that goes on has the same entries, which were read once. */
const folded = new WeakMap<LedgerCache, { readonly entries: readonly Entry[]; readonly state: LedgerState }>();

function stateOf(entries: readonly Entry[], cache: LedgerCache): LedgerState {
  const known = folded.get(cache);
  const count = known?.entries.length ?? 0;
  // Each entry holds the hash of the one before: where the last one known stands in its place, all before it do.
  const isOn = known !== undefined && entries[count - 1] === known.entries.at(-1);
  const state = isOn ? replay(entries.slice(count), known.state) : replay(entries);
  folded.set(cache, { entries, state });
  return state;
}

interface Witnessed {
  readonly heads: readonly WitnessedHead[];
  readonly stops: readonly Stop[];
}

async function readWitnessed(world: SweepWorld): Promise<Witnessed> {
  try {
    const read = () => readWitness(world.github, world.repository, world.cache.ledger);
    // Once more: without it a ledger that was set back is not known for that, and is written on.
    const { commit, heads } = await read().catch(read);
    const isMissing = world.witness === 'required' && (commit === null || heads.length === 0);
    return { heads, stops: isMissing ? [UNWITNESSED] : [] };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const message = `what the gate witnessed of the ledger could not be read: ${error.message}`;
    const next = 'the next sweep tries again; if the branch `gatepass/witness` is damaged, find out who wrote to it';
    return { heads: [], stops: [{ key: 'witness-unreadable', severity: 'critical', message, next }] };
  }
}

/** Whoever deletes the witness could set the ledger back unseen, so no witness is no leave. */
const UNWITNESSED: Stop = {
  key: 'witness-missing',
  severity: 'critical',
  message: 'the gate has witnessed nothing of the ledger: the branch `gatepass/witness` is not there, or it is empty',
  next: 'start the app, which writes it; if it was there, find out who deleted it; without the app, set `witness: none`',
};

/** GitHub keeps commits that no branch has any more for a while: what is owed is known from the last one witnessed. */
async function witnessedEntries(world: SweepWorld, heads: readonly WitnessedHead[]): Promise<readonly Entry[]> {
  const last = heads.at(-1);
  if (last === undefined) return [];
  try {
    const opened = open(world, await readStored(world, last.commit));
    return opened.tip?.hash === last.hash ? opened.entries : [];
  } catch (error) {
    if (error instanceof GitHubError) return [];
    throw error;
  }
}

/**
 * Whoever writes to the witness makes no sweep forget what the ledger proves: a head that never was may name a commit of long
 * ago, and what began since would never end, what ended since would be taken from whoever has it now. A fork of the ledger, such
 * as a commit that lost its race, is taken for what was set back all the same.
 */
function isPartOf(known: readonly Entry[], entries: readonly Entry[]): boolean {
  // Each entry holds the hash of the one before.
  const last = known.at(-1);
  return last === undefined || canonicalJson(last) === canonicalJson(entries[last.seq] ?? null);
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
function open(world: SweepWorld, stored: StoredLedger): OpenedLedger {
  return openStored(stored, world.cache.ledger, world.signer.publicKey);
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
