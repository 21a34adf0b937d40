/** The part of the fold that is about policies which allow less than was granted: a window that shrinks never grows again. */
import type { Instant } from '../time.ts';
import type { Entry } from './entry.ts';
import type { Draft } from './replay.ts';
import type { Window } from './state.ts';

/** What is over already, or never began, keeps its window. */
export function applyTightened(draft: Draft, entry: Extract<Entry, { type: 'tightened' }>): void {
  const grant = draft.grants.get(entry.grant);
  if (grant === undefined) return;
  const known = { ...grant, most: entry.most };
  if (entry.is === 'kept' || grant.window === null || grant.ended !== null) {
    draft.grants.set(entry.grant, known);
    return;
  }
  const holds = [...grant.holds].map(
    ([key, hold]) => [key, { ...hold, window: shrunk(hold.window, entry.expires) }] as const,
  );
  draft.grants.set(entry.grant, { ...known, window: shrunk(grant.window, entry.expires), holds: new Map(holds) });
}

function shrunk(window: Window, expires: Instant): Window {
  return expires < window.expires ? { ...window, expires } : window;
}
