import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSweepInputs } from '../../sweep/inputs.ts';

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
  return readSweepInputs({ value: (name) => inputs[name] ?? '', called: (name) => name }, environment);
}

describe('what a sweep is told', () => {
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

  it('is complained about under the name that it has where it was written', () => {
    const called = (name: string) => `GATEPASS_${name.toUpperCase()}`;
    const found = readSweepInputs({ value: () => '', called }, {});
    expect(found.ok ? [] : found.problems.map((problem) => problem.split(' ')[0])).toEqual([
      '`GATEPASS_APP-ID`',
      '`GATEPASS_GATE-APP-ID`',
      '`GATEPASS_PRIVATE-KEY`',
      '`GATEPASS_LEDGER-KEY`',
      '`GATEPASS_REPOSITORY`',
    ]);
  });
});
