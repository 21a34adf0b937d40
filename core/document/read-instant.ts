/** Instants that look right but are not: 30 February, the year 10000. */
import { parseInstant } from '../time.ts';
import type { Issue } from './issue.ts';
import { issueAt, spanAt, valueAt, type YamlDocument } from './yaml-document.ts';

/** Fields that hold an instant in every document, and where they mean something else. */
const INSTANT_FIELD = /\/(?:starts|startsBy|from|until|at)$/;
const FREE_FIELDS = /^\/inputs\/|\/(?:document|signals)\//;
const LOOKS_RIGHT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** What is not even written like an instant is told by the schema. */
export function impossibleInstants(document: YamlDocument): Issue[] {
  return [...document.ranges.keys()].flatMap((path) => {
    if (!INSTANT_FIELD.test(path) || FREE_FIELDS.test(path)) return [];
    const written = valueAt(document, path);
    if (typeof written !== 'string' || !LOOKS_RIGHT.test(written) || parseInstant(written) !== null) return [];
    return issueAt(spanAt(document, path, 'value'), {
      code: 'document-instant-impossible',
      message: 'there is no such instant',
      found: written,
      expected: 'a day and a time that the calendar has',
      fix: 'correct the date',
    });
  });
}
