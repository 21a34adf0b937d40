/**
 * Everything a sweep can touch, given from outside: GitHub, the target systems, the signing key. No clock is trusted here:
 * instants are GitHub's `Date` header, so a wrong clock on the runner grants nothing (threat 62).
 */

import type { JsonObject } from '../core/json.ts';
import type { Instant } from '../core/time.ts';
import { call, type GitHub, GitHubError, type RepositoryName, serverDate } from '../github/client.ts';
import type { LedgerSigner } from '../github/ledger-key.ts';
import type { LedgerCache } from '../github/ledger-store.ts';
import type { GitCache } from '../github/tree.ts';
import type { ActionRunner, Provider } from '../providers/provider.ts';
import type { Attest } from './attest.ts';
import type { Alarm } from './time-limit.ts';

export interface SweepWorld {
  /** Reads the access repository. */
  readonly github: GitHub;
  readonly repository: RepositoryName;
  /** Reads and writes the ledger, which may live in another repository under another token. */
  readonly ledger: { readonly github: GitHub; readonly repository: RepositoryName };
  /** Says why no grant may begin, by how GitHub is set up: `attestation` of attest.ts. */
  readonly attest: Attest;
  /** By the catalog's `provider.type`, with the slot's or binding's configuration. Throws `ProviderError`. */
  readonly openProvider: (type: string, config: JsonObject) => Promise<Provider>;
  readonly runner: ActionRunner;
  readonly signer: LedgerSigner;
  /** `required`: without the gate's witness no grant begins. `none`: nobody runs the app, so there is none. */
  readonly witness: 'required' | 'none';
  /** Names this run in intents: the workflow run's id and attempt. */
  readonly run: string;
  /** Which runner this is: only slots of this zone are observed and changed. */
  readonly zone: string;
  /** What git never changes. Kept between sweeps of one process, if there are several. */
  readonly cache: { readonly git: GitCache; readonly ledger: LedgerCache };
  /** Waits before looking again, in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /**
   * The machine's own clock. Nothing is granted by it: it only shows that one of the clocks is wrong, and how much time
   * passed since GitHub's was read. Absent: there is none to compare with.
   */
  readonly localNow?: () => Instant;
  /** Tells when so many milliseconds are over. Absent: the process's own timers do. */
  readonly alarm?: (milliseconds: number) => Alarm;
}

/** The server's clock now: one request. A runner that was asleep learns here how long it slept. */
export async function serverNow(world: SweepWorld): Promise<Instant> {
  const response = await call(world.github, 'GET /repos/{owner}/{repo}', {
    owner: world.repository.owner,
    repo: world.repository.name,
  });
  const at = serverDate(response);
  if (at === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return at;
}

export function repositoryOf(name: RepositoryName): { readonly owner: string; readonly repo: string } {
  return { owner: name.owner, repo: name.name };
}
