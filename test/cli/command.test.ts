import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from '../../cli/command.ts';

const OPTIONS = { key: { type: 'string' }, known: { type: 'string' }, json: { type: 'boolean' } } as const;

describe('readArguments', () => {
  it('takes a value that begins with a dash, as a public key may', () => {
    expect(readArguments(['--key', '-ab_c', 'x', '--json'], OPTIONS)).toMatchObject({
      values: { key: '-ab_c', json: true },
      positionals: ['x'],
    });
  });

  it.each([
    ['another option where a value is missing', ['--key', '--json']],
    ['another option with its value', ['--key', '--known=3']],
    ['nothing where a value is missing', ['--key']],
    ['an unknown option', ['--keys', 'x']],
  ])('refuses %s', (_, args) => {
    expect(() => readArguments(args, OPTIONS)).toThrow(UsageError);
  });
});
