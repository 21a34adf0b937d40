/**
 * Every fault that Gatepass is held against: what happens, what it does then and which file does it, how long that may
 * take, and where the simulator makes it happen. `docs/reliability.md` is made from this; each number has its tests here.
 */
import { APPROVAL } from './catalog/approval.ts';
import { CLOCKS } from './catalog/clocks.ts';
import { DOCUMENTS } from './catalog/documents.ts';
import { GITHUB } from './catalog/github.ts';
import { LEDGER } from './catalog/ledger.ts';
import { REQUESTS } from './catalog/requests.ts';
import { SLOTS } from './catalog/slots.ts';
import { SWEEP } from './catalog/sweep.ts';
import { TARGETS } from './catalog/targets.ts';

export interface Fault {
  readonly number: number;
  /** What goes wrong, one sentence without a full stop: the name of its tests. */
  readonly happens: string;
  /** What Gatepass does then, and the file that does it. */
  readonly behaviour: string;
  /** How long, or how often, at most: in plain words. */
  readonly bound: string;
  /** The simulator's name for it (`test/simulator/`); `null`: it is not simulated, its tests alone prove it. */
  readonly simulated: string | null;
  /** What is not covered; `null`: nothing known. */
  readonly gap: string | null;
}

export const SECTIONS: readonly { readonly title: string; readonly faults: readonly Fault[] }[] = [
  { title: 'Clocks and the machines behind them', faults: CLOCKS },
  { title: 'The sweep itself', faults: SWEEP },
  { title: 'Target systems and accounts', faults: TARGETS },
  { title: 'GitHub’s limits and events', faults: GITHUB },
  { title: 'Approval', faults: APPROVAL },
  { title: 'Requests and policies', faults: REQUESTS },
  { title: 'Documents and time', faults: DOCUMENTS },
  { title: 'The ledger and removals', faults: LEDGER },
  { title: 'Slots', faults: SLOTS },
];

export const FAULTS: readonly Fault[] = SECTIONS.flatMap(({ faults }) => faults).sort((a, b) => a.number - b.number);

export function faultOf(number: number): Fault {
  const found = FAULTS.find((each) => each.number === number);
  if (found === undefined) throw new Error(`no fault ${number} in the catalogue`);
  return found;
}
