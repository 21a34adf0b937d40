import { describe, expect, it } from 'vitest';
import { printJson, readArguments, runCommand, type Terminal, UsageError } from '../../cli/command.ts';
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

  it('says in its own words, harmlessly, that it broke off, and exits 2', async () => {
    let said = '';
    const err = (text: string) => {
      said += text;
    };
    const run = () => Promise.reject(new RangeError('\u001b[2Jtoo \u202e far\n    at home'));
    const command = { name: 'sweep', summary: 'one sweep', usage: 'gatepass sweep', run };
    expect(await runCommand(command, [], { ...processTerminal(), err })).toBe(2);
    const [first, ...frames] = said.trimEnd().split('\n');
    expect(first).toBe('gatepass sweep: RangeError: \\u{1b}[2Jtoo \\u{202e} far     at home');
    expect(frames.length).toBeGreaterThan(0);
    expect(said).not.toMatch(/[^\n\P{C}]/u);
  });

  it('prints no colours of others, and those of ours where a command paints', async () => {
    let said = '';
    const keep = (text: string) => {
      said += text;
    };
    const run = async (_: readonly string[], terminal: Terminal) => {
      terminal.out('\u001b[31mout\n');
      terminal.err('\u001b[31merr\n');
      terminal.painted('\u001b[32mours\u001b[0m\n');
      return 0;
    };
    const command = { name: 'sweep', summary: 'one sweep', usage: 'gatepass sweep', run };
    await runCommand(command, [], { ...processTerminal(), color: true, out: keep, err: keep, painted: keep });
    expect(said).toBe('\\u{1b}[31mout\n\\u{1b}[31merr\n\u001b[32mours\u001b[0m\n');
  });

  it('prints nothing that commands the runner of a job, and the same value as JSON', async () => {
    let said = '';
    const keep = (text: string) => {
      said += text;
    };
    const hostile = 'x ##[add-mask]y\n::warning::z\n';
    const run = async (_: readonly string[], terminal: Terminal) => {
      terminal.out(hostile);
      terminal.err(hostile);
      terminal.painted(hostile);
      const lines = said;
      said = '';
      printJson(terminal, { hostile });
      expect(said).not.toContain('##[');
      expect(JSON.parse(said)).toEqual({ hostile });
      said = lines;
      return 0;
    };
    const command = { name: 'check', summary: 'checks', usage: 'gatepass check', run };
    await runCommand(command, [], { ...processTerminal(), color: false, out: keep, err: keep, painted: keep });
    expect(said).toBe('x ## [add-mask]y\n: :warning::z\n'.repeat(3));
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
