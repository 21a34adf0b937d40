/**
 * A reader that asks git for an object once: what an id names never changes, and of a plain revision (an id or a loose ref, then a
 * commit, a tree or a path) the rest follows from the objects. Half of the look-alike's time went into asking again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTree } from './objects.ts';
import { type GitObject, openReader, type Reader } from './reader.ts';

/** In bytes. What was read first is forgotten first. */
const MOST_KEPT = 32 * 1024 * 1024;

const PLAIN = /^([0-9a-f]{40}|refs\/[A-Za-z0-9][A-Za-z0-9_/-]*)(?:\^\{(commit|tree)\}|:(.+))?$/s;
const ID = /^[0-9a-f]{40}$/;

export function openKeptReader(directory: string): Reader {
  const git = openReader(directory);
  const kept = new Map<string, GitObject>();
  let size = 0;

  function keep(object: GitObject): void {
    if (!kept.has(object.sha)) size += object.data.length;
    kept.set(object.sha, object);
    for (const [sha, oldest] of kept) {
      if (size <= MOST_KEPT) break;
      kept.delete(sha);
      size -= oldest.data.length;
    }
  }

  async function object(sha: string): Promise<GitObject | null> {
    const known = kept.get(sha);
    if (known !== undefined) return known;
    const found = await git.read(sha);
    if (found !== null) keep(found);
    return found;
  }

  /** `undefined`: git has to say. */
  async function treeOf(start: GitObject): Promise<GitObject | null | undefined> {
    if (start.type === 'tree') return start;
    return start.type === 'commit' ? object(start.data.toString('latin1', 5, 45)) : undefined;
  }

  async function below(tree: GitObject, path: string): Promise<GitObject | null | undefined> {
    const names = path.split('/');
    if (names.some((name) => ['', '.', '..'].includes(name))) return undefined;
    let at: GitObject | null = tree;
    for (const name of names) {
      const entry = at?.type === 'tree' ? parseTree(at.data).find((each) => each.name === name) : undefined;
      if (entry === undefined) return null;
      at = await object(entry.sha);
    }
    return at;
  }

  async function plainly(revision: string): Promise<GitObject | null | undefined> {
    const [, name = '', kind, path] = PLAIN.exec(revision) ?? [];
    const sha = ID.test(name) ? name : looseRef(directory, name);
    const start = sha === null ? undefined : await object(sha);
    if (start === undefined || start === null) return start;
    if (kind === undefined && path === undefined) return start;
    if (kind === 'commit') return start.type === 'commit' ? start : undefined;
    const tree = await treeOf(start);
    return path === undefined || tree === null || tree === undefined ? tree : below(tree, path);
  }

  return {
    async read(revision) {
      const found = await plainly(revision);
      return found === undefined ? git.read(revision) : found;
    },
    close: () => git.close(),
  };
}

/** What the ref's own file says; `null`: there is none, or it names another ref. It goes before `packed-refs`. */
function looseRef(directory: string, name: string): string | null {
  if (name === '') return null;
  try {
    const text = readFileSync(join(directory, name), 'utf8').trim();
    return ID.test(text) ? text : null;
  } catch {
    return null;
  }
}
