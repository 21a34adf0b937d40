/**
 * Which paths a list of native reviewer patterns is sure to cover. GitHub documents fnmatch in one place and gitignore in
 * another, so doubt counts against the setup: a pattern covers only what both readings agree on, `!` takes back whatever
 * either would.
 */
import { matchesParts, parseSegment } from '../codeowners/segment-glob.ts';

/** Patterns in order, the last that speaks of a path decides. */
export function covers(patterns: readonly string[], path: string): boolean {
  return patterns.reduce((isCovered, pattern) => {
    if (pattern.startsWith('!')) return isCovered && !mayMatch(pattern.slice(1), path);
    return isCovered || matches(pattern, path);
  }, false);
}

/** Ranges are read by one of the two only. */
function matches(pattern: string, path: string): boolean {
  return !pattern.includes('[') && reaches(segmentsOf(pattern), path.split('/'));
}

function mayMatch(pattern: string, path: string): boolean {
  if (pattern.includes('[')) return true;
  const segments = segmentsOf(pattern);
  return reaches(segments, path.split('/')) || reaches([...segments, '**'], path.split('/'));
}

/** Without a slash inside, a pattern fits at any depth; what ends in one means what is below. */
function segmentsOf(pattern: string): readonly string[] {
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '/**');
  return pattern.startsWith('/') || bare.includes('/') ? bare.split('/') : ['**', bare];
}

/** `**` is any number of segments, none included, but at least one at the end. Steps: segments × path segments. */
function reaches(pattern: readonly string[], path: readonly string[]): boolean {
  let at = new Set([0]);
  for (const segment of path) {
    const next = new Set<number>();
    for (const place of withSkips(pattern, at)) {
      const wanted = pattern[place];
      if (wanted === undefined) continue;
      if (wanted === '**') next.add(place).add(place + 1);
      else if (fits(wanted, segment)) next.add(place + 1);
    }
    at = next;
  }
  return at.has(pattern.length);
}

/** Before the next segment is read, an inner `**` may stand for nothing. */
function withSkips(pattern: readonly string[], places: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) if (pattern[place] === '**' && place < pattern.length - 1) all.add(place + 1);
  return all;
}

function fits(wanted: string, segment: string): boolean {
  const glob = parseSegment(wanted);
  switch (glob.kind) {
    case 'any':
    case 'deep':
      return true;
    case 'literal':
      return segment === glob.text;
    case 'suffix':
      return segment.endsWith(glob.text);
    case 'parts':
      return matchesParts(glob.parts, [...segment]);
  }
}
