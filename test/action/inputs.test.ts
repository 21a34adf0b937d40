import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readGateInputs } from '../../action/inputs.ts';

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const ENVIRONMENT = { GITHUB_REPOSITORY: 'acme/access', GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '2' };

describe('the inputs of a gate', () => {
  const readGate = (inputs: Readonly<Record<string, string>>, environment: Record<string, string> = ENVIRONMENT) =>
    readGateInputs((name) => inputs[name] ?? '', environment);

  it('take the workflow’s own token, this repository, and no merges unless told', () => {
    expect(readGate({ token: 'ghs_1' })).toEqual({
      ok: true,
      inputs: {
        sign: { by: 'token', token: 'ghs_1' },
        repository: { owner: 'acme', name: 'access' },
        ledgerRepository: { owner: 'acme', name: 'access' },
        merges: false,
        apiUrl: 'https://api.github.com',
        webUrl: 'https://github.com',
      },
    });
  });

  it('take an app in place of the token, another ledger and another GitHub', () => {
    const environment = { ...ENVIRONMENT, GITHUB_API_URL: 'https://ghe/api/v3/', GITHUB_SERVER_URL: 'https://ghe/' };
    const given = { 'app-id': '7001', 'private-key': rsaKey, token: 'ghs_1', merge: 'true' };
    const found = readGate({ ...given, 'ledger-repository': 'acme/operations' }, environment);
    expect(found.ok && found.inputs).toMatchObject({
      sign: { by: 'app', appId: '7001', privateKey: rsaKey },
      ledgerRepository: { owner: 'acme', name: 'operations' },
      merges: true,
      apiUrl: 'https://ghe/api/v3',
      webUrl: 'https://ghe',
    });
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an app without its key', { 'app-id': '7001', token: 'x' }, ['`private-key`']],
    ['a key without its app', { 'private-key': rsaKey, token: 'x' }, ['`app-id`']],
    ['neither app nor token', {}, ['`token`']],
    ['another word than true or false', { token: 'x', merge: 'yes' }, ['`merge`']],
    ['a repository without owner', { token: 'x', repository: 'access' }, ['`repository`', '`ledger-repository`']],
  ])('refuse %s', (_, inputs, expected) => {
    const found = readGate(inputs);
    expect(found.ok ? [] : found.problems.map((problem) => problem.split(' ')[0])).toEqual(expected);
  });
});
