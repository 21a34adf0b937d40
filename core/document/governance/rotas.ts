/** Rotas: who is on call. */
import { type Instant, parseInstant } from '../../time.ts';
import type { Rota } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { recordOf } from '../record.ts';
import type { WrittenRota } from '../written.ts';
import { pointer } from '../yaml-document.ts';
import { durationOf } from './approvals.ts';
import { emptyWindow, type Source, wrongKey } from './source.ts';

export function readRotas(source: Source<WrittenRota>): { rotas: Readonly<Record<string, Rota>>; issues: Issue[] } {
  const entries = Object.entries(source.written.rotas);
  return {
    rotas: recordOf(
      entries.map(([name, { shifts, rotation }]) => [
        name,
        {
          name,
          shifts: (shifts ?? []).map(({ person, from, until }) => ({
            person,
            from: parseInstant(from) as Instant,
            until: parseInstant(until) as Instant,
          })),
          rotation:
            rotation === undefined
              ? null
              : {
                  starts: parseInstant(rotation.starts) as Instant,
                  every: durationOf(rotation.every),
                  people: rotation.people,
                },
        },
      ]),
    ),
    issues: entries.flatMap(([name]) => rotaIssues(source, name)),
  };
}

function rotaIssues(source: Source<WrittenRota>, name: string): Issue[] {
  const path = pointer('/rotas', name);
  const { shifts = [], rotation } = source.written.rotas[name] as WrittenRota['rotas'][string];
  const windows = shifts.flatMap(({ from, until }, index) =>
    emptyWindow(source, `${path}/shifts/${index}/until`, parseInstant(from), parseInstant(until)),
  );
  if (rotation !== undefined || shifts.length > 0) return windows;
  return [
    wrongKey(source, path, {
      code: 'rota-empty',
      message: 'nobody is ever on call here',
      found: 'neither `rotation` nor `shifts`',
      expected: '`rotation`, `shifts`, or both',
      fix: 'add a `rotation`, or remove the rota',
    }),
  ];
}
