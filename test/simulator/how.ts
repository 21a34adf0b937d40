/** Where histories are lived: in memory, or there and on the look-alike, which must tell the same. */
import { type Lived, live } from './simulate.ts';
import type { History } from './steps.ts';

export const HOW = {
  memory: (history: History): Promise<Lived> => live(history),
  // Loaded by who asks for it: a million lives in memory need none of it.
  'look-alike': async (history: History): Promise<Lived> => (await import('./both.ts')).liveOnBoth(history),
} as const;

export type Where = keyof typeof HOW;

export function isWhere(name: string): name is Where {
  return Object.hasOwn(HOW, name);
}
