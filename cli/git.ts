/** The git command, on a repository of this disk. Arguments are always a list, never a shell line. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from './command.ts';

const run = promisify(execFile);

/** Runs git in a folder and returns its standard output. Hooks, prompts and the user's aliases play no part. */
export async function git(folder: string, args: readonly string[], options: { input?: string } = {}): Promise<string> {
  const pending = run('git', ['-C', folder, ...args], {
    maxBuffer: 1 << 30,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
  });
  if (options.input !== undefined) pending.child.stdin?.end(options.input);
  try {
    return (await pending).stdout;
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new UsageError(`git ${args[0]} failed: ${said.split('\n').at(-1)}`, null, { cause });
  }
}
