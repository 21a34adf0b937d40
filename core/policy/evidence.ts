/**
 * Every fact a decision rests on, frozen in one JSON document (`schema/evidence.schema.json`): who collected it does not
 * matter, so gate 1, gate 2, a test and an auditor's laptop all decide alike. Nothing here is derived or judged.
 */
import type { JsonValue } from '../json.ts';
import type { Instant } from '../time.ts';

/** A GitHub account: the numeric id is the identity, the login is only shown. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization' | 'Mannequin';
}

export type ChangeStatus = 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';

/** One changed file, read from the git tree by blob, never from a work tree. */
export interface Change {
  readonly status: ChangeStatus;
  readonly path: string;
  /** The former path of a rename or copy. */
  readonly previousPath: string | null;
  /** Git file mode at the head, such as `100644`; at the base for a removal. */
  readonly mode: string;
  /** Bytes of the blob. */
  readonly size: number;
  /** Git object id of the blob at the head; at the base for a removal. */
  readonly blob: string;
  /** The blob's text; `null` when it was not fetched (too large, or not needed) or is not UTF-8. */
  readonly text: string | null;
  /** Gate 1: the base has changed the file too since the branch forked, so a merge could hold other bytes than these. */
  readonly behind?: true;
  /**
   * Of a request's file, what the ledger says. Removed: whether every request of its path is over and one had these bytes
   * (`closed`), not (`live`), or nobody can tell (`unknown`), and whether one derived from no approved pull request
   * (`quarantined`). Otherwise: another pull request `used` its path. Absent: nobody looked, or there is nothing to say.
   */
  readonly ledger?: 'closed' | 'live' | 'quarantined' | 'unknown' | 'used';
}

export interface CommitAuthor {
  /** The GitHub account that the e-mail belongs to; `null`: nobody's, so the author is unknown. */
  readonly account: Account | null;
  readonly name: string;
  readonly email: string;
}

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: CommitAuthor;
  readonly committer: CommitAuthor;
  /** `Co-authored-by` trailers of the message, resolved where possible. */
  readonly coAuthors: readonly CommitAuthor[];
  /** GitHub's `verification.verified`. */
  readonly verified: boolean;
}

export interface Review {
  readonly id: number;
  readonly user: Account;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  /** The commit that was reviewed. */
  readonly commitId: string;
  readonly submittedAt: Instant | null;
  /** What follows `limit:` on a line of its own in the review's body, as written; `null`: no such line. */
  readonly limit: string | null;
  /** What follows `digest:` on a line of its own, as written; absent or `null`: no such line. */
  readonly digest?: string | null;
  /**
   * The last edit of its text, from GraphQL: REST does not tell. `by` is `null` for an account that is gone. `null`:
   * never edited; absent: nobody looked, as in evidence from before this was read.
   */
  readonly edited?: { readonly at: Instant; readonly by: number | null } | null;
  /** Of a dismissed review, from the issue events: when, and what it was until then. Absent: GitHub does not say. */
  readonly dismissed?: { readonly at: Instant; readonly was: 'APPROVED' | 'CHANGES_REQUESTED' };
}

export interface TeamMember {
  readonly id: number;
  readonly login: string;
  readonly state: 'active' | 'pending';
}

export interface Team {
  readonly id: number;
  readonly slug: string;
  /** Slug of the parent team. Members of a child team are members of its parent too. */
  readonly parent: string | null;
  /** `false`: the list could not be read in full, so absence proves nothing. */
  readonly complete: boolean;
  readonly members: readonly TeamMember[];
}

export interface GoverningFile {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
  readonly text: string;
}

/** A grant the subject holds or is about to hold, from the ledger. */
export interface HeldGrant {
  readonly id: string;
  readonly resource: string;
  readonly role: string;
  /** Numeric GitHub id of the person, or a service's name. */
  readonly subject: number | string;
  readonly starts: Instant;
  readonly expires: Instant;
  readonly breakGlass: boolean;
  /** Of a break-glass grant: whether its review was given. */
  readonly reviewed: boolean;
  /** It is over and could not be taken back, and an alert says so. Absent: it is not so, or the ledger did not tell yet. */
  readonly stuck?: true;
}

export interface Evidence {
  readonly apiVersion: 'gatepass/v1';
  readonly kind: 'Evidence';
  /** The instant the decision is for. Gate 1: when it was collected. Gate 2: the merge. */
  readonly now: Instant;
  readonly repository: {
    readonly id: number;
    /** `owner/name`. */
    readonly name: string;
    readonly defaultBranch: string;
  };
  readonly pullRequest: {
    readonly number: number;
    readonly title: string;
    readonly author: Account;
    readonly state: 'open' | 'closed' | 'merged';
    readonly draft: boolean;
    readonly openedAt: Instant;
    readonly mergedAt: Instant | null;
    readonly base: { readonly ref: string; readonly sha: string; readonly repositoryId: number };
    /** `repositoryId` is `null` when the fork was deleted. */
    readonly head: { readonly ref: string; readonly sha: string; readonly repositoryId: number | null };
    /** GitHub's own counts, to be compared with what was listed. */
    readonly changedFiles: number;
    readonly commits: number;
    /** Instants at which the base was changed (retargeted). */
    readonly retargetedAt: readonly Instant[];
    /** When it was last made ready for review, or opened again; absent: neither. */
    readonly readyAt?: Instant;
    /** When the head branch was last moved, up to the merge, from repository activity; absent: unknown. */
    readonly headPushedAt?: Instant;
  };
  readonly changes: readonly Change[];
  readonly commits: readonly Commit[];
  /** Who moved the head branch, from repository activity. `null`: it could not be read. */
  readonly pushers: readonly Account[] | null;
  readonly reviews: readonly Review[];
  /** By slug. A team that is named but missing here could not be read. */
  readonly teams: Readonly<Record<string, Team>>;
  /** Numeric ids of the organisation's active members; `null`: could not be read. */
  readonly members: readonly number[] | null;
  /** The governing files: everything under `policies/` and the CODEOWNERS locations, at one commit. */
  readonly governing: { readonly commit: string; readonly files: readonly GoverningFile[] };
  /** Grants of the subject that are live or approved, and what it held lately. */
  readonly grants: readonly HeldGrant[];
  /** Facts from outside, by the names that the organisation declares. Absent: unknown. */
  readonly signals: Readonly<Record<string, JsonValue>>;
}
