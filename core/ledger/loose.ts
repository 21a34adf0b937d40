/** What a run of ours may have sent, or did, beside an ending of the same slot: it is nobody's, and has to be taken back. */
import { type Instant, plus } from '../time.ts';
import type { Entry } from './entry.ts';
import { isAbove } from './levels.ts';
import { type Hold, type SlotState, WATCH } from './state.ts';

type Outcome = Extract<Entry, { type: 'outcome' }>;

const UNSEEN: ReadonlySet<Hold['phase']> = new Set(['ensuring', 'pending', 'failed']);

/** The slot's loose effects, with the hold's own intent when nobody saw it end. */
export function loosen(slot: SlotState, grant: string, hold: Hold | undefined, at: Instant): SlotState['loose'] {
  const kept = slot.loose.filter((effect) => effect.takenBackBy !== undefined || plus(effect.lease, WATCH) >= at);
  if (hold === undefined || !UNSEEN.has(hold.phase)) return kept;
  return [...kept, { intent: hold.intent, grant, after: hold.after, lease: hold.lease, window: hold.window }];
}

/** The slot's loose effects, with what its open ending may leave there: sent late, that is there for nobody. */
export function withRestore({ slot, standing, ending, loose }: SlotState): SlotState['loose'] {
  if (ending === null || !ending.isLower || !isAbove(slot, ending.after, standing)) return loose;
  const { intent, grant, after, lease, window } = ending;
  return [...loose, { intent, grant, after, lease, window }];
}

/** Its own run came back, so nothing of it is on its way any more. What it left beside an ending is there for nobody. */
export function reported(
  loose: SlotState['loose'],
  { intent, result }: Outcome,
  isLiving: boolean,
): SlotState['loose'] {
  if (result === 'refused' || (result === 'done' && isLiving))
    return loose.filter((effect) => effect.intent !== intent);
  return result === 'done' ? seenThere(loose, intent) : loose;
}

export function seenThere(loose: SlotState['loose'], intent: string): SlotState['loose'] {
  return loose.map((effect) => (effect.intent === intent ? { ...effect, takenBackBy: null } : effect));
}
