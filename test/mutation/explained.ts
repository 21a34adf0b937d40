/** Survivors that were read and may survive, each with its reason, from `explained.txt`. */
import { readFileSync } from 'node:fs';
import type { Mutant } from './planted.ts';

/** Without its line, which moves. */
export function nameOf({ path, was, is }: Mutant): string {
  return `${path}: ${was} → ${is}`;
}

/** Each survivor with its reason; `null`: nobody has explained it. What is listed once explains one of that name. */
export function explain(survivors: readonly Mutant[]): readonly (readonly [mutant: Mutant, reason: string | null])[] {
  const reasons = explained();
  return survivors.map((mutant) => [mutant, reasons.get(nameOf(mutant))?.shift() ?? null]);
}

/** What is listed, or is so more often, than there are such mutants. */
export function explainsNothing(all: readonly Mutant[]): readonly string[] {
  const mutants = Map.groupBy(all, nameOf);
  return [...explained()].flatMap(([name, reasons]) =>
    reasons.length > (mutants.get(name)?.length ?? 0) ? [name] : [],
  );
}

/** Reasons by name. Lines: a path alone, and below it `  reason  was → is`. */
function explained(): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  let path = '';
  for (const line of readFileSync(new URL('explained.txt', import.meta.url), 'utf8').split('\n')) {
    const [, reason, change] = /^ {2}(\w+) +(.+ → .*)$/.exec(line) ?? [];
    const name = `${path}: ${change}`;
    if (reason !== undefined) found.set(name, [...(found.get(name) ?? []), reason]);
    else if (line.startsWith('core/')) path = line;
  }
  return found;
}
