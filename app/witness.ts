/**
 * The gate as the ledger's witness: it writes down each head that it verified, on a branch that only it writes. A head
 * that does not extend the last one witnessed is refused, and from then on the gate relies on no ledger: no request is
 * allowed, and `/healthz` and the log say why.
 */
import { firstMissing, type WitnessedHead } from '../core/ledger/witness.ts';
import { LEDGER_BRANCH, readLedger } from '../github/ledger-store.ts';
import { openStored } from '../github/open-ledger.ts';
import { appendWitness, readWitness, WITNESS_BRANCH } from '../github/witness-store.ts';
import { fullName, type Gate } from './gate.ts';

/** What the gate remembers of its own witness; changed by `witnessLedger`, read by every evaluation. */
export interface WitnessMemory {
  /** The last head that was witnessed; `null`: none yet, or not read yet. */
  last: WitnessedHead | null;
  /** Why the ledger contradicts what was witnessed; `null`: it does not. */
  alarm: string | null;
}

export function newWitness(): WitnessMemory {
  return { last: null, alarm: null };
}

/** Throws `GitHubError`. Who loses the race for the branch has nothing to add: the next push or patrol looks again. */
export async function witnessLedger(gate: Gate): Promise<void> {
  const access = await gate.connect(gate.repository);
  // In this order: whatever was witnessed by then is in a ledger that is read afterwards.
  const before = await readWitness(access, gate.repository, gate.ledgerFiles);
  gate.witness.last = before.heads.at(-1) ?? gate.witness.last;
  const stored = await readLedger(await gate.connect(gate.ledger), gate.ledger, { cache: gate.ledgerFiles });
  const opened = openStored(stored, gate.ledgerFiles, null);
  const missing = firstMissing(before.heads, opened);
  if (missing !== null) {
    const what = `the ledger in \`${fullName(gate.ledger)}\` does not hold entry ${missing.seq} as it was witnessed`;
    gate.witness.alarm = `${what} on \`${WITNESS_BRANCH}\` (commit ${missing.commit}): \`${LEDGER_BRANCH}\` was set back, rewritten or removed`;
    gate.log.error({ alarm: gate.witness.alarm }, 'the ledger contradicts its witness');
    return;
  }
  gate.witness.alarm = null;
  const { tip } = opened;
  if (stored.commit === null || tip === null || tip.seq <= (before.heads.at(-1)?.seq ?? -1)) return;
  const head: WitnessedHead = { v: 1, seq: tip.seq, hash: tip.hash, commit: stored.commit, at: tip.at };
  const written = await appendWitness(access, gate.repository, before, head);
  if (written !== 'lost') gate.witness.last = head;
}

/**
 * Why these entries are not the ledger that was witnessed; `null`: nothing speaks against them.
 * The witness as it was before they were read.
 */
export function contradiction(
  gate: Gate,
  { alarm, last }: Readonly<WitnessMemory>,
  chain: Parameters<typeof firstMissing>[1],
): string | null {
  if (alarm !== null) return alarm;
  if (last === null || firstMissing([last], chain) === null) return null;
  return `the ledger in \`${fullName(gate.ledger)}\` lacks entry ${last.seq}, which was witnessed on \`${WITNESS_BRANCH}\``;
}
