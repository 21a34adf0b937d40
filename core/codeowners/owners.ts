/** Who owns a path. The last line that matches decides alone: owners never add up over lines. */
import type { Codeowners } from './parse.ts';

export interface Ownership {
  readonly path: string;
  /** As written. Empty where the line clears ownership, and where no line matches. */
  readonly owners: readonly string[];
  /** From 1. `null`: no line matches. */
  readonly line: number | null;
  readonly pattern: string | null;
}

/** `path` is relative to the root, with slashes, without a leading one. Upper and lower case differ. */
export function ownersOf(codeowners: Codeowners, path: string): Ownership {
  const rule = codeowners.index.last(path);
  if (rule === null) return { path, owners: [], line: null, pattern: null };
  return { path, owners: rule.owners, line: rule.line, pattern: rule.pattern };
}

/** GitHub compares names of accounts and teams without regard to case. */
export function isSameOwner(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
