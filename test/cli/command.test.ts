import { describe, expect, it } from 'vitest';
import { readArguments, runCommand, UsageError } from '../../cli/command.ts';
import { processTerminal } from '../../cli/process-terminal.ts';

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

describe('runCommand', () => {
  it.each(['--help', '-h'])('says how the command is called on %s, and does nothing', async (flag) => {
    let said = '';
    const out = (text: string) => {
      said += text;
    };
    const run = () => Promise.reject(new Error('it ran'));
    const command = { name: 'sweep', summary: 'one sweep', usage: 'gatepass sweep [--plan]', run };
    expect(await runCommand(command, ['--plan', flag], { ...processTerminal(), out })).toBe(0);
    expect(said).toBe('one sweep\n\ngatepass sweep [--plan]\n');
  });
});
