/**
 * The governing files as the oracle reads them: JSON, loosely typed, nothing resolved. It shares no code with the parser
 * under test, so it can read only what `organisation.ts` writes.
 */
import type { Evidence } from '../../core/policy/evidence.ts';

export interface Requirement {
  readonly from: readonly string[];
  readonly count: number;
  readonly widen?: { readonly after: string; readonly to: readonly string[] };
  readonly digest?: 'required';
}
export type On = Readonly<Record<string, readonly string[]>>;
export interface Rule {
  readonly name: string;
  readonly for: readonly string[];
  readonly subjects: readonly string[];
  readonly openers?: readonly string[];
  readonly during?: string;
  readonly when?: string;
  readonly max: string;
  readonly approvals: readonly Requirement[];
}
export interface Guardrail {
  readonly name: string;
  readonly on?: On;
  readonly for?: readonly string[];
  readonly subjects?: readonly string[];
  readonly when?: string;
  readonly require: {
    readonly max?: string;
    readonly maxContinuous?: string;
    readonly fields?: readonly string[];
    readonly during?: string;
    readonly digest?: true;
    readonly approvals: readonly Requirement[];
  };
}
export interface Resource {
  readonly name: string;
  readonly owner: string;
  readonly sensitivity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly provider: string;
  readonly roles: Readonly<
    Record<string, { readonly grants: readonly Record<string, string>[]; readonly conflictsWith?: readonly string[] }>
  >;
  readonly actions: Readonly<Record<string, { readonly inputs: Record<string, { readonly enum: readonly string[] }> }>>;
}
export interface Documents {
  readonly resources: readonly Resource[];
  readonly ruleSets: readonly { readonly on: On; readonly rules: readonly Rule[] }[];
  readonly organization: {
    readonly calendars: Readonly<
      Record<
        string,
        { readonly zone: string; readonly days: readonly string[]; readonly from: string; readonly to: string }
      >
    >;
    readonly guardrails: readonly Guardrail[];
    readonly freezes?: readonly { readonly on?: On; readonly from: string; readonly until: string }[];
    readonly toxic?: readonly { readonly of: readonly string[] }[];
    readonly breakGlass?: { readonly subjects: readonly string[]; readonly max: string };
    readonly liveGrants?: number;
    readonly signals: Readonly<Record<string, string>>;
  };
  readonly people: Readonly<
    Record<
      string,
      { readonly github: { readonly id: number; readonly login: string }; readonly identities?: Record<string, string> }
    >
  >;
  readonly services: Readonly<
    Record<string, { readonly controllers: readonly string[]; readonly identities?: Record<string, string> }>
  >;
  readonly rotas: Readonly<
    Record<
      string,
      {
        readonly rotation: { readonly starts: string; readonly every: string; readonly people: readonly string[] };
        readonly shifts?: readonly { readonly person: string; readonly from: string; readonly until: string }[];
      }
    >
  >;
  readonly delegations: readonly {
    readonly from: string;
    readonly to: string;
    readonly seats: readonly string[];
    readonly starts: string;
    readonly until: string;
  }[];
  readonly locks: readonly {
    readonly on?: On;
    readonly for?: readonly string[];
    readonly subjects?: readonly string[];
    readonly until?: string;
  }[];
  readonly codeowners: readonly { readonly pattern: string; readonly owners: readonly string[] }[];
  /** All of it as text, to look for names in. */
  readonly everything: string;
}

let last: { readonly files: Evidence['governing']['files']; readonly documents: Documents | null } | undefined;

/** `null`: a file cannot be read, so nothing may be decided. */
export function readDocuments(files: Evidence['governing']['files']): Documents | null {
  if (last?.files !== files) last = { files, documents: read(files) };
  return last.documents;
}

// biome-ignore lint/suspicious/noExplicitAny: the oracle takes its own generator's documents as they come.
type Loose = any;

function read(files: Evidence['governing']['files']): Documents | null {
  const found: Loose[] = [];
  for (const { path, text } of files) {
    if (path === 'CODEOWNERS') continue;
    try {
      found.push(JSON.parse(text));
    } catch {
      return null;
    }
  }
  const of = (kind: string): Loose[] => found.filter((one) => one.kind === kind);
  const [organization] = of('Organization');
  const [people] = of('People');
  const resources = of('Catalog').flatMap((catalog) =>
    Object.entries<Loose>(catalog.resources).map(([name, own]) => ({
      name,
      owner: own.owner,
      sensitivity: own.sensitivity ?? catalog.sensitivity,
      labels: catalog.labels,
      provider: catalog.provider?.type ?? 'none',
      roles: own.roles ?? catalog.roles ?? {},
      actions: own.actions ?? catalog.actions ?? {},
    })),
  );
  const owners = (files.find((file) => file.path === 'CODEOWNERS')?.text ?? '')
    .split('\n')
    .filter((line) => line !== '');
  return {
    resources,
    ruleSets: of('RuleSet'),
    organization,
    people: people.people,
    services: people.services,
    rotas: Object.assign({}, ...of('Rota').map((one) => one.rotas)),
    delegations: of('Delegation'),
    locks: of('Lock').flatMap((one) => one.locks),
    codeowners: owners.map((line) => ({ pattern: line.split(' ')[0] ?? '', owners: line.split(' ').slice(1) })),
    everything: files.map((file) => file.text).join('\n'),
  };
}

/** `2h` in milliseconds; `null`: no duration. */
export function lengthOf(text: string): number | null {
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  const count = text.slice(0, -1);
  if (unit === undefined || count === '' || [...count].some((digit) => !'0123456789'.includes(digit))) return null;
  return count.startsWith('0') || count.length > 6 ? null : Number(count) * unit;
}

export function need(text: string): number {
  const length = lengthOf(text);
  if (length === null) throw new Error(`no duration: ${text}`);
  return length;
}
