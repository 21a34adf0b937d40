/** The state as it will be once these bodies are written: how each decision of a sweep sees those before it. */
import { appendEntries } from '../core/ledger/chain.ts';
import type { Body } from '../core/ledger/entry.ts';
import type { Tip } from '../core/ledger/line.ts';
import { replay } from '../core/ledger/replay.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import type { LedgerView } from './read-ledger.ts';

/** Of a ledger that cannot be appended to, the state stays as it is. */
export function foldIn(view: LedgerView, bodies: readonly Body[], at: Instant): LedgerState {
  if (view.tip === null || bodies.length === 0) return view.state;
  const before = folded.get(view);
  const known = before !== undefined && before.at === at && startsWith(bodies, before.bodies) ? before : null;
  const added = bodies.slice(known?.bodies.length ?? 0);
  if (known !== null && added.length === 0) return known.state;
  const appended = appendEntries(known?.tip ?? view.tip, added, at);
  const state = replay(appended.entries, known?.state ?? view.state);
  folded.set(view, { bodies: [...bodies], at, tip: appended.tip, state });
  return state;
}

/** A sweep asks again and again with a few bodies more: hashing those before them each time would be quadratic. */
const folded = new WeakMap<LedgerView, Folded>();

interface Folded {
  readonly bodies: readonly Body[];
  readonly at: Instant;
  readonly tip: Tip;
  readonly state: LedgerState;
}

function startsWith(bodies: readonly Body[], before: readonly Body[]): boolean {
  return before.length <= bodies.length && before.every((body, index) => body === bodies[index]);
}
