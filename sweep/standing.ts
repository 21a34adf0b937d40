/**
 * Places that somebody filled before our grant did: nobody asked for what stands there, and it stays when the grant ends.
 * It is said for as long as a grant of ours is there, so that a person finds out; it is never taken (fault 49).
 */
import type { Slot } from '../core/ledger/entry.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import type { Change } from '../core/reconcile/change.ts';
import { bounded } from './failure.ts';
import type { Stop } from './stop.ts';

/** What is held, and what the plan is about to record. Asks nobody: removals wait for this. */
export function standingIn(state: LedgerState, changes: readonly Change[], zone: string): readonly Stop[] {
  const held = [...state.slots.values()].filter(({ slot, holders }) => slot.zone === zone && holders.length > 0);
  const begun = changes.flatMap((change) => (change.kind === 'standing' ? [change] : []));
  return [
    ...held.flatMap(({ slot, standing }) => standingStop(zone, slot, standing)),
    ...begun.flatMap(({ slot, value }) => standingStop(zone, slot, value)),
  ];
}

export function standingPrefix(zone: string): string {
  return `standing:${zone}:`;
}

function standingStop(zone: string, slot: Slot, value: string | null): readonly Stop[] {
  if (value === null) return [];
  return [
    {
      key: `${standingPrefix(zone)}${slot.key}`,
      severity: 'warning',
      message: bounded(`${slot.label}: ${value} stood there before the grant, and stays when the grant ends`),
      next: 'find out who gave it; if it is not meant, take it back by hand when the grant is over',
    },
  ];
}
