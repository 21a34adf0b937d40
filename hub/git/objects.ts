/**
 * Git objects as bytes: commits and trees parsed, loose objects written, in git's own format (`git fsck` is the judge).
 * Writing them here saves a process for each.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Commit, NewCommit, Signature } from './types.ts';

/** Writes a loose object unless it is there; the answer is its id. */
export async function writeLoose(directory: string, type: string, data: Buffer): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data]);
  const sha = createHash('sha1').update(whole).digest('hex');
  const path = join(directory, 'objects', sha.slice(0, 2), sha.slice(2));
  if (await isThere(path)) return sha;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, deflateSync(whole, { level: 1 }), { mode: 0o444 });
  await rename(temporary, path);
  return sha;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export interface RawEntry {
  readonly mode: string;
  readonly name: string;
  readonly sha: string;
}

/** Entries of a tree object; modes as git writes them (`40000`, not `040000`). */
export function parseTree(data: Buffer): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const nul = data.indexOf(0, space);
    const sha = data.toString('hex', nul + 1, nul + 21);
    entries.push({ mode: data.toString('latin1', at, space), name: data.toString('utf8', space + 1, nul), sha });
    at = nul + 21;
  }
  return entries;
}

/** Sorted as git wants: a folder as if its name ended in a slash. */
export function formatTree(entries: readonly RawEntry[]): Buffer {
  const key = (entry: RawEntry): Buffer => Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name);
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.sha, 'hex')]),
  );
}

export function parseCommit(sha: string, data: Buffer): Commit {
  const text = data.toString('utf8');
  const end = text.indexOf('\n\n');
  const head = (end < 0 ? text : text.slice(0, end)).split('\n');
  const values = (name: string): string[] =>
    head.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0] ?? ''),
    committer: parseSignature(values('committer')[0] ?? ''),
    message: end < 0 ? '' : text.slice(end + 2),
    signed: head.some((line) => line.startsWith('gpgsig')),
  };
}

function parseSignature(line: string): Signature {
  const [, name, email, seconds] = /^(.*?) ?<([^>]*)> (\d+)/.exec(line) ?? [];
  return { name: name ?? '', email: email ?? '', date: isoSeconds(Number(seconds ?? 0) * 1000) };
}

export function formatCommit(commit: NewCommit): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`);
}

function formatSignature(by: Signature): string {
  const clean = (text: string): string => text.replaceAll(/[<>\n\0]/g, '').trim();
  return `${clean(by.name)} <${clean(by.email)}> ${Math.floor(Date.parse(by.date) / 1000)} +0000`;
}

/** `2026-11-23T10:00:00Z`, as GitHub writes instants. */
export function isoSeconds(epoch: number): string {
  return `${new Date(epoch).toISOString().slice(0, 19)}Z`;
}
