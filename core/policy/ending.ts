/**
 * How what a grant fills ends, by its provider: who takes it back, and how long a session that is open by then may live
 * on. It says again what the providers declare of themselves, for whoever may not import them; a test holds the two alike.
 */
import type { JsonObject } from '../json.ts';
import { formatDuration, type Instant, plus } from '../time.ts';
import { lookup } from './lookup.ts';

const SECOND = 1000;

export interface Ending {
  /** Who ends it: the platform itself, a job in the platform, or only the sweep. */
  readonly expiry: 'enforced' | 'delegated' | 'none';
  /** Seconds that a session may outlive it by. */
  readonly tail: number | 'unbounded';
}

export const ENDINGS: Readonly<Record<string, Ending>> = {
  'github-team': { expiry: 'none', tail: 0 },
  postgres: { expiry: 'none', tail: 'unbounded' },
};

/** Of a binding or a slot. `null`: a provider that nobody here knows. */
export function endingOf(provider: string, config: JsonObject): Ending | null {
  const ending = lookup(ENDINGS, provider) ?? null;
  // Whoever asks for it in the catalog gets the sessions ended together with the grant.
  return ending !== null && config['endSessions'] === true ? { ...ending, tail: 0 } : ending;
}

/** The longest of several; `null`: one of them is not known, or there are none. */
export function tailOf(endings: readonly (Ending | null)[]): Ending['tail'] | null {
  const tails = endings.map((ending) => ending?.tail ?? null);
  if (tails.length === 0 || tails.includes(null)) return null;
  return tails.includes('unbounded') ? 'unbounded' : Math.max(...tails.map(Number));
}

/** Until when a session may live on; `null`: nobody can say. */
export function sessionsUntil(end: Instant, tail: Ending['tail'] | null): Instant | null {
  return typeof tail === 'number' ? plus(end, tail * SECOND) : null;
}

const BY: Readonly<Record<Ending['expiry'], string>> = {
  enforced: 'by the platform itself',
  delegated: 'by a job in the platform',
  none: 'by the sweep',
};

/** `by the sweep; an open session may outlive it`: lower case, no full stop. */
export function endingText(ending: Ending | null): string {
  if (ending === null) return 'not known';
  return `${BY[ending.expiry]}; ${tailText(ending.tail)}`;
}

export function tailText(tail: Ending['tail'] | null): string {
  if (tail === null) return 'how long sessions live on is not known';
  if (tail === 'unbounded') return 'an open session may outlive it until it is closed';
  return tail === 0 ? 'no session outlives it' : `an open session may outlive it by ${formatDuration(tail * SECOND)}`;
}
