/**
 * The chain of lines: appending to it, and reading it back as far as it can be proven. Refuses to know who wrote a line;
 * signatures are `head.ts`, history is `verify.ts`.
 */
import { canonicalJson } from '../canonical.ts';
import type { Instant } from '../time.ts';
import type { Body, Entry } from './entry.ts';
import { NO_LINE, parseLine, readLine, segmentPath, type Tip } from './line.ts';

export { segmentPath, type Tip };

/** A day's file on the ledger branch. */
export interface Segment {
  readonly path: string;
  readonly text: string;
}

export interface Appended {
  /** The segment that the lines go to the end of, each followed by a line feed. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly tip: Tip;
}

/**
 * The lines that append `bodies` after `tip` (`null`: a new ledger, whose first body is the genesis). All carry one
 * instant: `at`, or the last entry's where that is later, so that time never runs backwards.
 *
 * Throws `TypeError` for what could not be read back: nothing to append, a genesis out of place, a body off the schema.
 */
export function appendEntries(tip: Tip | null, bodies: readonly Body[], at: Instant): Appended {
  const instant = tip !== null && tip.at > at ? tip.at : at;
  const path = segmentPath(instant);
  const lines: string[] = [];
  const entries: Entry[] = [];
  let last = tip;
  for (const body of bodies) {
    const place = { v: 1, seq: last === null ? 0 : last.seq + 1, prev: last?.hash ?? NO_LINE, at: instant } as const;
    // Canonical JSON escapes line feeds, so that no text of a request can begin a line of its own.
    const text = canonicalJson({ ...body, ...place });
    const line = readLine(path, text, last);
    if (!line.good) throw new TypeError(`the ${body.type} entry for ${path} ${line.why}`);
    lines.push(text);
    entries.push(line.entry);
    last = line.tip;
  }
  if (last === null || lines.length === 0) throw new TypeError('nothing to append to the ledger');
  return { path, lines, entries, tip: last };
}

/** What is wrong with a line: itself `broken`, or `unproven` because an earlier one is. */
export interface LedgerFault {
  readonly is: 'broken' | 'unproven';
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** The entry's number as it would be, were the chain whole. */
  readonly seq: number;
  readonly why: string;
}

export interface ParsedLedger {
  /** Proven by the chain, in order. */
  readonly entries: readonly Entry[];
  /** Shaped like entries, after the first broken line: evidence of what may need to end, never of what may begin. */
  readonly unproven: readonly Entry[];
  readonly faults: readonly LedgerFault[];
  /** Of the proven entries. */
  readonly tip: Tip | null;
}

/**
 * Segments in any order. The first broken line and everything after it is quarantined and named; what is before stays
 * good. Where two lines do not fit together, the earlier one is the broken one: nothing vouches for its bytes any more.
 */
export function parseLedger(segments: readonly Segment[]): ParsedLedger {
  const lines = linesOf(segments);
  const proven: { readonly entry: Entry; readonly tip: Tip }[] = [];
  const broken = firstBroken(lines, proven);
  const entries = proven.map(({ entry }) => entry);
  const tip = proven.at(-1)?.tip ?? null;
  if (broken === null) return { entries, unproven: [], faults: [], tip };
  const rest = lines.slice(proven.length);
  const unproven = rest
    .filter(({ text }) => text.length > SHORTER_THAN_ANY)
    .map(({ text }) => parseLine(text))
    .filter((entry) => typeof entry !== 'string');
  const faults = rest.map(({ file, line }, index): LedgerFault => {
    const seq = proven.length + index;
    if (index === 0) return { is: 'broken', file, line, seq, why: broken };
    return { is: 'unproven', file, line, seq, why: `comes after entry ${proven.length}, which is broken` };
  });
  return { entries, unproven, faults, tip };
}

/** An entry holds the hash of the line before it. To find out by parsing costs a throw for each line of junk. */
const SHORTER_THAN_ANY = 100;

/** Fills `proven`; why the line after it is broken, or `null`. */
function firstBroken(
  lines: readonly PlacedLine[],
  proven: { readonly entry: Entry; readonly tip: Tip }[],
): string | null {
  for (const { file, text } of lines) {
    const read = readLine(file, text, proven.at(-1)?.tip ?? null);
    if (read.good) proven.push(read);
    else if (!read.isCut || proven.length === 0) return read.why;
    else {
      proven.pop();
      return 'is not the line that the next one follows';
    }
  }
  return null;
}

export interface PlacedLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export function linesOf(segments: readonly Segment[]): readonly PlacedLine[] {
  const ordered = [...segments].sort((a, b) => (a.path < b.path ? -1 : 1));
  return ordered.flatMap(({ path, text }) =>
    splitLines(text).map((line, index) => ({ file: path, line: index + 1, text: line })),
  );
}

/** Lines without their line feeds. One that was cut off before its line feed keeps a mark that no entry has. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split('\n');
  const rest = lines.pop();
  return rest === '' && lines.length > 0 ? lines : [...lines, `${rest} (without a line feed)`];
}
