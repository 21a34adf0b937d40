/**
 * Moves a ref as git does, by a lock and a rename (git, "refs/files-backend"), without a process for each: a third of all
 * that the look-alike started were for that. Whatever is not plain is left to git.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZERO } from './types.ts';

/** Names that need no rules of git's to be told good: no dot is in them. */
const PLAIN = /^refs\/(?:heads|tags|pull)(?:\/[A-Za-z0-9][A-Za-z0-9_-]*)+$/;

/** `true`: it was moved, from the very value. `false`: nothing was done, and git has to say what is to be. */
export async function moveLoose(directory: string, ref: string, after: string, before: string): Promise<boolean> {
  if (!PLAIN.test(ref) || after === ZERO || existsSync(join(directory, 'packed-refs'))) return false;
  const path = join(directory, ref);
  const lock = `${path}.lock`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(lock, 'wx');
    await file.writeFile(`${after}\n`).finally(() => file.close());
  } catch {
    // Somebody holds it, or a name stands in the way (`a` and `a/b`).
    return false;
  }
  try {
    if ((await heldBy(path)) !== before) throw new Error(`${ref} is not ${before}`);
    await rename(lock, path);
    return true;
  } catch {
    await unlink(lock);
    return false;
  }
}

async function heldBy(path: string): Promise<string> {
  return existsSync(path) ? (await readFile(path, 'utf8')).trim() : ZERO;
}
