/**
 * Runs git as a child process, always asynchronously: a synchronous git in the hub's process would wait for the hub's
 * own HTTP for ever. The environment is bare, so no configuration of this machine takes part.
 */
import { spawn } from 'node:child_process';
import type { GitOptions } from './types.ts';

export interface Finished {
  readonly status: number;
  readonly stdout: Buffer;
}

/** Rejects with git's standard error on a status other than 0 that `options.allow` does not list. */
export function runGit(directory: string, args: readonly string[], options: GitOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: directory, env: { ...bareEnvironment(directory), ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const status = code ?? -1;
      if (status === 0 || options.allow?.includes(status)) return resolve({ status, stdout: Buffer.concat(out) });
      reject(new Error(`git ${args[0]} ended with ${status}: ${Buffer.concat(err).toString('utf8').trim()}`));
    });
    // A child that ends early closes its input; its status tells what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

export function bareEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}
