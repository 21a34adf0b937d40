/** This process as a command sees it: its folder, environment, streams, clock, and the person before it. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { Terminal } from './command.ts';

export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    env: process.env,
    color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    out: (chunk) => process.stdout.write(chunk),
    err: (chunk) => process.stderr.write(chunk),
    painted: (chunk) => process.stdout.write(chunk),
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return (await lines.question(question)).trim();
      } finally {
        lines.close();
      }
    },
    stdin: () => text(process.stdin),
    now: () => new Date(),
  };
}
