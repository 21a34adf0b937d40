/**
 * What a command prints may repeat others: a ledger line, a file that somebody sent, what a remote said. This stands between
 * every command and the terminal, so that no command has to remember it.
 */
import { logLine } from '../core/explain/escape.ts';
import type { Terminal } from './command.ts';

/**
 * The same terminal, on which nothing that is printed can colour, erase, move or turn around, nor command the runner of a
 * job. Lines stay lines.
 */
export function harmlessly(terminal: Terminal): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(harmless(text)),
    err: (text) => terminal.err(harmless(text)),
    painted: (text) => terminal.painted(terminal.color ? text : harmless(text)),
  };
}

function harmless(text: string): string {
  return text.split('\n').map(logLine).join('\n');
}
