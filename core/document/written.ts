/** The documents as they are written in YAML, once their shape has been checked against `schema/`. */
import type { JsonObject } from '../json.ts';
import type { InputRule, Sensitivity } from './documents.ts';

export interface WrittenAccessRequest {
  readonly kind: 'AccessRequest';
  readonly duration: string;
  readonly reason: string;
  readonly resource?: string;
  readonly role?: string;
  readonly subject?: string;
  readonly starts?: string;
  readonly startsBy?: string;
  readonly ticket?: string;
  readonly breakGlass?: boolean;
}

export interface WrittenActionRequest {
  readonly kind: 'ActionRequest';
  readonly within: string;
  readonly reason: string;
  readonly resource?: string;
  readonly action?: string;
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
  readonly subject?: string;
  readonly starts?: string;
  readonly startsBy?: string;
  readonly ticket?: string;
}

export interface WrittenProvider {
  readonly type?: string;
  readonly zone?: string;
  readonly with?: JsonObject;
}

/** One item of `grants`: everything but `provider` is the target. */
export type WrittenGrants = JsonObject & { readonly provider?: WrittenProvider & JsonObject };

export interface WrittenRole {
  readonly grants: readonly WrittenGrants[];
  readonly connect?: string;
  readonly conflictsWith?: readonly string[];
}

export interface WrittenInputRule {
  readonly enum?: readonly (string | number | boolean)[];
  readonly type?: Extract<InputRule, { type: unknown }>['type'];
  readonly maxLength?: number;
  readonly required?: boolean;
}

export interface WrittenAction {
  readonly runs: { readonly repository: string; readonly workflow: string; readonly ref: string };
  readonly inputs?: Readonly<Record<string, WrittenInputRule>>;
}

/** What a catalog can say for all its resources, and a resource for itself. */
export interface WrittenDefaults {
  readonly labels?: Readonly<Record<string, string>>;
  readonly sensitivity?: Sensitivity;
  readonly provider?: WrittenProvider;
  readonly roles?: Readonly<Record<string, WrittenRole>>;
  readonly actions?: Readonly<Record<string, WrittenAction>>;
}

export interface WrittenResource extends WrittenDefaults {
  readonly owner: string;
  readonly with?: JsonObject;
}

export interface WrittenCatalog extends WrittenDefaults {
  readonly resources: Readonly<Record<string, WrittenResource>>;
}

export type WrittenSelector = Readonly<Record<string, readonly string[]>>;

export interface WrittenApproval {
  readonly from: readonly string[];
  readonly count: number;
  readonly widen?: { readonly after: string; readonly to: readonly string[] };
  readonly digest?: 'required';
}

export interface WrittenRule {
  readonly name: string;
  readonly for: readonly string[];
  readonly subjects: readonly string[];
  readonly openers?: readonly string[];
  readonly during?: string;
  readonly when?: string;
  readonly explain?: string;
  readonly max: string;
  readonly approvals: readonly WrittenApproval[];
}

export interface WrittenRuleSet {
  readonly on: WrittenSelector;
  readonly onTighten?: 'keep' | 'shrink';
  readonly rules: readonly WrittenRule[];
}

export interface WrittenGuardrail {
  readonly name: string;
  readonly on?: WrittenSelector;
  readonly for?: readonly string[];
  readonly subjects?: readonly string[];
  readonly when?: string;
  readonly require: {
    readonly max?: string;
    readonly maxContinuous?: string;
    readonly fields?: readonly string[];
    readonly during?: string;
    readonly approvals?: readonly WrittenApproval[];
    readonly digest?: true;
  };
}

export interface WrittenOrganization {
  readonly calendars?: Readonly<
    Record<
      string,
      { readonly zone: string; readonly days: readonly string[]; readonly from: string; readonly to: string }
    >
  >;
  readonly guardrails?: readonly WrittenGuardrail[];
  readonly freezes?: readonly {
    readonly name: string;
    readonly on?: WrittenSelector;
    readonly from: string;
    readonly until: string;
  }[];
  readonly toxic?: readonly { readonly name: string; readonly of: readonly string[] }[];
  readonly breakGlass?: { readonly subjects: readonly string[]; readonly max: string; readonly reviewWithin: string };
  readonly liveGrants?: number;
  readonly signals?: Readonly<Record<string, 'bool' | 'int' | 'string'>>;
}

export interface WrittenPerson {
  readonly github: { readonly id: number; readonly login: string };
  readonly zone?: string;
  readonly identities?: Readonly<Record<string, string>>;
}

export interface WrittenService {
  readonly controllers: readonly string[];
  readonly claims: Readonly<Record<string, string>>;
  readonly identities?: Readonly<Record<string, string>>;
}

export interface WrittenPeople {
  readonly people: Readonly<Record<string, WrittenPerson>>;
  readonly services?: Readonly<Record<string, WrittenService>>;
  readonly teams?: Readonly<Record<string, number>>;
}

export interface WrittenRota {
  readonly rotas: Readonly<
    Record<
      string,
      {
        readonly rotation?: { readonly starts: string; readonly every: string; readonly people: readonly string[] };
        readonly shifts?: readonly { readonly person: string; readonly from: string; readonly until: string }[];
      }
    >
  >;
}

export interface WrittenDelegation {
  readonly from: string;
  readonly to: string;
  readonly seats: readonly string[];
  readonly starts: string;
  readonly until: string;
  readonly reason: string;
}

export interface WrittenLock {
  readonly locks: readonly {
    readonly name: string;
    readonly on?: WrittenSelector;
    readonly for?: readonly string[];
    readonly subjects?: readonly string[];
    readonly reason: string;
    readonly until?: string;
  }[];
}

export interface WrittenSettings {
  readonly merge?: 'auto' | 'manual';
  readonly mergeMethod?: 'merge' | 'squash';
  readonly lapse?: string;
  readonly housekeeping?: { readonly enabled?: boolean; readonly from?: number; readonly after?: string };
  readonly notifications?: {
    readonly approvals?: boolean;
    readonly expiry?: boolean;
    readonly failures?: boolean;
    readonly alerts?: readonly string[];
  };
}

export interface WrittenPolicyTest {
  readonly teams?: Readonly<Record<string, readonly string[]>>;
  readonly tests: readonly {
    readonly name: string;
    readonly request: string;
    readonly subject: string;
    readonly opener?: string;
    readonly at: string;
    readonly document: JsonObject;
    readonly approvedBy?: readonly string[];
    readonly signals?: JsonObject;
    readonly expect: { readonly verdict: string; readonly rule?: string; readonly reason?: string };
  }[];
}
