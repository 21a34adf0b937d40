/**
 * What a command is: a name, what it is for, and a function of its arguments and its surroundings. Commands reach the
 * world only through `Terminal`, so that tests run them in process.
 */
import { parseArgs } from 'node:util';
import { plain, plainJson } from '../core/explain/escape.ts';
import { harmlessly } from './harmless.ts';

/** Exit codes of every command. */
export const FINE = 0;
/** A finding, or a no. */
export const FINDING = 1;
/** Could not run: bad arguments, an unreadable file. */
export const COULD_NOT_RUN = 2;

export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly color: boolean;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** One text, of one line or more. As commands are given it, whatever would steer the terminal is written out. */
  out(text: string): void;
  err(text: string): void;
  /** A text with colours in it, for who has written out each word of others: it goes to the terminal as it is. */
  painted(text: string): void;
  /** Asks one question and returns the answer, trimmed. */
  ask(question: string): Promise<string>;
  /** Everything on standard input. */
  stdin(): Promise<string>;
  now(): Date;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Shown by `gatepass help NAME`: arguments and options, one a line. */
  readonly usage: string;
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** A command cannot run as asked: said in one line, exit code 2. */
export class UsageError extends Error {
  readonly fix: string | null;
  constructor(message: string, fix: string | null = null, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'UsageError';
    this.fix = fix;
  }
}

/** Runs it, or says how it is called; what it throws becomes a few clear lines and an exit code. */
export async function runCommand(command: Command, args: readonly string[], bare: Terminal): Promise<number> {
  const terminal = harmlessly(bare);
  if (args.includes('--help') || args.includes('-h')) return showUsage(command, terminal);
  try {
    return await command.run(args, terminal);
  } catch (error) {
    terminal.err(`gatepass ${command.name}: ${error instanceof UsageError ? error.message : brokenOff(error)}\n`);
    if (error instanceof UsageError && error.fix !== null) terminal.err(`  help: ${error.fix}\n`);
    return COULD_NOT_RUN;
  }
}

/** Where it happened, for a report. Node itself would print the words of others raw, and all that hangs on the error. */
function brokenOff(error: unknown): string {
  if (!(error instanceof Error)) return plain(String(error));
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [`${error.name}: ${plain(error.message)}`, ...frames].join('\n');
}

export function showUsage({ summary, usage }: Command, terminal: Terminal): number {
  terminal.out(`${summary}\n\n${usage}\n`);
  return FINE;
}

type OptionTypes = Readonly<Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>>;

/** Options and positionals, strictly: an unknown option is a `UsageError` that names it. */
export function readArguments<const T extends OptionTypes>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: joinDashed(args, options), options, allowPositionals: true, strict: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replace(/\. To specify.*$/s, '') : String(cause);
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1), null, { cause });
  }
}

/** `--key -abc` as `--key=-abc`: one base64url key in sixty-four begins with a dash, and is no option for that. */
function joinDashed(args: readonly string[], options: OptionTypes): string[] {
  const takesValue = (arg: string) => arg.startsWith('--') && options[arg.slice(2)]?.type === 'string';
  const isOption = (arg: string) => Object.hasOwn(options, arg.replace(/^--/, '').split('=')[0] ?? '');
  const joined: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [arg = '', next] = [args[at], args[at + 1]];
    const isJoined = takesValue(arg) && next?.startsWith('-') === true && !isOption(next);
    joined.push(isJoined ? `${arg}=${next}` : arg);
    if (isJoined) at += 1;
  }
  return joined;
}

/** JSON for machines: two spaces, one newline at the end. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${plainJson(value)}\n`);
}
