/** The state as it will be once these bodies are written: how each decision of a sweep sees those before it. */
import { appendEntries } from '../core/ledger/chain.ts';
import type { Body } from '../core/ledger/entry.ts';
import { replay } from '../core/ledger/replay.ts';
import type { LedgerState } from '../core/ledger/state.ts';
import type { Instant } from '../core/time.ts';
import type { LedgerView } from './read-ledger.ts';

/** Of a ledger that cannot be appended to, the state stays as it is. */
export function foldIn(view: LedgerView, bodies: readonly Body[], at: Instant): LedgerState {
  if (view.tip === null || bodies.length === 0) return view.state;
  return replay([...view.entries, ...appendEntries(view.tip, bodies, at).entries]);
}
