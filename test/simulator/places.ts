/** A slot as the model keeps it: whose what is there may be, and when it last failed. */
import { rankOf, TARGETS } from './organisation.ts';
import type { Value } from './targets.ts';

interface Sent {
  readonly intent: string;
  readonly after: Value;
  readonly lease: number;
  isSettled: boolean;
}

export interface Place {
  theirs: Value;
  /** What others had put there when it was seen last. */
  known: Value;
  /** What we may have sent, since it was last taken back. */
  sent: Sent[];
  /** Others changed it in a way that nobody could tell from ours. */
  isAmbiguous: boolean;
  wasTouched: boolean;
  firstTrouble: number | null;
  lastTrouble: number;
  /** The removal that was announced last: what an earlier one came to says nothing of it. */
  removal: string | null;
  /** Since when it is known to fail; `null`: it does not. */
  stuckSince: number | null;
  /** Until when its target asked not to be called, or a pending change may be on its way. */
  waits: number;
}

export function placeOf(value: Value): Place {
  return {
    theirs: value,
    known: value,
    sent: [],
    isAmbiguous: false,
    wasTouched: false,
    firstTrouble: null,
    lastTrouble: 0,
    removal: null,
    stuckSince: null,
    waits: 0,
  };
}

/** The highest that is there by us, or may come by a run of ours that nobody saw end. */
export function reachOf(slot: string, place: Place): number {
  return Math.max(-1, ...place.sent.map(({ after }) => rankOf(slot, after)));
}

export function lower(slot: string, a: Value, b: Value): Value {
  return rankOf(slot, a) < rankOf(slot, b) ? a : b;
}

/** The configuration of a provider that it belongs to. */
export function targetOf(slot: string): string {
  return Object.keys(TARGETS).find((name) => slot.startsWith(TARGETS[name] ?? slot)) ?? slot;
}
