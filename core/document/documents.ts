/**
 * The documents, parsed: durations are milliseconds, instants canonical UTC, absent optional fields `null` or empty.
 * Their written YAML shapes are the JSON Schemas in `schema/`. What each is for is said in
 * `docs/guides/security.md` and `docs/guides/engineer.md`.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Instant, Milliseconds } from '../time.ts';

/** A place in a file, for reasons and issues. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Sensitivity = 'low' | 'medium' | 'high' | 'critical';

/** Who may hold, open or approve. `name` is a key of `people.yaml`, a team slug, a rota or a service. */
export type Principal =
  | { readonly kind: 'person' | 'team' | 'rota' | 'service'; readonly name: string }
  /** Resolved per resource (`owner`, `owner-rota`), per path (`codeowners`), or over all rotas (`any-rota`). */
  | { readonly kind: 'owner' | 'owner-rota' | 'codeowners' | 'any-rota' };

/** `requests/<resource>/<role or action>/<slug>.yaml`, taken apart. */
export interface RequestPath {
  readonly path: string;
  readonly resource: string;
  /** A role or an action of the resource; the catalog tells which. */
  readonly entitlement: string;
  readonly slug: string;
}

interface RequestFields {
  readonly path: RequestPath;
  readonly reason: string;
  readonly ticket: string | null;
  /** Written subject; `null` means the author of the pull request. */
  readonly subject: Principal | null;
  /** `null` means the merge. */
  readonly starts: Instant | null;
  /** A grant that could not begin by then lapses. */
  readonly startsBy: Instant | null;
  /** Where each top-level field stands, so that a decision can point at a line: `duration` → its value. */
  readonly places: Readonly<Record<string, Place>>;
}

export interface AccessRequest extends RequestFields {
  readonly kind: 'AccessRequest';
  readonly duration: Milliseconds;
  readonly breakGlass: boolean;
}

export interface ActionRequest extends RequestFields {
  readonly kind: 'ActionRequest';
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** How long after approval it may still be started; then it lapses. */
  readonly within: Milliseconds;
}

export type Request = AccessRequest | ActionRequest;

/** A provider and its non-secret configuration. Credentials are NAMES of secrets. */
export interface ProviderReference {
  readonly type: string;
  /** Which runner reaches it: one sweep job per zone. */
  readonly zone: string;
  readonly with: JsonObject;
}

/** One binding of a role: what to set, in which provider. */
export interface Grants {
  readonly provider: ProviderReference;
  readonly target: JsonObject;
}

export interface Role {
  readonly name: string;
  readonly grants: readonly Grants[];
  /** How to connect once granted, shown to the engineer; `{resource}` is filled in. */
  readonly connect: string | null;
  /** Other roles of the same resource that one person may not hold at the same time. */
  readonly conflictsWith: readonly string[];
}

export type InputRule =
  | { readonly enum: readonly (string | number | boolean)[]; readonly required: boolean }
  | { readonly type: 'string' | 'integer' | 'boolean'; readonly maxLength: number; readonly required: boolean };

export interface Action {
  readonly name: string;
  readonly runs: { readonly repository: string; readonly workflow: string; readonly ref: string };
  readonly inputs: Readonly<Record<string, InputRule>>;
}

/** A resource with its catalog's defaults applied. */
export interface Resource {
  readonly name: string;
  readonly owner: Principal;
  readonly sensitivity: Sensitivity;
  readonly labels: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, Role>>;
  readonly actions: Readonly<Record<string, Action>>;
  readonly place: Place;
}

/** Each named key must equal one of its values. Keys: `resource`, `sensitivity`, `owner`, or a label. */
export type Selector = Readonly<Record<string, readonly string[]>>;

export interface ApprovalRequirement {
  readonly from: readonly Principal[];
  readonly count: number;
  /** After this long without the approvals, these may give them too. */
  readonly widen: { readonly after: Milliseconds; readonly to: readonly Principal[] } | null;
  /** The approving review must name the digest of the request, so that it cannot be of another. */
  readonly namesDigest: boolean;
}

export interface Rule {
  readonly name: string;
  readonly for: readonly string[];
  readonly subjects: readonly Principal[];
  /** Who may open it for somebody else; empty: only the subject. */
  readonly openers: readonly Principal[];
  readonly during: string | null;
  /** CEL; `null`: always. */
  readonly when: string | null;
  readonly explain: string | null;
  readonly max: Milliseconds;
  readonly approvals: readonly ApprovalRequirement[];
  readonly place: Place;
}

export interface RuleSet {
  readonly on: Selector;
  /** Grants that are held when less is allowed: kept to their end, or shortened to what is. */
  readonly onTighten: 'keep' | 'shrink';
  readonly rules: readonly Rule[];
  readonly place: Place;
}

export interface Calendar {
  readonly zone: string;
  /** 0 is Sunday, as `Date.prototype.getUTCDay`. */
  readonly days: readonly number[];
  /** Minutes after local midnight. `until` may be 1440. */
  readonly from: number;
  readonly until: number;
}

export interface Guardrail {
  readonly name: string;
  readonly on: Selector;
  readonly for: readonly string[];
  readonly subjects: readonly Principal[];
  readonly when: string | null;
  readonly require: {
    readonly max: Milliseconds | null;
    readonly maxContinuous: Milliseconds | null;
    readonly fields: readonly string[];
    readonly during: string | null;
    readonly approvals: readonly ApprovalRequirement[];
    /** Every approval of the request names its digest, whoever asks for it. */
    readonly digest: boolean;
  };
  readonly place: Place;
}

export interface Freeze {
  readonly name: string;
  readonly on: Selector;
  readonly from: Instant;
  readonly until: Instant;
}

/** Nobody may hold two of these at once. Each is `resource/role`; `*` stands for every name. */
export interface ToxicCombination {
  readonly name: string;
  readonly of: readonly string[];
}

export interface Organization {
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly guardrails: readonly Guardrail[];
  readonly freezes: readonly Freeze[];
  readonly toxic: readonly ToxicCombination[];
  readonly breakGlass: {
    readonly subjects: readonly Principal[];
    readonly max: Milliseconds;
    readonly reviewWithin: Milliseconds;
  } | null;
  /** At most so many live grants for one subject; `null`: no limit. */
  readonly liveGrants: number | null;
  /** Facts from outside that conditions may read, with their CEL types. */
  readonly signals: Readonly<Record<string, 'bool' | 'int' | 'string'>>;
}

export interface Person {
  readonly name: string;
  /** Numeric GitHub user id: the identity. The login is only shown. */
  readonly id: number;
  readonly login: string;
  readonly zone: string | null;
  /** By provider type: `postgres: alice`. GitHub's own comes from `id` and `login`. */
  readonly identities: Readonly<Record<string, string>>;
}

export interface Service {
  readonly name: string;
  readonly controllers: readonly Principal[];
  readonly claims: Readonly<Record<string, string>>;
  readonly identities: Readonly<Record<string, string>>;
}

export interface People {
  readonly people: Readonly<Record<string, Person>>;
  readonly services: Readonly<Record<string, Service>>;
  /** Numeric GitHub ids of teams, by slug, for those that are pinned: another team under the name is another. */
  readonly teams: Readonly<Record<string, number>>;
}

export interface Shift {
  readonly person: string;
  readonly from: Instant;
  readonly until: Instant;
}

export interface Rota {
  readonly name: string;
  /** Fixed shifts win over the rotation. */
  readonly shifts: readonly Shift[];
  readonly rotation: {
    readonly starts: Instant;
    readonly every: Milliseconds;
    readonly people: readonly string[];
  } | null;
}

export interface Delegation {
  readonly from: string;
  readonly to: string;
  /** Teams whose seat is handed over; the delegate counts as this person there. */
  readonly seats: readonly string[];
  readonly starts: Instant;
  readonly until: Instant;
  readonly reason: string;
  readonly place: Place;
}

export interface Lock {
  readonly name: string;
  readonly on: Selector;
  readonly for: readonly string[];
  readonly subjects: readonly Principal[];
  readonly reason: string;
  /** Absolute end; `null`: until removed. */
  readonly until: Instant | null;
  readonly place: Place;
}

export interface Settings {
  /** `auto`: the app merges an allowed request by itself; `manual`: a person presses the button. */
  readonly merge: 'auto' | 'manual';
  readonly mergeMethod: 'merge' | 'squash';
  /** An open request without a complete approval lapses after this. */
  readonly lapse: Milliseconds;
  readonly housekeeping: Housekeeping;
  readonly notifications: Notifications;
}

/** Whether people who could approve are asked, a subject is mentioned before the end, and who is called by alerts. */
export interface Notifications {
  readonly approvals: boolean;
  readonly expiry: boolean;
  readonly failures: boolean;
  readonly alerts: readonly Principal[];
}

/** When the files of requests that are over are to go: `from` so many on, or from one on that is over for `after`. */
export interface Housekeeping {
  readonly enabled: boolean;
  readonly from: number;
  readonly after: Milliseconds;
}

/** One row of a `*.test.yaml` beside the policies: a request, the facts, the expected verdict. */
export interface PolicyTestCase {
  readonly name: string;
  readonly request: string;
  readonly subject: string;
  readonly opener: string | null;
  readonly at: Instant;
  readonly document: JsonObject;
  readonly approvedBy: readonly string[];
  readonly signals: Readonly<Record<string, JsonValue>>;
  /** The file's own `teams:`: who is in which team while its tests run, by names of `people.yaml`. */
  readonly teams: Readonly<Record<string, readonly string[]>>;
  readonly expect: { readonly verdict: string; readonly rule: string | null; readonly reason: string | null };
  readonly place: Place;
}

/** Every governing file of one tree, parsed and checked against each other. */
export interface Governance {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly ruleSets: readonly RuleSet[];
  readonly organization: Organization;
  readonly people: People;
  readonly rotas: Readonly<Record<string, Rota>>;
  readonly delegations: readonly Delegation[];
  readonly locks: readonly Lock[];
  readonly settings: Settings;
  readonly tests: readonly PolicyTestCase[];
  /** Path of the one CODEOWNERS file and its text. */
  readonly codeowners: { readonly path: string; readonly text: string };
}
