/** How the parts of the look-alike meet: its state, its clock, the row of a route and what a handler is given. */
import type { EventEmitter } from 'node:events';
import type {
  Account,
  Actor,
  App,
  Installation,
  Instant,
  Json,
  Organization,
  Permissions,
  Repository,
  Token,
} from './model.ts';
import type { Delivery } from './webhooks.ts';

export interface Clock {
  now(): Instant;
  epoch(): number;
  set(at: Instant | string): void;
  /** From now on it goes on by itself, at the machine's pace. */
  run(): void;
  /** Moves on, runs what falls due on the way in order, waits for it. */
  advance(milliseconds: number): Promise<void>;
}

/** A ref that moved, told to `hub.events` as `push`, after the webhooks were queued. */
export interface RefMove {
  readonly repository: Repository;
  /** Full: `refs/heads/main`. */
  readonly ref: string;
  /** `ZERO` when created. */
  readonly before: string;
  /** `ZERO` when deleted. */
  readonly after: string;
  readonly actor: Account;
  /** The move was made with a workflow's own token, which starts no workflows. */
  readonly byWorkflow: boolean;
}

/** What the Actions side gives the core: `hub/actions/runner.ts` exports `actionsRunner(hub, actions): ActionsRunner`. */
export interface ActionsRunner {
  /** The REST API of Actions, to be added to the route table. */
  readonly routes: readonly Route[];
  onPush(move: RefMove): void;
  /** Runs what is due in `(from, to]` in order, setting the clock to each instant, and waits. */
  onAdvance(from: Instant, to: Instant): Promise<void>;
  idle(): Promise<void>;
  /** Runs of a repository, newest last, as the API shows them. */
  runs(repository: Repository): unknown[];
  close(): Promise<void>;
}

export interface HubEvents {
  push: [RefMove];
  /** A webhook delivery ended, well or not. */
  delivered: [Delivery];
  /** Every webhook event, before it is delivered to Apps. */
  webhook: [{ event: string; action: string | null; repository: Repository | null; payload: Json }];
}

export interface HubState {
  /** `http://127.0.0.1:port`. */
  url: string;
  /** `${url}/api/v3`. */
  apiUrl: string;
  readonly directory: string;
  readonly clock: Clock;
  readonly events: EventEmitter<HubEvents>;
  /** By id: users, bots and organisations. */
  readonly accounts: Map<number, Account>;
  /** By lower-case login. */
  readonly organizations: Map<string, Organization>;
  /** By lower-case `owner/name`. */
  readonly repositories: Map<string, Repository>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  readonly tokens: Map<string, Token>;
  /** Commits that GitHub signed. */
  readonly verified: Set<string>;
  /** Reads that were answered 304: GitHub does not count them. */
  notModified: number;
  nextId(): number;
  /** Sends an event to the Apps installed on the repository (or organisation) that subscribe to it. */
  emit(event: string, payload: Json, about: About): void;
  /** A workflow's `GITHUB_TOKEN` for one repository. */
  workflowToken(repository: Repository, permissions: Permissions): string;
}

export interface About {
  readonly repository?: Repository;
  readonly organization?: Organization;
  readonly sender: Account;
  /** Only this App hears it (check_run.rerequested and the like). */
  readonly only?: App;
}

/**
 * What a caller needs: `contents:read` (any of several), `jwt` (an App as itself), `user` (a person), `any` (signed in),
 * `public` (nobody in particular). Repositories that the caller cannot read answer 404 before this is asked.
 */
export type Need = string | readonly string[];

export interface Call {
  readonly hub: HubState;
  readonly actor: Actor;
  /** The account behind the actor; a call that needs none never asks. */
  readonly account: Account;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  /** Throws 404 when the path names none. */
  readonly repository: Repository;
  readonly organization: Organization;
  /** The URL asked for, for `Link`. */
  readonly url: URL;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row of the route table: the path template is GitHub's OpenAPI's own. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly needs: Need;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** One exchange, as the validator of `hub/openapi/validate.ts` sees it. */
export interface Exchange {
  readonly method: string;
  /** Path without `/api/v3`, with its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
  /** `null`: no route matched. */
  readonly route: Route | null;
}

/** Throws, or returns problems, when an exchange is not GitHub's. */
export type OnExchange = (exchange: Exchange) => void;
