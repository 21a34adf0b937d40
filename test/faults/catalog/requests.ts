/** Requests and policies. */
import type { Fault } from '../catalog.ts';

export const REQUESTS: readonly Fault[] = [
  {
    number: 31,
    happens: 'a request is edited while its grant is held',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 32,
    happens: 'a request is deleted while its grant is held',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 33,
    happens: 'a policy is tightened while grants under it are held',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 35,
    happens: 'a policy file on the default branch does not parse',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 53,
    happens: 'the approval comes so late that the window is eaten',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
