/** The ways in which GitHub refuses, for what has to hold in each of them. */
import type { Hub } from '../../hub/hub.ts';

export const REFUSALS = ['401', '403', '500', 'a lost answer'] as const;

/** The next `times` calls of these. */
export function refuse({ faults }: Hub, how: (typeof REFUSALS)[number], path: RegExp, times: number): void {
  if (how === '401') faults.unauthorized({ path }, times);
  else if (how === 'a lost answer') faults.loseAnswer({ path }, times);
  else faults.answer({ path }, Number(how), times);
}
