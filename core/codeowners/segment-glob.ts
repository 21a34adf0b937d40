/**
 * One segment of a pattern, between two slashes: `*` is any run of characters, `?` one character, a backslash makes the
 * next character ordinary. Ranges do not exist here. A pattern is never turned into a regular expression, and a part of
 * it once placed is never placed again, so no pattern can make matching slow.
 */

/** A character, or `null` for `?`. */
type Part = readonly (string | null)[];

export type SegmentGlob =
  | { readonly kind: 'literal'; readonly text: string }
  /** `*` alone: any one segment. */
  | { readonly kind: 'any' }
  /** `**` alone: any number of segments. */
  | { readonly kind: 'deep' }
  /** `*` and then only ordinary characters, such as `*.go`. */
  | { readonly kind: 'suffix'; readonly text: string }
  /** What stands between the stars. The first part is anchored at the start, the last at the end. */
  | { readonly kind: 'parts'; readonly parts: readonly Part[] };

export function parseSegment(written: string): SegmentGlob {
  if (written === '*') return { kind: 'any' };
  if (written === '**') return { kind: 'deep' };
  const parts = partsOf(written);
  const [first, second] = parts.map(ordinaryText);
  if (parts.length === 1 && typeof first === 'string') return { kind: 'literal', text: first };
  if (parts.length === 2 && first === '' && typeof second === 'string') return { kind: 'suffix', text: second };
  return { kind: 'parts', parts };
}

function partsOf(written: string): Part[] {
  const parts: (string | null)[][] = [[]];
  let isEscaped = false;
  for (const char of written) {
    const last = parts.at(-1) as (string | null)[];
    if (isEscaped) last.push(char);
    else if (char === '*') parts.push([]);
    else if (char === '?') last.push(null);
    else if (char !== '\\') last.push(char);
    isEscaped = char === '\\' && !isEscaped;
  }
  return parts;
}

/** `null` when the part has a `?`. */
function ordinaryText(part: Part): string | null {
  return part.includes(null) ? null : part.join('');
}

/** Whether the parts fit the characters of a segment. Each inner part goes to the first place where it fits. */
export function matchesParts(parts: readonly Part[], chars: readonly string[]): boolean {
  const first = parts[0] as Part;
  const last = parts.at(-1) as Part;
  if (!fitsAt(first, chars, 0)) return false;
  if (parts.length === 1) return chars.length === first.length;
  const end = chars.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    while (from + part.length <= end && !fitsAt(part, chars, from)) from += 1;
    from += part.length;
  }
  return from <= end && fitsAt(last, chars, end);
}

function fitsAt(part: Part, chars: readonly string[], at: number): boolean {
  return part.every((char, index) => (char === null ? at + index < chars.length : char === chars[at + index]));
}
