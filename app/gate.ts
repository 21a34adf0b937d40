/**
 * What every part of the gate is handed: which repository, which app, how to reach GitHub, what may be remembered. Only
 * things that git can never change are kept; every fact about people is read again each time.
 */
import type { GitHub, RepositoryName } from '../github/client.ts';
import type { LedgerCache } from '../github/ledger-store.ts';
import type { GitCache } from '../github/tree.ts';
import type { AlarmBoard } from './alarm.ts';
import type { ClockMemory } from './clock-memory.ts';
import type { Health } from './health.ts';
import type { WitnessMemory } from './witness.ts';

export interface Log {
  info(facts: Record<string, unknown>, message: string): void;
  warn(facts: Record<string, unknown>, message: string): void;
  error(facts: Record<string, unknown>, message: string): void;
}

export interface Gate {
  readonly appId: number;
  readonly repository: RepositoryName;
  readonly ledger: RepositoryName;
  /** Base URL of GitHub's pages, without a trailing slash. */
  readonly web: string;
  /** As the app's installation on a repository. Throws `GitHubError`. */
  connect(repository: RepositoryName): Promise<GitHub>;
  /** Of the account that the app writes as: `gatepass[bot]`. Throws `GitHubError`. */
  login(): Promise<string>;
  readonly git: GitCache;
  readonly ledgerFiles: LedgerCache;
  readonly health: Health;
  /** What the gate itself wrote down of the ledger. */
  readonly witness: WitnessMemory;
  /** What the gate knows of the sweeps. */
  readonly clock: ClockMemory;
  /** What the gate itself raised, see `alarm.ts`. */
  readonly alarms: AlarmBoard;
  readonly log: Log;
  /** Has another pull request evaluated, soon. */
  enqueue(pullRequest: number): void;
  /** Has all that are open evaluated, soon. */
  enqueueAll(): void;
  /** Has people told what needs them, soon. */
  tell(): void;
}

/** `acme/access`. */
export function fullName({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`;
}

/** GitHub compares names without regard to case. */
export function isRepository(repository: RepositoryName, written: string): boolean {
  return fullName(repository).toLowerCase() === written.toLowerCase();
}

/** The repository's page. */
export function pageOf(gate: Gate): string {
  return `${gate.web}/${fullName(gate.repository)}`;
}
