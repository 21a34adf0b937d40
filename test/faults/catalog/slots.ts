/** Slots. */
import type { Fault } from '../catalog.ts';

export const SLOTS: readonly Fault[] = [
  {
    number: 48,
    happens: 'two grants of one slot overlap',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 49,
    happens: 'somebody had the access before Gatepass gave it',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 50,
    happens: 'somebody else takes access away, or gives it',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 51,
    happens: 'a session outlives the membership that opened it',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
