/** The ledger and removals. */
import type { Fault } from '../catalog.ts';

export const LEDGER: readonly Fault[] = [
  {
    number: 44,
    happens: 'the ledger is force-pushed, cut or forked',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 45,
    happens: 'a line of the ledger is damaged',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 46,
    happens: 'one request cannot be dealt with',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 47,
    happens: 'a removal fails for days',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 52,
    happens: 'Gatepass is upgraded while grants are held',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 54,
    happens: 'ten thousand grants end at one instant',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
