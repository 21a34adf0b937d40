/** The ledger as the gate reads it: proven entries or a plain reason why there are none. It never writes there. */

import type { Entry } from '../core/ledger/entry.ts';
import { openLedger } from '../core/ledger/head.ts';
import { GitHubError } from '../github/client.ts';
import { verifyLedgerSignature } from '../github/ledger-key.ts';
import { LEDGER_BRANCH, readLedger } from '../github/ledger-store.ts';
import { fullName, type Gate } from './gate.ts';
import { contradiction } from './witness.ts';

export type LedgerRead =
  | { readonly ok: true; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly why: string };

/** Outages are thrown, since they pass; what a person must mend is said. */
export async function readEntries(gate: Gate): Promise<LedgerRead> {
  const name = fullName(gate.ledger);
  const witness = { ...gate.witness };
  try {
    const github = await gate.connect(gate.ledger);
    const stored = await readLedger(github, gate.ledger, { cache: gate.ledgerFiles });
    if (stored.commit === null) {
      return {
        ok: false,
        why: `the ledger branch \`${LEDGER_BRANCH}\` is not in \`${name}\`, or this app may not read it; \`gatepass init --ledger\` makes one`,
      };
    }
    const opened = openLedger(stored, { verify: verifyLedgerSignature, pinned: null });
    const [fault] = opened.faults;
    if (fault === undefined) {
      const why = contradiction(gate, witness, opened);
      return why === null ? { ok: true, entries: opened.entries } : { ok: false, why };
    }
    return {
      ok: false,
      why: `the ledger in \`${name}\` does not verify: \`${fault.file}\` line ${fault.line} ${fault.why}`,
    };
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) {
      return { ok: false, why: `the ledger in \`${name}\` cannot be read: ${error.message}` };
    }
    throw error;
  }
}
