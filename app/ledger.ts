/** The ledger as the gate reads it: proven, and not contradicting what the gate itself witnessed. It never writes there. */
import { type LedgerRead, readProvenEntries } from '../github/proven-entries.ts';
import type { Gate } from './gate.ts';
import { contradiction } from './witness.ts';

/** Outages are thrown, since they pass; what a person must mend is said. */
export function readEntries(gate: Gate): Promise<LedgerRead> {
  const witness = { ...gate.witness };
  const connect = () => gate.connect(gate.ledger);
  return readProvenEntries(connect, gate.ledger, gate.ledgerFiles, (opened) => contradiction(gate, witness, opened));
}
