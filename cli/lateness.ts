/** How late access was given and taken back, as a table for a terminal. Computes nothing. */
import type { BothEnds, Spread } from '../core/audit/slo.ts';
import { formatDuration, type Milliseconds } from '../core/time.ts';

const COLUMNS = ['targets', '', 'until', 'count', 'p50', 'p99', 'max'] as const;

/** One block a group of targets, two rows each for what was given and what was taken back. */
export function latenessTable(groups: ReadonlyMap<string, BothEnds>): string {
  const rows = [...groups].flatMap(([name, { begin, end }]) => [
    row(name, 'given', 'issued', begin.issued),
    row(name, 'given', 'confirmed', begin.confirmed),
    row(name, 'taken back', 'issued', end.issued),
    row(name, 'taken back', 'confirmed', end.confirmed),
  ]);
  const all = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at < 3 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return all.map((cells) => `${line(cells).trimEnd()}\n`).join('');
}

function row(name: string, what: string, until: string, spread: Spread | null): readonly string[] {
  if (spread === null) return [name, what, until, '0', '-', '-', '-'];
  const { count, p50, p99, max } = spread;
  return [name, what, until, String(count), ...[p50, p99, max].map(span)];
}

/** To the tenth of a second below a minute, to the second above. */
export function span(length: Milliseconds): string {
  if (length < 60_000) return `${(length / 1000).toFixed(1)}s`;
  const seconds = Math.round(length / 1000);
  const rest = seconds % 60;
  return rest === 0 ? formatDuration(seconds * 1000) : `${formatDuration((seconds - rest) * 1000)} ${rest}s`;
}
