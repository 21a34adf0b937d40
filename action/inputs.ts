/** The Action's inputs, checked: either all of them hold, or every problem is said at once. Reads no secret aloud. */
import type { RepositoryName } from '../github/client.ts';
import { type LedgerSigner, ledgerSigner } from '../github/ledger-key.ts';

export interface ActionInputs {
  readonly appId: string;
  /** Whose check the rules must require: the number of the gate app, or that of GitHub Actions. */
  readonly gateAppId: number;
  readonly privateKey: string;
  readonly signer: LedgerSigner;
  readonly repository: RepositoryName;
  readonly ledgerRepository: RepositoryName;
  readonly zone: string;
  /** Whether the gate's witness of the ledger has to be there. */
  readonly witness: 'required' | 'none';
  readonly apiUrl: string;
  /** Names this run in the ledger: `4711/2`. */
  readonly run: string;
}

export type ReadInputs =
  | { readonly ok: true; readonly inputs: ActionInputs }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface GateInputs {
  /** As the gate app, or with the workflow's own token. */
  readonly sign:
    | { readonly by: 'app'; readonly appId: string; readonly privateKey: string }
    | { readonly by: 'token'; readonly token: string };
  readonly repository: RepositoryName;
  readonly ledgerRepository: RepositoryName;
  readonly merges: boolean;
  readonly apiUrl: string;
  /** Base URL of GitHub's pages. */
  readonly webUrl: string;
}

export type ReadGateInputs =
  | { readonly ok: true; readonly inputs: GateInputs }
  | { readonly ok: false; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** `input` gives an input's value, empty when it is not set. */
export function readInputs(input: (name: string) => string, environment: Environment): ReadInputs {
  const problems: string[] = [];
  const check = <T>(value: T | string, isProblem: (value: T | string) => value is string): T | null => {
    if (!isProblem(value)) return value as T;
    problems.push(value);
    return null;
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const here = environment['GITHUB_REPOSITORY'] ?? '';
  const appId = check(matching('app-id', input('app-id'), /^\d{1,15}$/, 'the number of the applier app'), isText);
  const gateAppId = check(
    matching('gate-app-id', input('gate-app-id'), /^\d{1,15}$/, 'the number of the gate app'),
    isText,
  );
  const privateKey = check(pem(input('private-key')), isText);
  const signer = check(signerFrom(input('ledger-key')), isText);
  const written = input('repository') === '' ? here : input('repository');
  const repository = check(repositoryFrom('repository', written), isText);
  const ledger = input('ledger-repository') === '' ? written : input('ledger-repository');
  const ledgerRepository = ledger === written ? repository : check(repositoryFrom('ledger-repository', ledger), isText);
  const zone = check(
    matching('zone', input('zone') || 'default', /^[a-z0-9][a-z0-9-]{0,63}$/, 'a zone of your catalogs'),
    isText,
  );
  const witness = check(
    matching('witness', input('witness') || 'required', /^(?:required|none)$/, '`required` or `none`'),
    isText,
  );
  if (appId === null || gateAppId === null || privateKey === null || signer === null) return { ok: false, problems };
  if (repository === null || ledgerRepository === null || zone === null || witness === null)
    return { ok: false, problems };
  const apiUrl = (environment['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, '');
  const run = `${environment['GITHUB_RUN_ID'] ?? '0'}/${environment['GITHUB_RUN_ATTEMPT'] ?? '1'}`;
  const ids = { appId: appId.value, gateAppId: Number(gateAppId.value) };
  const witnessed = witness.value === 'none' ? ('none' as const) : ('required' as const);
  const values = { ...ids, privateKey: privateKey.value, zone: zone.value, witness: witnessed };
  return { ok: true, inputs: { ...values, signer, repository, ledgerRepository, apiUrl, run } };
}

/** Those of `mode: gate`. An app id without its key, or the reverse, is a mistake and not a wish for the token. */
export function readGateInputs(input: (name: string) => string, environment: Environment): ReadGateInputs {
  const isApp = input('app-id') !== '' || input('private-key') !== '';
  const here = environment['GITHUB_REPOSITORY'] ?? '';
  const written = input('repository') || here;
  const read = {
    appId: isApp ? matching('app-id', input('app-id'), /^\d{1,15}$/, 'the number of the gate app') : { value: '' },
    privateKey: isApp ? pem(input('private-key'), 'the gate app’s') : { value: '' },
    token: isApp ? { value: '' } : matching('token', input('token'), /^\S+$/, 'the workflow’s own, `github.token`'),
    merge: matching('merge', input('merge') || 'false', /^(?:true|false)$/, '`true` or `false`'),
    repository: repositoryFrom('repository', written),
    ledger: repositoryFrom('ledger-repository', input('ledger-repository') || written),
  };
  const { appId, privateKey, token, merge, repository, ledger } = read;
  const problems = Object.values(read).filter((value) => typeof value === 'string');
  if (typeof appId === 'string' || typeof privateKey === 'string' || typeof token === 'string')
    return { ok: false, problems };
  if (typeof merge === 'string' || typeof repository === 'string' || typeof ledger === 'string') {
    return { ok: false, problems: [...new Set(problems)] };
  }
  const inputs: GateInputs = {
    sign: isApp ? { by: 'app', appId: appId.value, privateKey: privateKey.value } : { by: 'token', token: token.value },
    repository,
    ledgerRepository: ledger,
    merges: merge.value === 'true',
    apiUrl: (environment['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, ''),
    webUrl: (environment['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/\/+$/, ''),
  };
  return { ok: true, inputs };
}

/** Wrapped, so that a value is never taken for a problem. */
interface Value {
  readonly value: string;
}

function matching(name: string, value: string, pattern: RegExp, expected: string): Value | string {
  const trimmed = value.trim();
  if (trimmed === '') return `\`${name}\` is missing: give ${expected}`;
  return pattern.test(trimmed) ? { value: trimmed } : `\`${name}\` is \`${trimmed}\`, expected ${expected}`;
}

function pem(value: string, whose = 'the applier app’s'): Value | string {
  if (value.trim() === '') return `\`private-key\` is missing: give ${whose} private key, a PEM`;
  return value.includes('PRIVATE KEY-----')
    ? { value }
    : '`private-key` is not a PEM: paste the whole file, from -----BEGIN to -----END';
}

function signerFrom(value: string): LedgerSigner | string {
  if (value.trim() === '') return '`ledger-key` is missing: give the Ed25519 key that `gatepass init --ledger` made';
  try {
    return ledgerSigner(value);
  } catch (error) {
    return `\`ledger-key\`: ${error instanceof TypeError ? error.message : 'it cannot be read'}`;
  }
}

function repositoryFrom(name: string, value: string): RepositoryName | string {
  const match = /^([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._-]{1,100})$/.exec(value.trim());
  const [, owner, repository] = match ?? [];
  if (owner === undefined || repository === undefined) return `\`${name}\` is \`${value}\`, expected owner/name`;
  return { owner, name: repository };
}
