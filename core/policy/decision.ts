/** What `decide` answers: a tagged union, so that no caller can read an approval out of a fault. */
import type { Principal, Request } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import type { JsonObject } from '../json.ts';
import type { Instant, Milliseconds } from '../time.ts';

/** Why, as a tree: each node a claim that held, did not hold, or could not be told (`null`). */
export interface Reason {
  readonly code: string;
  /** For people: lower case, no full stop. */
  readonly message: string;
  readonly holds: boolean | null;
  /** `policies/rules/databases.yaml:12`, where the claim comes from a document. */
  readonly place: string | null;
  readonly because: readonly Reason[];
}

/** Who would receive it, with the identity that each provider knows them by. */
export interface Subject {
  readonly kind: 'person' | 'service';
  readonly name: string;
  /** Numeric GitHub id; `null` for a service. */
  readonly id: number | null;
  readonly login: string | null;
  readonly identities: Readonly<Record<string, string>>;
}

/** What applying fills: one provider target for the subject. Pure data; the provider resolves it to a slot. */
export interface Binding {
  readonly provider: string;
  readonly zone: string;
  /** Non-secret provider configuration, catalog defaults applied. */
  readonly with: JsonObject;
  readonly target: JsonObject;
}

/** What the subject would do once. */
export interface Run {
  readonly repository: string;
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly within: Milliseconds;
}

/** When: an instant is `null` while it depends on the merge. `length` is after every limit. */
export interface Window {
  readonly starts: Instant | null;
  readonly startsBy: Instant | null;
  readonly expires: Instant | null;
  readonly length: Milliseconds;
}

/** One review's fate. */
export interface ReviewFinding {
  readonly review: number;
  readonly user: { readonly id: number; readonly login: string };
  readonly counts: boolean;
  /** Which requirement it filled, or why it does not count. */
  readonly why: string;
  readonly code: string;
  /** Delegated: the person whose seat was used. */
  readonly onBehalfOf: string | null;
}

export interface Candidate {
  readonly id: number;
  readonly login: string;
  /** Between 08:00 and 20:00 where they are; `null`: zone unknown. */
  readonly awake: boolean | null;
}

/** One approval requirement, as it stands. */
export interface RequirementStatus {
  /** Which rule or guardrail asks for it. */
  readonly source: string;
  readonly from: readonly Principal[];
  /** `team:orders or team:dba`, for people. */
  readonly label: string;
  readonly needed: number;
  /** What the approving review must name, on a line `digest: …`; absent: nothing. */
  readonly digest?: string;
  /** Logins that fill it, one seat a person. */
  readonly filledBy: readonly { readonly id: number; readonly login: string; readonly review: number }[];
  /** Who could still give what is missing, sorted by login. */
  readonly candidates: readonly Candidate[];
}

/** The request as understood, once its document and path are valid. */
export interface Asked {
  readonly request: Request;
  readonly subject: Subject;
  readonly opener: { readonly id: number; readonly login: string };
  readonly resource: string;
  readonly entitlement: string;
  readonly sensitivity: string;
}

export type PullKind = 'request' | 'return' | 'policy' | 'mixed' | 'empty';

interface Common {
  readonly apiVersion: 'gatepass/v1';
  readonly kind: 'Decision';
  readonly engine: string;
  readonly now: Instant;
  readonly pullRequest: number;
  readonly head: string;
  /** The commit whose governing files were used. */
  readonly governing: string;
  readonly pullKind: PullKind;
  readonly asked: Asked | null;
  readonly reasons: readonly Reason[];
  readonly reviews: readonly ReviewFinding[];
  readonly warnings: readonly Issue[];
}

export interface Allow extends Common {
  readonly verdict: 'allow';
  /** The rule that decided; `null` for a return or a policy change. */
  readonly rule: string | null;
  readonly requirements: readonly RequirementStatus[];
  readonly window: Window | null;
  readonly bindings: readonly Binding[];
  readonly run: Run | null;
  /** Break-glass: by when its review is due, counted from the grant. */
  readonly reviewWithin: Milliseconds | null;
  /** Of a return: the request paths given back, without those of requests that are over. */
  readonly returns: readonly string[];
}

export interface Pending extends Common {
  readonly verdict: 'pending';
  readonly rule: string | null;
  readonly requirements: readonly RequirementStatus[];
  readonly window: Window | null;
  readonly bindings: readonly Binding[];
  readonly run: Run | null;
}

export interface Deny extends Common {
  readonly verdict: 'deny';
  /** The nearest request that would be allowed: `4h is automatic`. */
  readonly hint: string | null;
  readonly issues: readonly Issue[];
}

export interface Invalid extends Common {
  readonly verdict: 'invalid';
  readonly issues: readonly Issue[];
}

export interface Fault extends Common {
  readonly verdict: 'fault';
  readonly issues: readonly Issue[];
}

export type Decision = Allow | Pending | Deny | Invalid | Fault;
