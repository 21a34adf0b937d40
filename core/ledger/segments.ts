/** Append-only, file by file: what a commit adds to the segments that are known, or the first entry that it lost. */
import { type Segment, splitLines } from './chain.ts';

export interface KnownSegment {
  readonly text: string;
  /** Number of its first entry. */
  readonly first: number;
  /** How many entries. */
  readonly count: number;
}

export type KnownSegments = ReadonlyMap<string, KnownSegment>;

export interface Addition {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface Loss {
  readonly code: 'segment-removed' | 'entry-changed';
  readonly file: string;
  readonly line: number;
  readonly seq: number;
  readonly why: string;
}

export type Comparison =
  | { readonly lost: Loss }
  | { readonly added: readonly Addition[]; readonly segments: KnownSegments };

/** A segment that did not change costs one comparison. */
export function compareSegments(known: KnownSegments, segments: readonly Segment[]): Comparison {
  const now = new Map(segments.map(({ path, text }) => [path, text]));
  const lost = firstLoss(known, now);
  if (lost !== null) return { lost };
  const next = new Map(known);
  const added: Addition[] = [];
  let first = [...known.values()].reduce((sum, { count }) => sum + count, 0);
  for (const [file, text] of [...now].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = known.get(file) ?? { text: '', first, count: 0 };
    if (before.text === text) continue;
    const lines = splitLines(text.slice(before.text.length));
    added.push(...lines.map((line, index) => ({ file, line: before.count + index + 1, text: line })));
    next.set(file, { text, first: before.first, count: before.count + lines.length });
    first += lines.length;
  }
  return { added, segments: next };
}

function firstLoss(known: KnownSegments, now: ReadonlyMap<string, string>): Loss | null {
  for (const [file, { text, first }] of known) {
    const there = now.get(file);
    if (there === undefined)
      return { code: 'segment-removed', file, line: 1, seq: first, why: 'its segment was removed' };
    // Not `startsWith`, which compares character by character: a day that grows is compared at every commit.
    if (there === text || there.slice(0, text.length) === text) continue;
    const [before, after] = [text.split('\n'), there.split('\n')];
    // Behind the last line feed there is no entry: one that lost only its line feed is the one before.
    const index = Math.min(
      before.findIndex((line, at) => line !== after[at]),
      before.length - 2,
    );
    const why = after[index] ? 'its bytes were changed after they were written' : 'it was cut off';
    return { code: 'entry-changed', file, line: index + 1, seq: first + index, why };
  }
  return null;
}
