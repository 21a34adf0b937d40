/** What was thrown, for a ledger line and a person: one line, bounded, without a stack. */
export function failureOf(error: unknown): string {
  try {
    return bounded(error instanceof Error ? error.message : String(error));
  } catch {
    // Not everything that can be thrown can be told as text.
    return 'something was thrown that has no text';
  }
}

/** One line of no more than 500 UTF-16 code units, whoever wrote the text. Half a character has no canonical form. */
export function bounded(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().toWellFormed();
  if (line.length <= LONGEST) return line;
  return `${line.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const LONGEST = 500;
