/**
 * Which scheduled workflows are due while the clock moves, in order. GitHub drops ticks and is hours late with others;
 * here that happens on demand. It knows cron lines and instants, not runs.
 */

import { type Cron, ticks } from './cron.ts';

/** What becomes of a tick: it fires, is lost, or fires so many milliseconds late. */
export type TickFate = 'fire' | 'drop' | { readonly delay: number };

export interface Tick<Of> {
  readonly of: Of;
  readonly cron: string;
  /** Milliseconds since 1970: when it was meant to fire. */
  readonly at: number;
  /** When it does. */
  readonly due: number;
}

export interface Schedule<Of> {
  /** Due in `(from, to]`, earliest first; late ones of before included. */
  due(
    lines: readonly { readonly of: Of; readonly text: string; readonly cron: Cron }[],
    from: number,
    to: number,
    fate: (of: Of, at: number) => TickFate,
  ): Tick<Of>[];
}

export function createSchedule<Of>(): Schedule<Of> {
  let late: Tick<Of>[] = [];
  return {
    due(lines, from, to, fate) {
      const fresh = lines.flatMap(({ of, text, cron }) =>
        ticks(cron, from, to).flatMap((at): Tick<Of>[] => {
          const fated = fate(of, at);
          if (fated === 'drop') return [];
          return [{ of, cron: text, at, due: fated === 'fire' ? at : at + fated.delay }];
        }),
      );
      const all = [...late, ...fresh].sort((a, b) => a.due - b.due);
      late = all.filter(({ due }) => due > to);
      return all.filter(({ due }) => due <= to);
    },
  };
}
