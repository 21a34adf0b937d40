/** Which files of a folder test which numbers of a catalogue, read from calls such as `threat(17, …)` or `fault(8, …)`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths from the root of the project, sorted, by number. @param call what such a test is called, which its folder is named for */
export function testsByNumber(call: 'fault' | 'threat'): ReadonlyMap<number, readonly string[]> {
  const folder = `test/${call}s`;
  const root = join(import.meta.dirname, '..', '..');
  const names = readdirSync(join(root, folder)).filter(
    (name) => name.endsWith('.test.ts') && name !== 'complete.test.ts',
  );
  const numbered = new RegExp(`\\b${call}\\(\\s*(\\d+),`, 'g');
  const found = new Map<number, string[]>();
  for (const name of names.sort()) {
    const text = readFileSync(join(root, folder, name), 'utf8');
    const numbers = new Set([...text.matchAll(numbered)].map(([, number]) => Number(number)));
    for (const number of numbers) found.set(number, [...(found.get(number) ?? []), `${folder}/${name}`]);
  }
  return found;
}
