/** Time zones: whether a name is one of the IANA database's, as this runtime knows it. */
import type { Issue } from '../issue.ts';
import { valueAt } from '../yaml-document.ts';
import { type Source, wrongValue } from './source.ts';

/** Asking the runtime takes longer than reading the file; there are not many zones. */
const known = new Set<string>();

export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    known.add(name);
    return true;
  } catch {
    return false;
  }
}

/** Where nothing is written, nothing is wrong. */
export function zoneIssue(source: Source<unknown>, path: string): Issue[] {
  const zone = valueAt(source.document, path);
  if (typeof zone !== 'string' || isTimeZone(zone)) return [];
  return [
    wrongValue(source, path, {
      code: 'zone-unknown',
      message: 'there is no such time zone',
      found: zone,
      expected: 'a name of the IANA time zone database, such as `Europe/Berlin`',
      fix: 'correct the name',
    }),
  ];
}
