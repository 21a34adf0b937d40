/**
 * One child process of a step, in a group of its own. Its environment is exactly what it is given: nothing of ours
 * leaks into it. Ends it as GitHub's runner does, or as a lost machine would.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Child {
  /** The exit status; `null` when a signal ended it. Resolves after its last line. */
  readonly ended: Promise<number | null>;
  /** SIGINT, SIGTERM 7.5 s later, SIGKILL 2.5 s after that (GitHub, "Canceling a workflow run"). */
  cancel(): void;
  /** SIGKILL to the whole group at once: the machine is gone. */
  kill(): void;
}

const TO_TERMINATE = 7_500;
const TO_KILL = 10_000;

/** Starts it; both streams come line by line, interleaved as they arrive. */
export function startChild(command: Command, onLine: (line: string) => void): Child {
  const child = spawn(command.file, command.arguments, {
    cwd: command.directory,
    env: { ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const timers: NodeJS.Timeout[] = [];
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      // The group: a shell's own children end with it.
      process.kill(-child.pid, name);
    } catch {
      // It ended in between.
    }
  };
  const drained = [child.stdout, child.stderr].map(
    (stream) =>
      new Promise<void>((resolve) => {
        createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine).on('close', resolve);
      }),
  );
  const exited = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      onLine(`##[error]${error.message}`);
      resolve(1);
    });
    child.on('exit', resolve);
  });
  const ended = (async (): Promise<number | null> => {
    const status = await exited;
    timers.forEach(clearTimeout);
    await Promise.all(drained);
    return status;
  })();
  return {
    ended,
    cancel() {
      signal('SIGINT');
      timers.push(
        setTimeout(() => signal('SIGTERM'), TO_TERMINATE),
        setTimeout(() => signal('SIGKILL'), TO_KILL),
      );
    },
    kill: () => signal('SIGKILL'),
  };
}
