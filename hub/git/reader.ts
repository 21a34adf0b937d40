/**
 * Reads objects through one lasting `git cat-file --batch` a repository: a process for each read would make the
 * look-alike ten times slower. Answers come in the order of the questions.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { bareEnvironment } from './run.ts';

export interface GitObject {
  readonly sha: string;
  readonly type: string;
  readonly data: Buffer;
}

export interface Reader {
  /** Any revision git understands; `null`: there is no such object. */
  read(revision: string): Promise<GitObject | null>;
  close(): void;
}

interface Waiting {
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: Error) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

export function openReader(directory: string): Reader {
  let child: Child | null = null;
  let waiting: Waiting[] = [];
  let pending: Buffer = Buffer.alloc(0);

  const start = (): Child => {
    // Nobody reads its complaints, and a pipe that nobody reads stops git for ever once it is full.
    const started = spawn('git', ['cat-file', '--batch'], {
      cwd: directory,
      env: bareEnvironment(directory),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    started.stdout.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (let taken = take(pending); taken !== null; taken = take(pending)) {
        pending = pending.subarray(taken.used);
        waiting.shift()?.resolve(taken.object);
      }
    });
    started.stdin.on('error', () => undefined);
    started.on('close', () => {
      const lost = waiting;
      waiting = [];
      pending = Buffer.alloc(0);
      child = null;
      for (const each of lost) each.reject(new Error('git cat-file ended'));
    });
    return started;
  };

  return {
    read(revision) {
      if (/[\n\0]/.test(revision)) return Promise.resolve(null);
      child ??= start();
      const { stdin } = child;
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        stdin.write(`${revision}\n`);
      });
    },
    close() {
      child?.stdin.end();
    },
  };
}

/** The first whole answer in what arrived; `null`: more must come. */
function take(buffer: Buffer): { object: GitObject | null; used: number } | null {
  const line = buffer.indexOf(10);
  if (line < 0) return null;
  const [, sha, type, size] = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(buffer.toString('latin1', 0, line)) ?? [];
  if (sha === undefined || type === undefined) return { object: null, used: line + 1 };
  const end = line + 1 + Number(size);
  if (buffer.length < end + 1) return null;
  return { object: { sha, type, data: Buffer.from(buffer.subarray(line + 1, end)) }, used: end + 1 };
}
