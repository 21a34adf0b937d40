/** What was thrown, for a ledger line and a person: one line, bounded, without a stack. */
export function failureOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const line = said.replace(/\s+/g, ' ').trim().toWellFormed();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

const LONGEST = 500;
