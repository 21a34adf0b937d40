/** The sweep itself. */
import type { Fault } from '../catalog.ts';

export const SWEEP: readonly Fault[] = [
  {
    number: 8,
    happens: 'a runner is killed',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 9,
    happens: 'a target answers too late to know what it did',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 12,
    happens: 'some targets of a grant take it and others do not',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 13,
    happens: 'the effect is made and the ledger cannot be written',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 14,
    happens: 'somebody else moved the ledger branch',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 15,
    happens: 'two sweeps run at once',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 16,
    happens: 'GitHub cancels a run that waits',
    behaviour:
      'Every run is a full sweep from where the ledger says that the last one stopped (`sweep/first-parent.ts`), so the newer run does what the cancelled one would have done. The workflows never cancel one that runs',
    bound: 'the end of the run that is under way, and one sweep',
    simulated: null,
    gap: null,
  },
];
