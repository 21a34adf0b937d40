/** The ledger as a gate reads it: proven entries, or a plain reason why there are none. Nothing is written. */
import type { Entry } from '../core/ledger/entry.ts';
import type { OpenedLedger } from '../core/ledger/head.ts';
import { type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { LEDGER_BRANCH, type LedgerCache, readLedger } from './ledger-store.ts';
import { openStored } from './open-ledger.ts';

export type LedgerRead =
  | { readonly ok: true; readonly entries: readonly Entry[]; readonly opened: OpenedLedger }
  | { readonly ok: false; readonly why: string };

/**
 * Outages are thrown, since they pass; what a person must mend is said.
 * @param objection why an otherwise proven ledger is not to be relied on; `null`: it is
 */
export async function readProvenEntries(
  connect: () => Promise<GitHub>,
  repository: RepositoryName,
  cache: LedgerCache,
  objection: (opened: OpenedLedger) => string | null = () => null,
): Promise<LedgerRead> {
  const name = `${repository.owner}/${repository.name}`;
  try {
    const stored = await readLedger(await connect(), repository, { cache });
    if (stored.commit === null) {
      const why = `the ledger branch \`${LEDGER_BRANCH}\` is not in \`${name}\`, or this app may not read it; \`gatepass init --ledger\` makes one`;
      return { ok: false, why };
    }
    const opened = openStored(stored, cache, null);
    const [fault] = opened.faults;
    if (fault === undefined) {
      const why = objection(opened);
      return why === null ? { ok: true, entries: opened.entries, opened } : { ok: false, why };
    }
    const why = `the ledger in \`${name}\` does not verify: \`${fault.file}\` line ${fault.line} ${fault.why}`;
    return { ok: false, why };
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) {
      return { ok: false, why: `the ledger in \`${name}\` cannot be read: ${error.message}` };
    }
    throw error;
  }
}
