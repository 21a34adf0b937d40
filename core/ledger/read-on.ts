/**
 * A ledger that goes on from what was proven before: only its new lines are read. The same text gives the same answer, so
 * nothing is taken on trust; where anything is otherwise, or broken, the ledger is read whole.
 */
import { linesOf, type ParsedLedger, type Segment } from './chain.ts';
import type { Entry } from './entry.ts';
import { readLine, type Tip } from './line.ts';

/** A ledger that was read whole, without a fault. */
export interface Proven {
  /** In order of their days, as they were then. */
  readonly segments: readonly Segment[];
  readonly entries: readonly Entry[];
  readonly tip: Tip;
}

/** `null`: it does not go on from there, or a line after it is broken. Segments in order of their days. */
export function readOn(segments: readonly Segment[], known: Proven): ParsedLedger | null {
  if (!goesOn(segments, known)) return null;
  const entries = [...known.entries];
  let { tip } = known;
  for (const { file, text } of linesOf(segments).slice(entries.length)) {
    const read = readLine(file, text, tip);
    if (!read.good) return null;
    entries.push(read.entry);
    tip = read.tip;
  }
  return { entries, unproven: [], faults: [], tip };
}

/** INVARIANT: every byte that was proven is there, in its place, and nothing is before or between. */
function goesOn(segments: readonly Segment[], known: Proven): boolean {
  return known.segments.every(({ path, text }, index) => {
    const now = segments[index];
    if (now?.path !== path) return false;
    return index === known.segments.length - 1 ? now.text.startsWith(text) : now.text === text;
  });
}
