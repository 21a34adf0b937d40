/** The clock of the machine that sweeps, to be held against GitHub's. */
import { toInstant } from '../core/time.ts';
import type { SweepWorld } from './world.ts';

/** None where GitHub is on this very machine: that is the look-alike, whose clock the demo and the tests move. */
export function machineClock(apiUrl: string): Pick<SweepWorld, 'localNow'> {
  const { hostname } = new URL(apiUrl);
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return {};
  return { localNow: () => toInstant(Date.now()) };
}
