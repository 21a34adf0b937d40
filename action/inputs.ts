/** The inputs of the Action as a gate, checked: either all of them hold, or every problem is said at once. */
import type { RepositoryName } from '../github/client.ts';
import { apiUrlOf, type Environment, type InputSource, matching, pem, repositoryFrom } from '../sweep/inputs.ts';

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

/** Under the names of `action.yml`. `input` gives an input's value, empty when it is not set. */
export function inputsOfAction(input: (name: string) => string): InputSource {
  return { value: input, called: (name) => name };
}

/** Those of `mode: gate`. An app id without its key, or the reverse, is a mistake and not a wish for the token. */
export function readGateInputs(input: (name: string) => string, environment: Environment): ReadGateInputs {
  const source = inputsOfAction(input);
  const text = (name: string, pattern: RegExp, expected: string, standard = '') =>
    matching(source, name, input(name) || standard, pattern, expected);
  const isApp = input('app-id') !== '' || input('private-key') !== '';
  const written = input('repository') || (environment['GITHUB_REPOSITORY'] ?? '');
  const read = {
    appId: isApp ? text('app-id', /^\d{1,15}$/, 'the number of the gate app') : { value: '' },
    privateKey: isApp ? pem(source, 'the gate app’s') : { value: '' },
    token: isApp ? { value: '' } : text('token', /^\S+$/, 'the workflow’s own, `github.token`'),
    merge: text('merge', /^(?:true|false)$/, '`true` or `false`', 'false'),
    repository: repositoryFrom(source, 'repository', written),
    ledger: repositoryFrom(source, 'ledger-repository', input('ledger-repository') || written),
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
    apiUrl: apiUrlOf(environment),
    webUrl: (environment['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/\/+$/, ''),
  };
  return { ok: true, inputs };
}
