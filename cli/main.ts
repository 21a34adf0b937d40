/** The command line: finds the command, runs it, turns whatever it throws into one clear line and an exit code. */
import { COULD_NOT_RUN, type Command, FINE, runCommand, showUsage, type Terminal } from './command.ts';
import { harmlessly } from './harmless.ts';
import { processTerminal } from './process-terminal.ts';

/** Commands are loaded when they are called, so that `owners` does not pay for `demo`. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  audit: () => import('./commands/audit.ts'),
  can: () => import('./commands/can.ts'),
  check: () => import('./commands/check.ts'),
  demo: () => import('./commands/demo.ts'),
  dev: () => import('./commands/dev.ts'),
  doctor: () => import('./commands/doctor.ts'),
  explain: () => import('./commands/explain.ts'),
  init: () => import('./commands/init.ts'),
  owners: () => import('./commands/owners.ts'),
  request: () => import('./commands/request.ts'),
  return: () => import('./commands/return.ts'),
  status: () => import('./commands/status.ts'),
  sweep: () => import('./commands/sweep.ts'),
  verify: () => import('./commands/verify.ts'),
};

/** Runs one command line and returns its exit code: 0 fine, 1 a finding or a no, 2 could not run. */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') return help(rest[0], terminal);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    harmlessly(terminal).err(`gatepass: no command \`${name}\`; there are ${Object.keys(COMMANDS).join(', ')}\n`);
    return COULD_NOT_RUN;
  }
  const { command } = await load();
  return runCommand(command, rest, terminal);
}

async function help(name: string | undefined, terminal: Terminal): Promise<number> {
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return showUsage((await load()).command, terminal);
  const commands = await Promise.all(Object.values(COMMANDS).map((each) => each()));
  const rows = commands.map(({ command }) => `  ${command.name.padEnd(10)}${command.summary}`);
  terminal.out(
    `gatepass: just-in-time access by pull request\n\n${rows.join('\n')}\n\n` +
      'Every command takes --json where it reports something, and `gatepass help COMMAND` says more.\n' +
      'Exit codes: 0 fine, 1 a finding or a no, 2 could not run.\n',
  );
  return FINE;
}
