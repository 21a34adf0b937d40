/** Target systems and accounts. */
import type { Fault } from '../catalog.ts';

export const TARGETS: readonly Fault[] = [
  {
    number: 10,
    happens: 'a target says that it is asked too often',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 11,
    happens: 'a target fails for half an hour',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 17,
    happens: 'a clock is wrong',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 24,
    happens: 'the trust that a target has in our credential is broken',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 25,
    happens: 'the account of a subject is deleted',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 26,
    happens: 'a login is renamed, or taken by somebody else',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 29,
    happens: 'what a grant is held in is deleted',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 30,
    happens: 'what a grant is held in is made again under the same name',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
