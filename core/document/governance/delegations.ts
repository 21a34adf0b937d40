/** Delegations: one person's seats handed to another, for a time. */
import { type Instant, parseInstant } from '../../time.ts';
import type { Delegation } from '../documents.ts';
import type { Issue } from '../issue.ts';
import type { WrittenDelegation } from '../written.ts';
import { emptyWindow, placeOf, type Source, wrongValue } from './source.ts';

export function readDelegations(sources: readonly Source<WrittenDelegation>[]): {
  delegations: Delegation[];
  issues: Issue[];
} {
  return {
    delegations: sources.map((source) => {
      const { from, to, seats, starts, until, reason } = source.written;
      return {
        from,
        to,
        seats: seats.map((seat) => seat.slice('team:'.length)),
        starts: parseInstant(starts) as Instant,
        until: parseInstant(until) as Instant,
        reason: reason.trim(),
        place: placeOf(source, '/from'),
      };
    }),
    issues: sources.flatMap((source) => [
      ...emptyWindow(source, '/until', parseInstant(source.written.starts), parseInstant(source.written.until)),
      ...toSelf(source),
    ]),
  };
}

function toSelf(source: Source<WrittenDelegation>): Issue[] {
  if (source.written.from !== source.written.to) return [];
  return [
    wrongValue(source, '/to', {
      code: 'delegation-to-self',
      message: 'nobody can delegate to themselves',
      found: source.written.to,
      expected: 'another person',
      fix: 'name another person, or delete the file',
    }),
  ];
}
