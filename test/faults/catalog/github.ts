/** GitHub’s limits and events. */
import type { Fault } from '../catalog.ts';

export const GITHUB: readonly Fault[] = [
  {
    number: 18,
    happens: 'a webhook is lost',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 19,
    happens: 'webhooks come twice, or in another order',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 20,
    happens: 'a webhook comes hours late',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 21,
    happens: 'GitHub says that we write too often',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 22,
    happens: 'the hourly budget of a token is small for what is held',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 23,
    happens: 'a token dies while the sweep runs',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 55,
    happens: 'the channel that is told of alerts is down',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
