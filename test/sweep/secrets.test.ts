import { describe, expect, it } from 'vitest';
import { secretReader } from '../../sweep/secrets.ts';

describe('a secret that a catalog names', () => {
  it('is the step’s environment variable, and masked line by line before it is used', () => {
    const masked: string[] = [];
    const secret = secretReader({ ORDERS_PG: 'first\nsecond\n' }, (line) => masked.push(line));
    expect(secret('ORDERS_PG')).toBe('first\nsecond\n');
    expect(masked).toEqual(['first', 'second']);
  });

  it.each([
    ['GITHUB_TOKEN'],
    ['ACTIONS_RUNTIME_TOKEN'],
    ['INPUT_PRIVATE-KEY'],
    ['INPUT_LEDGER_KEY'],
    ['RUNNER_TEMP'],
    ['NODE_OPTIONS'],
    ['GATEPASS_LEDGER_KEY'],
    ['PATH'],
    ['orders_pg'],
    [''],
    ['A'.repeat(65)],
  ])('is never `%s`', (name) => {
    const secret = secretReader({ [name]: 'value' }, () => {});
    expect(() => secret(name)).toThrow('cannot name a secret');
  });

  it.each([[{}], [{ ORDERS_PG: '' }]])('is missing when it is not set, or empty', (environment) => {
    const secret = secretReader(environment, () => {});
    expect(() => secret('ORDERS_PG')).toThrow(
      'the secret `ORDERS_PG` is not in the sweep’s environment'.replace('’', "'"),
    );
  });
});
