/** What a plan only says: drift and stuck removals, each once while it lasts, and when it is over. */

import type { Value } from '../ledger/levels.ts';
import { stuckKey } from '../ledger/live.ts';
import { between, DAY, type Instant, MINUTE, plus } from '../time.ts';
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

/** How late a removal that was tried may be before a person has to know, and before more of them have to. */
const STUCK_AFTER = 5 * MINUTE;
const ESCALATE_AFTER = 30 * MINUTE;

export function stuck(
  site: Site,
  ending: { readonly tried: Instant | null; readonly grants: readonly string[] },
  now: Instant,
): readonly Change[] {
  const { slot, state } = site;
  const { tried, grants } = ending;
  if (tried === null || now < plus(tried, STUCK_AFTER)) return [];
  const what = { slot, grants, due: tried, detail: state?.failing?.detail ?? null };
  const first: Change = { kind: 'stuck', key: stuckKey(slot), ...what };
  if (now < plus(tried, ESCALATE_AFTER)) return [first];
  return [first, { kind: 'escalate', key: `revoke-stuck-escalated:${slot.key}`, ...what }];
}

/** One a day for each zone while anything is stuck for more than a day, so that nobody gets used to an alert. */
export function digestOf(changes: readonly Change[], { now, zone }: PlanInput): readonly Change[] {
  const overdue = changes.flatMap((change) =>
    change.kind === 'stuck' && now >= plus(change.due, DAY) ? [{ label: change.slot.label, due: change.due }] : [],
  );
  if (overdue.length === 0) return [];
  overdue.sort((a, b) => between(b.due, a.due));
  return [{ kind: 'digest', key: `${dailyPrefix(zone)}${now.slice(0, 10)}`, overdue }];
}

function dailyPrefix(zone: string | null): string {
  return `revoke-stuck-daily:${zone ?? 'all'}:`;
}

const SITUATION = /^(?:drift-(?:removed|raised|kept|added)|revoke-stuck|revoke-stuck-escalated):(.*)$/s;

/** Without what is said already; with `calm` for what was said and is over. A slot that could not be told calms nothing. */
export function sayOnce(changes: readonly Change[], input: PlanInput): Change[] {
  const { alerts, slots } = input.state;
  const current = new Set(changes.flatMap((change) => ('key' in change ? [change.key] : [])));
  const calm = [...alerts.keys()].filter((key) => {
    if (current.has(key)) return false;
    if (key.startsWith(dailyPrefix(input.zone))) return true;
    const slotKey = SITUATION.exec(key)?.[1];
    if (slotKey === undefined) return false;
    const slot = slots.get(slotKey);
    return slot === undefined || !isTracked(slot, input.now) || input.observed.has(slotKey);
  });
  return [
    ...changes.filter((change) => !('key' in change) || !alerts.has(change.key)),
    ...calm.map((key) => ({ kind: 'calm' as const, key })),
  ];
}
