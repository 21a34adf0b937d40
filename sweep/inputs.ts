/**
 * What a sweep has to be told, checked: either all of it holds, or every problem is said at once. The Action gives it by
 * its inputs, the command line by environment variables; only the names differ. Reads no secret aloud.
 */
import type { RepositoryName } from '../github/client.ts';
import { type LedgerSigner, ledgerSigner } from '../github/ledger-key.ts';

export interface SweepInputs {
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
}

/** Where inputs come from. */
export interface InputSource {
  /** Empty when it is not set. */
  readonly value: (name: string) => string;
  /** As people write it there: `app-id`, `GATEPASS_APP_ID`. */
  readonly called: (name: string) => string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadSweepInputs =
  | { readonly ok: true; readonly inputs: SweepInputs }
  | { readonly ok: false; readonly problems: readonly string[] };

export function readSweepInputs(source: InputSource, environment: Environment): ReadSweepInputs {
  const text = (name: string, pattern: RegExp, expected: string, standard = '') =>
    matching(source, name, source.value(name) || standard, pattern, expected);
  const written = source.value('repository') || (environment['GITHUB_REPOSITORY'] ?? '');
  const ledger = source.value('ledger-repository') || written;
  const repository = repositoryFrom(source, 'repository', written);
  const read = {
    appId: text('app-id', /^\d{1,15}$/, 'the number of the applier app'),
    gateAppId: text('gate-app-id', /^\d{1,15}$/, 'the number of the gate app'),
    privateKey: pem(source, 'the applier app’s'),
    signer: signerFrom(source),
    repository,
    ledgerRepository: ledger === written ? repository : repositoryFrom(source, 'ledger-repository', ledger),
    zone: text('zone', /^[a-z0-9][a-z0-9-]{0,63}$/, 'a zone of your catalogs', 'default'),
    witness: text('witness', /^(?:required|none)$/, '`required` or `none`', 'required'),
  };
  const problems = [...new Set(Object.values(read).filter((value) => typeof value === 'string'))];
  const { appId, gateAppId, privateKey, signer, ledgerRepository, zone, witness } = read;
  if (typeof appId === 'string' || typeof gateAppId === 'string' || typeof privateKey === 'string')
    return { ok: false, problems };
  if (typeof signer === 'string' || typeof repository === 'string' || typeof ledgerRepository === 'string')
    return { ok: false, problems };
  if (typeof zone === 'string' || typeof witness === 'string') return { ok: false, problems };
  const inputs: SweepInputs = {
    appId: appId.value,
    gateAppId: Number(gateAppId.value),
    privateKey: privateKey.value,
    signer,
    repository,
    ledgerRepository,
    zone: zone.value,
    witness: witness.value === 'none' ? 'none' : 'required',
    apiUrl: apiUrlOf(environment),
  };
  return { ok: true, inputs };
}

/** Base URL of the API, without a trailing slash. */
export function apiUrlOf(environment: Environment): string {
  return (environment['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, '');
}

/** Wrapped, so that a value is never taken for a problem, which is a text. */
export interface Value {
  readonly value: string;
}

export function matching(
  source: InputSource,
  name: string,
  value: string,
  pattern: RegExp,
  expected: string,
): Value | string {
  const trimmed = value.trim();
  if (trimmed === '') return `\`${source.called(name)}\` is missing: give ${expected}`;
  return pattern.test(trimmed)
    ? { value: trimmed }
    : `\`${source.called(name)}\` is \`${trimmed}\`, expected ${expected}`;
}

/** `whose`: of which app, for the message. */
export function pem(source: InputSource, whose: string): Value | string {
  const [value, name] = [source.value('private-key'), source.called('private-key')];
  if (value.trim() === '') return `\`${name}\` is missing: give ${whose} private key, a PEM`;
  return value.includes('PRIVATE KEY-----')
    ? { value }
    : `\`${name}\` is not a PEM: paste the whole file, from -----BEGIN to -----END`;
}

function signerFrom(source: InputSource): LedgerSigner | string {
  const [value, name] = [source.value('ledger-key'), source.called('ledger-key')];
  if (value.trim() === '') return `\`${name}\` is missing: give the Ed25519 key that \`gatepass init --ledger\` made`;
  try {
    return ledgerSigner(value);
  } catch (error) {
    return `\`${name}\`: ${error instanceof TypeError ? error.message : 'it cannot be read'}`;
  }
}

export function repositoryFrom(source: InputSource, name: string, value: string): RepositoryName | string {
  const match = /^([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._-]{1,100})$/.exec(value.trim());
  const [, owner, repository] = match ?? [];
  if (owner === undefined || repository === undefined)
    return `\`${source.called(name)}\` is \`${value}\`, expected owner/name`;
  return { owner, name: repository };
}
