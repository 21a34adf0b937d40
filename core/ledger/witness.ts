/**
 * What the gate saw of the ledger: one line for each head that it verified, on a branch that only the gate's App writes.
 * So whoever can rewrite the ledger, its key included, still contradicts somebody else's record. Says whether a chain
 * holds what was seen; who wrote the lines is for git and GitHub's rules.
 */
import { canonicalJson } from '../canonical.ts';
import { type Instant, parseInstant } from '../time.ts';
import type { Entry } from './entry.ts';
import type { Tip } from './line.ts';

/** One line of `witness/<year>/<month>.jsonl`. */
export interface WitnessedHead {
  readonly v: 1;
  readonly seq: number;
  /** SHA-256 of the ledger's last line, as in the signed head. */
  readonly hash: string;
  /** The commit of the ledger branch that had it. */
  readonly commit: string;
  /** Of that last entry, so that nobody's clock but GitHub's is in it. */
  readonly at: Instant;
}

/** `witness/2026/11.jsonl`. */
export function witnessPath(at: Instant): string {
  return `witness/${at.slice(0, 4)}/${at.slice(5, 7)}.jsonl`;
}

/** Without its line feed. */
export function witnessLine(head: WitnessedHead): string {
  const { v, seq, hash, commit, at } = head;
  return canonicalJson({ v, seq, hash, commit, at });
}

export interface WitnessFile {
  readonly path: string;
  readonly text: string;
}

/** The heads in order, or the first line that is none. Files in any order. */
export function parseWitness(
  files: readonly WitnessFile[],
): { readonly ok: true; readonly heads: readonly WitnessedHead[] } | { readonly ok: false; readonly why: string } {
  const heads: WitnessedHead[] = [];
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const lines = text.split('\n');
    const rest = lines.pop();
    for (const [index, line] of lines.entries()) {
      const head = parseLine(line);
      const before = heads.at(-1);
      if (head === null || (before !== undefined && head.seq <= before.seq)) {
        return { ok: false, why: `${path}:${index + 1} is not the next witnessed head` };
      }
      heads.push(head);
    }
    if (rest !== '') return { ok: false, why: `${path} was cut off before its last line feed` };
  }
  return { ok: true, heads };
}

function parseLine(line: string): WitnessedHead | null {
  try {
    const { v, seq, hash, commit, at } = JSON.parse(line) as Partial<Record<keyof WitnessedHead, unknown>>;
    const instant = typeof at === 'string' ? parseInstant(at) : null;
    if (v !== 1 || !isCount(seq) || !isHex(hash, 64) || !isHex(commit, 40) || instant === null) return null;
    const head: WitnessedHead = { v, seq, hash, commit, at: instant };
    return witnessLine(head) === line ? head : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
}

/** The first of these heads that the chain does not hold; `null`: it holds them all. */
export function firstMissing(
  heads: readonly WitnessedHead[],
  chain: { readonly entries: readonly Entry[]; readonly tip: Tip | null },
): WitnessedHead | null {
  return heads.find(({ seq, hash }) => hashAt(chain, seq) !== hash) ?? null;
}

/** Of the line `seq`, as the line after it links to it; `undefined`: the chain is not that long. */
export function hashAt(
  { entries, tip }: { readonly entries: readonly Entry[]; readonly tip: Tip | null },
  seq: number,
): string | undefined {
  return seq === tip?.seq ? tip.hash : entries[seq + 1]?.prev;
}
