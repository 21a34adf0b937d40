/**
 * Grants that are held when the policies are tightened: each is said once in the ledger, and kept to its end or shortened,
 * as its rule set wants. Looked at in the sweep that accepts the change, with the same commit of the ledger.
 */
import type { Body } from '../core/ledger/entry.ts';
import { isOver } from '../core/ledger/live.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import type { Setting } from '../core/policy/setting.ts';
import { allowanceOf } from '../core/policy/tighten.ts';
import { type Instant, plus } from '../core/time.ts';
import { readSetting } from './setting.ts';
import type { SweepWorld } from './world.ts';

export interface TightenedAsked {
  /** Commit of the governing tree that is newly accepted. */
  readonly accepted: string;
  readonly state: LedgerState;
  readonly now: Instant;
}

/** Throws `GitHubError`: then the change is accepted by a later sweep, which looks again. */
export async function tightenedGrants(world: SweepWorld, asked: TightenedAsked): Promise<readonly Body[]> {
  const held = [...asked.state.grants.values()].filter(isHeld);
  if (held.length === 0) return [];
  const { accepted, now } = asked;
  const setting = await readSetting(world, { accepted, instead: [], needsPeople: () => true, now });
  return held.flatMap((grant) => tightened(grant, setting, asked));
}

function isHeld(grant: GrantState): boolean {
  return grant.terms.kind === 'access' && grant.window !== null && !isOver(grant) && grant.ended === null;
}

function tightened(
  { terms, request, authority, window, most: known }: GrantState,
  setting: Setting,
  { accepted, now }: TightenedAsked,
): readonly Body[] {
  if (window === null || window.expires <= now) return [];
  const granted = { terms, rule: authority.rule, path: request.path };
  const { most, by, onTighten } = allowanceOf(granted, setting, now);
  const allowed = plus(window.starts, most);
  if (allowed >= window.expires) return [];
  const what = { grant: terms.id, commit: accepted, most, by };
  if (onTighten === 'keep') {
    if (known === most) return [];
    return [{ type: 'tightened', ...what, is: 'kept', expires: window.expires }];
  }
  // Said to be kept before or not: what the window shows is what was shrunk.
  return [{ type: 'tightened', ...what, is: 'shrunk', expires: allowed > now ? allowed : now }];
}
