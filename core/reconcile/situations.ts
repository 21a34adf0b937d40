/** What a plan only says: drift and stuck removals, each once while it lasts, and when it is over. */

import type { Value } from '../ledger/levels.ts';
import { type Instant, MINUTE, plus } from '../time.ts';
import type { Change } from './change.ts';
import type { PlanInput } from './plan.ts';
import { isTracked, type Site } from './slots.ts';

type Drift = Extract<Change, { kind: 'drift' }>;

/** `kept` is critical: an ended grant's slot still holds more than stood there. */
export function drift(site: Site, is: Drift['is'], expected: Value): Drift {
  const { slot, seen, holders } = site;
  return {
    kind: 'drift',
    key: `drift-${is}:${slot.key}`,
    severity: is === 'kept' ? 'critical' : 'warning',
    is,
    slot,
    expected,
    observed: seen ?? null,
    grants: holders.map(({ grant }) => grant.terms.id),
  };
}

/** How late a removal that was tried may be before a person has to know. */
const STUCK_AFTER = 5 * MINUTE;

export function stuck(
  site: Site,
  ending: { readonly tried: Instant | null; readonly grants: readonly string[] },
  now: Instant,
): readonly Change[] {
  const { tried, grants } = ending;
  if (tried === null || now < plus(tried, STUCK_AFTER)) return [];
  return [{ kind: 'stuck', key: `revoke-stuck:${site.slot.key}`, slot: site.slot, grants, due: tried }];
}

const SITUATION = /^(?:drift-(?:removed|raised|kept|added)|revoke-stuck):(.*)$/s;

/** Without what is said already; with `calm` for what was said and is over. A slot that could not be told calms nothing. */
export function sayOnce(changes: readonly Change[], input: PlanInput): Change[] {
  const { alerts, slots } = input.state;
  const current = new Set(changes.flatMap((change) => ('key' in change ? [change.key] : [])));
  const calm = [...alerts.keys()].filter((key) => {
    const slotKey = SITUATION.exec(key)?.[1];
    if (slotKey === undefined || current.has(key)) return false;
    const slot = slots.get(slotKey);
    return slot === undefined || !isTracked(slot, input.now) || input.observed.has(slotKey);
  });
  return [
    ...changes.filter((change) => !('key' in change) || !alerts.has(change.key)),
    ...calm.map((key) => ({ kind: 'calm' as const, key })),
  ];
}
