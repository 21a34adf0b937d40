/**
 * `node bench/mass-expiry.ts [grants]`: ten thousand grants of one ledger end at one instant. How long it takes to fold
 * the ledger and to plan their ends, as multiples of reading its lines with `JSON.parse`, which nobody can do without.
 */
import type { Body, Entry } from '../core/ledger/entry.ts';
import { replay } from '../core/ledger/replay.ts';
import { plan } from '../core/reconcile/plan.ts';
import { slotsToObserve } from '../core/reconcile/slots.ts';
import { HOUR, plus } from '../core/time.ts';
import { anEnsure, aSlot, authorised, Book, outcomeOf, START } from '../test/support/ledger.ts';

const END = plus(START, HOUR);
const RUNS = 7;

const grants = Number(process.argv[2] ?? 10_000);
const lines = Book.of(...Array.from({ length: grants }, (_, index) => lifeOf(index + 1)).flat()).segments.flatMap(
  ({ text }) => text.trimEnd().split('\n'),
);

const parse = (): readonly Entry[] => lines.map((line) => JSON.parse(line) as Entry);
const entries = parse();
const fold = () => replay(entries);
const state = fold();
const nothing = new Map();
const observed = new Map(slotsToObserve(state, nothing, END).map(({ key }) => [key, 'member']));
const ends = () =>
  plan({ state, resolved: nothing, observed, now: END, locks: new Set(), mayGrant: true, zone: 'default' });

const planned = ends().filter(({ kind }) => kind === 'remove').length;
if (planned !== grants) throw new Error(`${planned} of ${grants} ends were planned`);

const floor = median(parse);
const row = (what: string, took: number) =>
  `${what.padEnd(28)}${took.toFixed(0).padStart(6)} ms${(took / floor).toFixed(2).padStart(8)} x\n`;
process.stdout.write(
  [
    `${grants} grants, ${lines.length} entries, ${(lines.join('').length / 1e6).toFixed(1)} MB, median of ${RUNS}\n`,
    row('JSON.parse of every line', floor),
    row('replay of the ledger', median(fold)),
    row('plan of every end', median(ends)),
  ].join(''),
);

function median(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}

/** Asked for, begun and seen to be held, each by another account. */
function lifeOf(number: number): readonly Body[] {
  const slot = aSlot({ key: `github-team:7/member:${number}`, ids: { team: 7, user: number } });
  const ensure = anEnsure(number, { slot, starts: START, expires: END });
  return [authorised(number, { length: HOUR }), ensure, outcomeOf(ensure)];
}
