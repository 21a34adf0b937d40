import { describe, expect, it } from 'vitest';
import { readArguments, runCommand, UsageError } from '../../cli/command.ts';
import { processTerminal } from '../../cli/process-terminal.ts';
import { runCli } from '../support/terminal.ts';

const OPTIONS = { key: { type: 'string' }, known: { type: 'string' }, json: { type: 'boolean' } } as const;

describe('runCommand', () => {
  it('lets no file that somebody sent steer the terminal by being no JSON', async () => {
    const stdin = '\u001b]0;owned\u0007\u001b[2J\u009b31m \u202e';
    const { code, err } = await runCli(['explain', '--evidence', '-'], { cwd: '/', stdin });
    expect(code).toBe(2);
    expect(err).toContain('is not JSON');
    expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('keeps the lines of what would help', async () => {
    const { err } = await runCli(['return', 'x\u001b[31m'], { cwd: '/' });
    expect(err).toBe('gatepass return: `x\\u{1b}[31m` is no grant\n  help: gatepass return 42-1a2b3c4d\n');
  });

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
