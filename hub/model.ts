/**
 * What the look-alike remembers: accounts, teams, repositories, pull requests, checks, Apps. Nothing here is GitHub's JSON;
 * that is made by the files in `hub/json/`. State lives in memory, objects and refs in real bare git repositories.
 */
import type { GitStore } from './git/types.ts';

/** `YYYY-MM-DDTHH:mm:ss.sssZ` of the hub's own clock. */
export type Instant = string;

export type Json = Record<string, unknown>;

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export type Level = 'read' | 'write' | 'admin';

/** Permissions of an App or a token, such as `{contents: 'write', metadata: 'read'}`. */
export type Permissions = Readonly<Record<string, Level>>;

export interface Account {
  readonly id: number;
  /** Changes when somebody is renamed; the id never does. */
  login: string;
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

export interface Review {
  readonly id: number;
  readonly user: Account;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  body: string;
  commitId: string;
  submittedAt: Instant | null;
  /** The last edit of its text. */
  edited?: { readonly at: Instant; readonly by: Account };
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

/** An issue that is no pull request. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly app: App | null;
  readonly createdAt: Instant;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  updatedAt: Instant;
  closedAt: Instant | null;
  readonly labels: string[];
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
  /** The last edit of its text. */
  edited?: { readonly at: Instant; readonly by: Account };
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

export interface Environment {
  readonly id: number;
  readonly createdAt: Instant;
  /** `null`: any branch. */
  branches: readonly string[] | null;
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
  /** Numbered together with the pull requests. */
  readonly issues: Map<number, Issue>;
  readonly comments: Comment[];
  readonly checkRuns: CheckRun[];
  readonly statuses: Status[];
  readonly rulesets: Ruleset[];
  readonly activity: Activity[];
  /** Secrets by environment name; `''` holds those of the repository. */
  readonly secrets: Map<string, Map<string, string>>;
  /** By name: the branches that may use an environment (names or patterns); `null`: any. */
  readonly environments: Map<string, Environment>;
  /** Whether Actions may approve pull requests. */
  actionsMayApprove: boolean;
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
  /** `account` added it, and is whom GitHub names as who pushed. */
  | { readonly kind: 'deploy-key'; readonly account: Account; readonly repository: number }
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
