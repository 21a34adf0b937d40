/** Which files test which faults, read from the calls `fault(8, …)` in this folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths from the root of the project, sorted, by fault number. */
export function testsByFault(): ReadonlyMap<number, readonly string[]> {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && name !== 'complete.test.ts')
    .sort();
  const found = new Map<number, string[]>();
  for (const name of files) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    const numbers = new Set([...text.matchAll(/\bfault\(\s*(\d+),/g)].map(([, number]) => Number(number)));
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), `test/faults/${name}`]);
  }
  return found;
}
