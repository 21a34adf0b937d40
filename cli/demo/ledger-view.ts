/** What the ledger says now, read over the API as anybody with read rights may. */

import { parseLedger } from '../../core/ledger/chain.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { replay } from '../../core/ledger/replay.ts';
import type { GrantState, LedgerState, RequestStatus } from '../../core/ledger/state.ts';
import { readLedger } from '../../github/ledger-store.ts';
import type { Hand, Repository } from './hand.ts';

export interface LedgerView {
  readonly entries: readonly Entry[];
  readonly state: LedgerState;
  grantOf(pullRequest: number): GrantState | null;
  /** What became of a request file that may have had no pull request. */
  requestAt(path: string): RequestStatus | null;
}

export async function viewLedger(reader: Hand, repository: Repository): Promise<LedgerView> {
  const stored = await readLedger(reader.api, { owner: repository.owner, name: repository.repo });
  const { entries } = parseLedger(stored.segments);
  const state = replay(entries);
  return {
    entries,
    state,
    grantOf: (pullRequest) =>
      [...state.grants.values()].find((grant) => grant.request.pullRequest === pullRequest) ?? null,
    requestAt: (path) => [...state.requests.values()].find((each) => each.request.path === path)?.status ?? null,
  };
}
