/**
 * The ledger's lines. An entry is one canonical JSON line (RFC 8785) chained to the line before it; state is
 * `replay(entries)`. What an audit needs is copied in when it happens. Versioned: readers accept every `v` ever written.
 */
import type { Sensitivity } from '../document/documents.ts';
import type { JsonObject } from '../json.ts';
import type { Binding, Run, Subject } from '../policy/decision.ts';
import type { Instant, Milliseconds } from '../time.ts';

/** Which request: files never change and ids are single-use, so these three name it for ever. */
export interface RequestRef {
  readonly path: string;
  readonly blob: string;
  /** 0: none could be found, as for a direct push. */
  readonly pullRequest: number;
}

export interface RecordedApproval {
  readonly review: number;
  readonly user: { readonly id: number; readonly login: string };
  /** The requirement's source that it filled. */
  readonly fills: string;
  readonly submittedAt: Instant;
  readonly onBehalfOf: string | null;
}

/** Where authority came from, copied at the time. */
export interface Authority {
  /** First-parent commit on the default branch that introduced the request. */
  readonly commit: string;
  /** Head of the pull request that was approved. */
  readonly head: string;
  readonly mergedAt: Instant;
  readonly mergedBy: { readonly id: number; readonly login: string } | null;
  readonly opener: { readonly id: number; readonly login: string };
  readonly approvals: readonly RecordedApproval[];
  readonly rule: string;
  /** Commits whose governing files allowed it: the merge's parent and the tip at the time. */
  readonly governing: { readonly parent: string; readonly tip: string };
  /** SHA-256 of the canonical decision and of the canonical evidence. */
  readonly decision: string;
  readonly evidence: string;
  readonly engine: string;
  /** Of the resource, then: what is most sensitive is taken back first. Absent in entries from before it was kept. */
  readonly sensitivity?: Sensitivity;
}

/** A slot in a provider: what a grant fills. `key` is canonical and built from immutable ids only. */
export interface Slot {
  readonly provider: string;
  readonly zone: string;
  /** `github-team:1234/member:1001`: unique over all providers. */
  readonly key: string;
  /** The provider configuration in force at the intent, NAMES of secrets included, and immutable ids. Revokes use only this. */
  readonly config: JsonObject;
  readonly ids: JsonObject;
  /** Values the slot can take, lowest first: `['member', 'maintainer']`. */
  readonly levels: readonly string[];
  /** For people: `alice in acme/payments-production`. */
  readonly label: string;
}

/** What an approved request entitles to. */
export interface GrantTerms {
  /** `42-1a2b3c4d`: the pull request's number and eight characters of the SHA-256 of the request. */
  readonly id: string;
  readonly kind: 'access' | 'action';
  readonly resource: string;
  readonly entitlement: string;
  readonly subject: Subject;
  readonly reason: string;
  readonly ticket: string | null;
  /** `null`: with the first intent. */
  readonly starts: Instant | null;
  readonly startsBy: Instant | null;
  readonly length: Milliseconds;
  readonly bindings: readonly Binding[];
  readonly run: Run | null;
  readonly breakGlass: boolean;
}

/** Why an effect happens. */
export type Because =
  | { readonly why: 'granted'; readonly grants: readonly string[] }
  | { readonly why: 'expired' | 'returned' | 'locked' | 'left' | 'reappeared'; readonly grants: readonly string[] };

export type Body =
  /** Where trust starts: which repository, which governing tree, whose signature. Written once, by `gatepass init --ledger`. */
  | {
      readonly type: 'genesis';
      readonly repository: { readonly id: number; readonly name: string; readonly defaultBranch: string };
      readonly root: { readonly commit: string; readonly digest: string };
      readonly key: { readonly id: string; readonly publicKey: string };
    }
  | {
      readonly type: 'key';
      readonly key: { readonly id: string; readonly publicKey: string };
      /** The key that was in force, and signs no head from here on. */
      readonly retires: string;
      /** By the retired key, over `rotationToSign`: whoever only writes to the branch cannot bring a key of his own. */
      readonly proof: string;
    }
  /**
   * How far the default branch was read. `closed`: all that was closed unmerged before then was looked at, and of that
   * very instant what is up to the number `closedPull`; absent: as before, and none.
   */
  | { readonly type: 'read'; readonly commit: string; readonly closed?: Instant; readonly closedPull?: number }
  | {
      readonly type: 'governing-accepted';
      readonly commit: string;
      readonly digest: string;
      readonly pullRequest: number;
      readonly approvals: readonly RecordedApproval[];
    }
  | {
      readonly type: 'governing-refused';
      readonly commit: string;
      readonly digest: string;
      readonly pullRequest: number | null;
      readonly why: string;
    }
  /** The tip's governing files are the accepted ones again. */
  | { readonly type: 'governing-restored'; readonly commit: string; readonly digest: string }
  | {
      readonly type: 'authorised';
      readonly request: RequestRef;
      readonly grant: GrantTerms;
      readonly authority: Authority;
    }
  /** Decided, and the answer is no: `refused` (deny or pending at merge), `quarantined` (not derivable), `lapsed` (too late). */
  | {
      readonly type: 'refused' | 'quarantined' | 'lapsed';
      readonly request: RequestRef;
      /** First-parent commit on the default branch that introduced it. */
      readonly commit: string;
      readonly code: string;
      readonly why: string;
      readonly next: string;
    }
  /** A fault at decision time: retried until an hour after the merge. */
  | {
      readonly type: 'deferred';
      readonly request: RequestRef;
      /** First-parent commit on the default branch that introduced it: where the next sweep derives from. */
      readonly commit: string;
      readonly why: string;
      readonly until: Instant;
    }
  /** What the slot held before our first grant, and is restored to after the last. */
  | { readonly type: 'standing'; readonly slot: Slot; readonly value: string | null }
  /** Written before the provider is called. */
  | {
      readonly type: 'intent';
      readonly id: string;
      readonly grant: string;
      readonly effect: 'ensure' | 'remove' | 'restore';
      readonly slot: Slot;
      readonly before: string | null;
      readonly after: string | null;
      /** What this grant itself asks of the slot (`after` may be higher: others hold it too). `null` for a remove or restore. */
      readonly asks: string | null;
      /** Of an `ensure`: which of the grant's bindings it fills, by their places in its terms. Absent: not told. */
      readonly bindings?: readonly number[];
      /** The window, fixed by the first `ensure` of a grant. */
      readonly starts: Instant;
      readonly expires: Instant;
      readonly run: string;
      /** No provider call is made after this. */
      readonly lease: Instant;
      readonly because: Because;
    }
  /**
   * Written after re-observation. `done`: seen as wanted. `pending`: accepted by the target, not seen yet; it is looked
   * at again, never sent again. `failed`: this attempt is over, the next sweep may try again. `refused`: the target says
   * no for good, and nothing was changed; a removal is tried again all the same.
   */
  | {
      readonly type: 'outcome';
      readonly intent: string;
      readonly grant: string;
      readonly effect: 'ensure' | 'remove' | 'restore';
      readonly slot: string;
      readonly result: 'done' | 'pending' | 'failed' | 'refused';
      readonly observed: string | null;
      readonly detail: string | null;
      /** When it was due, when the provider was called (`null`: settled by observation alone), when it was seen. */
      readonly due: Instant;
      readonly issued: Instant | null;
      readonly confirmed: Instant | null;
      /** The target asked not to be called before this. Absent: it asked for nothing. */
      readonly notBefore?: Instant;
    }
  | {
      readonly type: 'action-intent';
      readonly id: string;
      readonly grant: string;
      readonly run: Run;
      readonly correlation: string;
      readonly sweep: string;
      readonly lease: Instant;
    }
  | {
      readonly type: 'action-outcome';
      readonly grant: string;
      readonly intent: string;
      readonly state: 'running' | 'done' | 'failed' | 'unknown';
      readonly runId: number | null;
      readonly url: string | null;
      readonly detail: string | null;
    }
  | {
      readonly type: 'returned';
      readonly grant: string;
      readonly by: { readonly id: number; readonly login: string };
      readonly via: { readonly comment: number } | { readonly pullRequest: number };
      readonly asked: Instant;
    }
  /** The review that a break-glass grant owes was given. */
  | { readonly type: 'reviewed'; readonly grant: string; readonly review: RecordedApproval }
  | { readonly type: 'locked'; readonly grant: string; readonly lock: string; readonly commit: string }
  /**
   * Whoever held it is gone: no member of the `organization` any more, the `account` deleted, or the `service` no longer in
   * the policies at `commit`.
   */
  | {
      readonly type: 'left';
      readonly grant: string;
      readonly why: 'organization' | 'account' | 'service';
      readonly commit: string;
    }
  /** The policies accepted at `commit` allow `most` of it, `by` what they say: it is `kept` to its end, or `shrunk`. */
  | {
      readonly type: 'tightened';
      readonly grant: string;
      readonly commit: string;
      readonly most: Milliseconds;
      readonly by: string;
      readonly is: 'kept' | 'shrunk';
      /** When it ends now. */
      readonly expires: Instant;
    }
  /** A pull request that asked, and was closed without a merge. */
  | ({ readonly type: 'closed' } & ClosedRequest)
  /** Something needs a person. `key` names the situation, so that it is said once. */
  | {
      readonly type: 'alert';
      readonly key: string;
      readonly severity: 'warning' | 'critical';
      readonly message: string;
      readonly next: string;
    }
  | { readonly type: 'alert-closed'; readonly key: string };

export interface Chain {
  readonly v: 1;
  /** From 0. */
  readonly seq: number;
  /** SHA-256 of the canonical bytes of the line before, lower-case hex; 64 zeros for the first. */
  readonly prev: string;
  readonly at: Instant;
}

/**
 * `withdrawn`: by who opened it. `denied`: by somebody else, or against the changes that who may approve asked for.
 * `lapsed`: nobody decided in time, and a bot closed it.
 */
export interface ClosedRequest {
  readonly is: 'withdrawn' | 'denied' | 'lapsed';
  readonly request: RequestRef;
  readonly head: string;
  readonly opener: { readonly id: number; readonly login: string };
  readonly openedAt: Instant;
  /** `null`: GitHub does not say any more. */
  readonly by: { readonly id: number; readonly login: string } | null;
  readonly closedAt: Instant;
  /** What it asked for; `null`: it was never understood. */
  readonly asked: {
    readonly resource: string;
    readonly entitlement: string;
    readonly subject: string;
    readonly length: Milliseconds;
    readonly reason: string;
    readonly ticket: string | null;
  } | null;
  /** What would have been answered when it was closed; `null`: that could not be told. */
  readonly verdict: 'allow' | 'pending' | 'deny' | 'invalid' | 'fault' | null;
  readonly why: string;
  readonly reviews: readonly {
    readonly review: number;
    readonly user: { readonly id: number; readonly login: string };
    readonly state: string;
    readonly at: Instant | null;
  }[];
}

export type Entry = Chain & Body;

/** `ledger/head.json`: signed by the applier with every commit. */
export interface Head {
  readonly v: 1;
  readonly seq: number;
  /** SHA-256 of the last line. */
  readonly hash: string;
  readonly at: Instant;
  readonly key: string;
  /** Ed25519 (RFC 8032) over the canonical JSON of the other fields, base64url. */
  readonly signature: string;
}
