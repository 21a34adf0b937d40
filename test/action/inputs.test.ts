import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readGateInputs, readInputs } from '../../action/inputs.ts';

const ledgerKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const VALID: Readonly<Record<string, string>> = {
  'app-id': '7002',
  'gate-app-id': '7001',
  'private-key': rsaKey,
  'ledger-key': ledgerKey,
};
const ENVIRONMENT = { GITHUB_REPOSITORY: 'acme/access', GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '2' };

function read(change: Readonly<Record<string, string>> = {}, environment: Record<string, string> = ENVIRONMENT) {
  const inputs = { ...VALID, ...change };
  return readInputs((name) => inputs[name] ?? '', environment);
}

describe('the Action’s inputs', () => {
  it('take this repository, the default zone and GitHub’s own API unless told', () => {
    const found = read();
    expect(found.ok && { ...found.inputs, signer: null, privateKey: null }).toEqual({
      appId: '7002',
      gateAppId: 7001,
      privateKey: null,
      signer: null,
      repository: { owner: 'acme', name: 'access' },
      ledgerRepository: { owner: 'acme', name: 'access' },
      zone: 'default',
      witness: 'required',
      apiUrl: 'https://api.github.com',
      run: '4711/2',
    });
  });

  it('take another repository for the ledger', () => {
    const found = read({ repository: 'acme/access', 'ledger-repository': 'acme/operations' });
    expect(found.ok && found.inputs.ledgerRepository).toEqual({ owner: 'acme', name: 'operations' });
  });

  it('say every problem at once', () => {
    const found = read({
      'app-id': '',
      'gate-app-id': 'gate',
      'private-key': 'x',
      'ledger-key': '',
      repository: 'access',
      zone: 'Prod EU',
      witness: 'sometimes',
    });
    expect(found.ok ? [] : found.problems.map((problem) => problem.split(' ')[0])).toEqual([
      '`app-id`',
      '`gate-app-id`',
      '`private-key`',
      '`ledger-key`',
      '`repository`',
      '`zone`',
      '`witness`',
    ]);
  });

  it.each([
    ['a key that is no Ed25519 key', rsaKey, 'the ledger key is rsa, expected ed25519'],
    ['what is no key', 'secret words', 'not a PKCS#8 PEM'],
  ])('refuse %s for the ledger without showing it', (_, key, why) => {
    const found = read({ 'ledger-key': key });
    const problems = found.ok ? '' : found.problems.join();
    expect(problems).toContain(why);
    expect(problems).not.toContain('secret words');
  });
});

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
