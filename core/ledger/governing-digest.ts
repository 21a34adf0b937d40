/** One digest for everything that governs: the root of a git tree without `requests/`. */
import { digestOf } from '../canonical.ts';

/** An entry of a commit's root tree, as `git ls-tree` or the trees API gives it. */
export interface RootEntry {
  readonly path: string;
  /** Such as `100644` or `040000`. */
  readonly mode: string;
  /** Git object id. */
  readonly sha: string;
}

/** SHA-256 over the canonical list. Git ids of subtrees cover their contents, so the root's entries are enough. */
export function governingDigest(root: readonly RootEntry[]): string {
  const governing = root.filter((entry) => entry.path !== 'requests');
  const rows = governing.map(({ path, mode, sha }) => [path, mode.padStart(6, '0'), sha]);
  return digestOf(rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}
