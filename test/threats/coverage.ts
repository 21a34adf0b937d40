/** Which files test which threats, read from the calls `threat(17, …)` in this folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths from the root of the project, sorted, by threat number. */
export function testsByThreat(): ReadonlyMap<number, readonly string[]> {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && name !== 'complete.test.ts')
    .sort();
  const found = new Map<number, string[]>();
  for (const name of files) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    const numbers = new Set([...text.matchAll(/\bthreat\(\s*(\d+),/g)].map(([, number]) => Number(number)));
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), `test/threats/${name}`]);
  }
  return found;
}
