/** The git command, on a repository of this disk. Arguments are always a list, never a shell line. */
import { execFile } from 'node:child_process';
import { UsageError } from './command.ts';

/** Runs git in a folder and returns its standard output. Prompts play no part. */
export async function git(folder: string, args: readonly string[], options: { input?: string } = {}): Promise<string> {
  return (await gitBytes(folder, args, options)).toString('utf8');
}

export function gitBytes(folder: string, args: readonly string[], options: { input?: string } = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      ['-C', folder, ...args],
      { maxBuffer: 1 << 30, encoding: 'buffer', env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } },
      (cause, stdout, stderr) => {
        if (cause === null) resolve(stdout);
        else reject(new UsageError(`git ${args[0]} failed: ${lastWords(stderr)}`, null, { cause }));
      },
    );
    // A git that ends before it has read everything says so by its exit status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** What git said to explain itself: its last lines, or what the remote said. */
function lastWords(stderr: Buffer): string {
  const lines = stderr.toString('utf8').trim().split('\n');
  const remote = lines.filter((line) => line.startsWith('remote: ') && line.length > 8);
  return (remote.length > 0 ? remote : lines.slice(-1)).map((line) => line.replace(/^remote: /, '').trim()).join('; ');
}
