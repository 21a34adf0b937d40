/**
 * How GitHub is set up, as far as somebody could read it: the facts that `judge.ts` judges. A fact that could not be read
 * says why; it is never taken for a good one. Knows nothing of HTTP.
 */

/** `why`: in a person's words, no full stop. */
export type Fact<T> = { readonly isRead: true; readonly value: T } | { readonly isRead: false; readonly why: string };

/** A rule in force on a branch, wherever it was configured (docs.github.com, "Get rules for a branch"). */
export type Rule = { readonly ruleset: number } & (
  | {
      readonly type: 'pull_request';
      readonly approvals: number;
      readonly codeOwners: boolean;
      /** Empty: every method. */
      readonly mergeMethods: readonly string[];
      /** Native reviews by path; GitHub's patterns, in order, `!` takes back. */
      readonly reviewers: readonly { readonly patterns: readonly string[]; readonly approvals: number }[];
    }
  | {
      readonly type: 'required_status_checks';
      readonly strict: boolean;
      /** `app`: the only App whose check counts; `null`: anybody's. */
      readonly checks: readonly { readonly name: string; readonly app: number | null }[];
    }
  | { readonly type: 'deletion' | 'non_fast_forward' | 'update' | 'merge_queue' }
);

/** Who may pass over a ruleset, as GitHub names them: `Integration 7002`, `OrganizationAdmin`. */
export interface BypassActor {
  readonly type: string;
  readonly id: number | null;
}

export interface BranchSetup {
  readonly branch: string;
  readonly rules: readonly Rule[];
  /** By the id of a ruleset: its bypass list, which GitHub shows to administrators only. */
  readonly bypass: ReadonlyMap<number, Fact<readonly BypassActor[]>>;
  /** Names of rulesets by id. */
  readonly names: ReadonlyMap<number, string>;
}

export interface TreeSetup {
  /** Every path on the default branch, sorted. */
  readonly paths: readonly string[];
  /** The text of CODEOWNERS where GitHub looks for it; `null`: there is none. */
  readonly codeowners: string | null;
  /** Workflow files by path; `null`: not text, or too large. */
  readonly workflows: ReadonlyMap<string, string | null>;
}

/** Which branches may use an environment, and with it its secrets; `null`: there is no environment of this name. */
export interface EnvironmentSetup {
  /** Names or patterns; `all`: no limit; `protected`: every branch with protection. */
  readonly branches: readonly string[] | 'all' | 'protected';
}

export interface Setup {
  /** `acme/access`. */
  readonly access: string;
  readonly defaultBranch: string;
  /** Where the branch `gatepass/ledger`, the sweep's workflow and its environment are. */
  readonly ledger: string;
  /** Of the repository that holds the sweep. */
  readonly sweepBranch: string;
  /** Ids of our Apps; `null`: not told. */
  readonly gateApp: number | null;
  readonly applierApp: number | null;
  readonly main: Fact<BranchSetup>;
  readonly ledgerBranch: Fact<BranchSetup>;
  readonly tree: Fact<TreeSetup>;
  /** Whether the repository itself lets rebase merges happen. */
  readonly allowsRebase: Fact<boolean>;
  readonly environment: Fact<EnvironmentSetup | null>;
  /** What only `doctor` looks at; `null`: not looked at. */
  readonly more: MoreSetup | null;
}

export interface MoreSetup {
  /** Whether Actions may approve pull requests. */
  readonly actionsMayApprove: Fact<boolean>;
  /** Classic branch protection of the default branch; `null`: none. */
  readonly classic: Fact<{ readonly strict: boolean } | null>;
  /** Permissions by name of each of our Apps, as installed. */
  readonly gatePermissions: Fact<Readonly<Record<string, string>>>;
  readonly applierPermissions: Fact<Readonly<Record<string, string>>>;
  /** Repositories that the catalogs' actions run in, and who could ask and start it unasked: logins. */
  readonly runs: Fact<readonly { readonly repository: string; readonly writers: Fact<readonly string[]> }[]>;
  /** The branch `gatepass/witness` of the access repository. */
  readonly witness: Fact<BranchSetup>;
  /** The branch `gatepass/heartbeat`, beside the ledger. */
  readonly heartbeats: Fact<BranchSetup>;
  /** Slugs of the teams that the governing files name and that are not pinned by their numbers, sorted. */
  readonly unpinnedTeams: Fact<readonly string[]>;
  readonly oidc: Fact<OidcSetup>;
  readonly sweeps: Fact<SweepsSetup>;
}

/** Whether the sweep lives. */
export interface SweepsSetup {
  /** When the sweep of the main zone was last heard. */
  readonly heardAt: string;
  /** `null`: every zone that holds something is heard. */
  readonly silence: { readonly since: string; readonly why: string } | null;
  /** GitHub's word for the workflow's state, such as `active` or `disabled_inactivity`. */
  readonly workflow: Fact<string>;
}

/** What OIDC tokens of workflows in the sweep's repository have as their subject. */
export interface OidcSetup {
  readonly isDefault: boolean;
  /** Where it is not the default: the claims that it is made of. */
  readonly keys: readonly string[];
  /** Owner and repository are named by number. */
  readonly isImmutable: boolean;
  /** `repo:acme@9000/access@42`; `null`: GitHub does not say. */
  readonly prefix: string | null;
}

export function known<T>(value: T): Fact<T> {
  return { isRead: true, value };
}

export function unknown<T>(why: string): Fact<T> {
  return { isRead: false, why };
}
