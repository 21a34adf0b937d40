/**
 * The contract between the sweep and a target system. A provider knows how to name a slot, see what it holds and change
 * it. It decides nothing: when, for whom and in which order is the core's business. Every call is idempotent.
 */
import type { JsonObject } from '../core/json.ts';
import type { Slot } from '../core/ledger/entry.ts';
import type { Observed } from '../core/reconcile/change.ts';
import type { Instant } from '../core/time.ts';

export interface Capabilities {
  /** `state`: held for a time. `once`: done one time. */
  readonly mode: 'state' | 'once';
  /** Who ends it: the platform itself, a scheduled job in the platform, or only the sweep. */
  readonly expiry: 'enforced' | 'delegated' | 'none';
  /** How long a session may live on after removal. */
  readonly sessionTailSeconds: number | 'unbounded';
  /** Whether its grants carry our mark, live in a place of ours, or only the ledger knows. */
  readonly ownership: 'tagged' | 'exclusive' | 'ledger';
  /** Calls in flight at once. */
  readonly concurrency: number;
}

/** What the world gives a provider; tests give another. */
export interface Io {
  /** The value of a named secret; throws `ProviderError` when it is absent. */
  secret(name: string): string;
  fetch: typeof fetch;
  /** Base URL of the GitHub API, without a trailing slash. */
  readonly githubApi: string;
  /** The applier's installation token, fresh enough for one call. */
  githubToken(): Promise<string>;
  /** Login of the applier's own account, such as `gatepass-applier[bot]`; absent: any App's account is taken for it. */
  readonly githubActor?: string;
  log(message: string): void;
}

/** The subject as this provider knows it: from `people.yaml`, bound at approval. */
export interface Identity {
  readonly name: string;
  readonly github: { readonly id: number; readonly login: string } | null;
  /** `identities.<provider type>` of the person or service. */
  readonly identity: string | null;
}

/** A slot and the value that the request asks for there. */
export interface Resolved {
  readonly slot: Slot;
  /** One of `slot.levels`. */
  readonly value: string;
}

export interface SetSlot {
  readonly slot: Slot;
  /** One of `slot.levels`; `null`: hold nothing. */
  readonly value: string | null;
  /** When the grant ends, for providers that enforce it. */
  readonly until: Instant | null;
  readonly endSessions: boolean;
}

export type Outcome =
  /** `note`: why nothing had to be done, as evidence, such as an account that is gone. */
  | { readonly is: 'done'; readonly changed: boolean; readonly note?: string }
  | { readonly is: 'pending'; readonly afterSeconds: number; readonly why: 'async' | 'invitation' | 'propagation' }
  | {
      readonly is: 'refused';
      readonly why: 'gone' | 'immutable' | 'managed-elsewhere' | 'policy' | 'unknown-principal';
      readonly detail: string;
    };

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly fix: string;
}

export interface Provider {
  /** Are credentials, rights and features there? Writes nothing. */
  check(): Promise<readonly Diagnostic[]>;
  /** From a catalog target and a person to a slot named by immutable ids. Its zone is the caller's to fill in. */
  resolve(target: JsonObject, who: Identity): Promise<Resolved>;
  /** What each slot holds now. Unknown is not absent: what cannot be told throws. */
  observe(slots: readonly Slot[]): Promise<readonly Observed[]>;
  /** Make the slot hold the value. The caller re-observes. */
  set(change: SetSlot): Promise<Outcome>;
  /**
   * Everything there that is ours by a mark of its own, whatever a ledger says: by its grantor, or because the place is
   * declared to be filled by Gatepass alone. `known`: slots that a ledger or a catalog led to, which say where to look.
   * Absent: the target has no such mark.
   */
  inventory?(known: readonly Slot[]): Promise<readonly Resolved[]>;
  close(): Promise<void>;
}

export interface ProviderDefinition {
  /** The catalog's `provider.type`. */
  readonly type: string;
  readonly capabilities: Capabilities;
  /** JSON Schemas of `provider.with` (resource settings merged in) and of one item of `grants`. */
  readonly configSchema: JsonObject;
  readonly targetSchema: JsonObject;
  open(config: JsonObject, io: Io): Promise<Provider>;
}

/** A run of a single-use action. */
export interface RunState {
  readonly runId: number;
  readonly url: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly detail: string | null;
}

/** The `once` counterpart: start, find, follow. Never started again by itself. */
export interface ActionRunner {
  /** Starts it and returns the run; throws `ProviderError` with `effect: 'none' | 'unknown'`. */
  start(
    run: { repository: string; workflow: string; ref: string; inputs: Readonly<Record<string, string>> },
    correlation: string,
  ): Promise<RunState>;
  /** The run that carries the correlation, if any was created. `after` bounds the search: when it was asked for. */
  find(
    run: { repository: string; workflow: string; ref?: string; after?: Instant },
    correlation: string,
  ): Promise<RunState | null>;
  /** What is given beside the repository is checked: a run of something else is an error, never an answer. */
  follow(
    run: { repository: string; workflow?: string; ref?: string; correlation?: string },
    runId: number,
  ): Promise<RunState>;
}

export class ProviderError extends Error {
  readonly code: string;
  /** Whether, and how, trying again can help. */
  readonly retry: 'no' | 'backoff' | 'reread';
  /** Whether the effect can have happened all the same. */
  readonly effect: 'none' | 'unknown';
  readonly afterSeconds: number | null;
  constructor(
    code: string,
    message: string,
    options: {
      retry?: 'no' | 'backoff' | 'reread';
      effect?: 'none' | 'unknown';
      afterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ProviderError';
    this.code = code;
    this.retry = options.retry ?? 'no';
    this.effect = options.effect ?? 'none';
    this.afterSeconds = options.afterSeconds ?? null;
  }
}
