/** The container's program: `gatepass sweep` and nothing else, with the container's arguments. */
import { runCommand } from './command.ts';
import { command } from './commands/sweep.ts';
import { processTerminal } from './process-terminal.ts';

process.exitCode = await runCommand(command, process.argv.slice(2), processTerminal());
