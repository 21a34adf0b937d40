/**
 * The shapes the look-alike is built on: its state, its stores and the row of a route. Nothing here is GitHub's JSON;
 * that is made by the files in `hub/json/`. State lives in memory, objects and refs in real bare git repositories.
 */
import type { EventEmitter } from 'node:events';
import type { Delivery } from './webhooks.ts';

/** `YYYY-MM-DDTHH:mm:ss.sssZ` of the hub's own clock. */
export type Instant = string;
export type Json = Record<string, unknown>;
export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';
export type Level = 'read' | 'write' | 'admin';
/** Permissions of an App or a token, such as `{contents: 'write', metadata: 'read'}`. */
export type Permissions = Readonly<Record<string, Level>>;

export interface Clock {
  now(): Instant;
  epoch(): number;
  set(at: Instant | string): void;
  /** Moves on, runs what falls due on the way in order, waits for it. */
  advance(milliseconds: number): Promise<void>;
}

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly email: string;
}

export interface Member {
  readonly account: Account;
  role: 'admin' | 'member';
  state: 'active' | 'pending';
}

export interface TeamMember {
  readonly account: Account;
  role: 'maintainer' | 'member';
  state: 'active' | 'pending';
}

export interface Team {
  readonly id: number;
  readonly slug: string;
  name: string;
  description: string | null;
  privacy: 'closed' | 'secret';
  readonly organization: Organization;
  parent: Team | null;
  /** Direct members by account id; members of child teams are not repeated here. */
  readonly members: Map<number, TeamMember>;
  /** Role by repository id. */
  readonly repositories: Map<number, Role>;
}

export interface Organization {
  readonly account: Account;
  readonly members: Map<number, Member>;
  /** By slug. */
  readonly teams: Map<string, Team>;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly path: string;
  /** Bytes of a blob. */
  readonly size?: number;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, as git recorded it, in UTC with seconds. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  readonly signed: boolean;
}

export interface FileChange {
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  readonly path: string;
  readonly previousPath: string | null;
  readonly mode: string;
  readonly previousMode: string;
  readonly blob: string;
  readonly previousBlob: string;
  readonly additions: number;
  readonly deletions: number;
}

/** One bare repository on disk. `ref` is a full ref, a branch name, or a sha. */
export interface GitStore {
  readonly directory: string;
  /** The commit that a ref, branch, tag or sha names; `null`: there is none. */
  resolve(ref: string): Promise<string | null>;
  /** A file's bytes at a commit; `null`: not there, or not a blob. */
  readFile(ref: string, path: string): Promise<Buffer | null>;
  object(sha: string): Promise<{ readonly type: string; readonly data: Buffer } | null>;
  commit(sha: string): Promise<Commit | null>;
  /** Entries of the tree of a commit or tree; paths are relative to the root asked for. */
  tree(ref: string, recursive: boolean): Promise<TreeEntry[] | null>;
  /** Commits reachable from `to` and not from `not`, newest first. */
  history(to: string, not: string | null, options?: HistoryOptions): Promise<string[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  mergeBase(one: string, other: string): Promise<string | null>;
  /** Changes from one tree-ish to another, renames detected. */
  diff(from: string, to: string): Promise<FileChange[]>;
  /** Unified diff by path. */
  patches(from: string, to: string): Promise<Map<string, string>>;
  /** The merged tree; `null`: conflict. */
  mergeTree(ours: string, theirs: string): Promise<string | null>;
  refs(prefix: string): Promise<{ readonly ref: string; readonly sha: string }[]>;
  writeObject(type: 'blob' | 'tree' | 'commit', data: Buffer | string): Promise<string>;
  /** A tree made of `base` with entries replaced; `sha: null` removes a path. */
  writeTree(
    base: string | null,
    entries: readonly { path: string; mode: string; sha: string | null }[],
  ): Promise<string>;
  writeCommit(commit: NewCommit): Promise<string>;
  /** Compare-and-swap; `ZERO` for none. `false`: the ref was not at `before`. */
  swapRef(ref: string, after: string, before: string): Promise<boolean>;
  /** Runs git in the repository; rejects with its standard error on a status that `allow` does not list. */
  git(args: readonly string[], options?: GitOptions): Promise<{ status: number; stdout: Buffer }>;
  /** Ends the helper process. */
  close(): void;
}

export interface HistoryOptions {
  readonly path?: string;
  readonly limit?: number;
  readonly skip?: number;
  readonly firstParent?: boolean;
}

export interface GitOptions {
  readonly input?: Buffer | string;
  readonly allow?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export interface Review {
  readonly id: number;
  readonly user: Account;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  body: string;
  commitId: string;
  submittedAt: Instant | null;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly createdAt: Instant;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  draft: boolean;
  base: { ref: string; sha: string };
  /** `repository` is `null` once a fork is deleted. */
  head: { ref: string; sha: string; repository: Repository | null };
  updatedAt: Instant;
  closedAt: Instant | null;
  mergedAt: Instant | null;
  mergedBy: Account | null;
  mergeCommitSha: string | null;
  readonly reviews: Review[];
  readonly reviewers: Account[];
  readonly reviewerTeams: Team[];
  readonly labels: string[];
  readonly events: IssueEvent[];
  /** Who pushed the head last. */
  lastPusher: Account;
}

export interface IssueEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: Account;
  readonly at: Instant;
  readonly extra: Json;
}

export interface Comment {
  readonly id: number;
  /** Issue or pull request number. */
  readonly issue: number;
  readonly user: Account;
  readonly app: App | null;
  body: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  readonly reactions: { readonly id: number; readonly user: Account; readonly content: string; readonly at: Instant }[];
}

export interface CheckRun {
  readonly id: number;
  readonly app: App;
  readonly headSha: string;
  readonly suiteId: number;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  startedAt: Instant;
  completedAt: Instant | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Json[];
  actions: Json[];
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly at: Instant;
}

export interface Rule {
  readonly type: string;
  readonly parameters?: Json;
}

/** GitHub's own ruleset shape. */
export interface Ruleset {
  readonly id: number;
  name: string;
  enforcement: 'active' | 'disabled' | 'evaluate';
  include: string[];
  exclude: string[];
  bypass: { actorId: number | null; actorType: string; mode: 'always' | 'pull_request' | 'exempt' }[];
  rules: Rule[];
  readonly createdAt: Instant;
  updatedAt: Instant;
}

export interface Activity {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: Account;
  readonly at: Instant;
  readonly type: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge' | 'merge_queue_merge';
}

export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  /** `owner/name`. */
  readonly fullName: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly createdAt: Instant;
  pushedAt: Instant;
  readonly git: GitStore;
  readonly collaborators: Map<number, { readonly account: Account; role: Role }>;
  readonly parent: Repository | null;
  readonly pulls: Map<number, PullRequest>;
  readonly comments: Comment[];
  readonly checkRuns: CheckRun[];
  readonly statuses: Status[];
  readonly rulesets: Ruleset[];
  readonly activity: Activity[];
  /** Secrets by environment name; `''` holds those of the repository. */
  readonly secrets: Map<string, Map<string, string>>;
  nextNumber: number;
  /** Merge settings. */
  settings: { mergeCommit: boolean; squash: boolean; rebase: boolean; deleteBranch: boolean };
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: Account;
  readonly bot: Account;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly publicKey: string;
  webhookUrl: string | null;
  webhookSecret: string;
  readonly createdAt: Instant;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  readonly createdAt: Instant;
  /** `null`: all of the account's. */
  readonly repositories: ReadonlySet<number> | null;
}

/** Who makes a call. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation';
      readonly app: App;
      readonly account: Account;
      readonly owner: Account;
      readonly permissions: Permissions;
      readonly repositories: ReadonlySet<number> | null;
    };

export interface Token {
  readonly actor: Actor;
  /** Real time, milliseconds; `null`: never. */
  readonly expires: number | null;
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

/** The object id that stands for none. */
export const ZERO = '0'.repeat(40);
