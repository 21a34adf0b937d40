/** Locks: what ends now and is refused. */
import { parseInstant } from '../../time.ts';
import type { Lock } from '../documents.ts';
import type { Issue } from '../issue.ts';
import type { WrittenLock } from '../written.ts';
import { selectorOf } from './selector.ts';
import { duplicateNames, placeOf, principals, type Source } from './source.ts';

export function readLocks(source: Source<WrittenLock>): { locks: Lock[]; issues: Issue[] } {
  return {
    locks: source.written.locks.map((lock, index) => ({
      name: lock.name,
      on: selectorOf(lock.on),
      for: lock.for ?? [],
      subjects: principals(lock.subjects),
      reason: lock.reason.trim(),
      until: lock.until === undefined ? null : parseInstant(lock.until),
      place: placeOf(source, `/locks/${index}`),
    })),
    issues: duplicateNames(source, source.written.locks, '/locks'),
  };
}
