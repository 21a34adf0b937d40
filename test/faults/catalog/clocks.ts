/** Clocks and the machines behind them. */
import type { Fault } from '../catalog.ts';

export const CLOCKS: readonly Fault[] = [
  {
    number: 1,
    happens: 'the schedule runs hours late',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 2,
    happens: 'a tick of the schedule is dropped, or all of them are',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 3,
    happens: 'the schedule is switched off after 60 days without activity',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 4,
    happens: 'the schedule stops because the account that wrote it is gone',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 5,
    happens: 'a merge starts no run',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 6,
    happens: 'the whole app is down',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 7,
    happens: 'the whole of Actions is down',
    behaviour:
      'The same sweep runs from anywhere: `gatepass sweep`, or the container. With `--revokes-only` nothing can begin: the plan is told so, no target can be raised and no workflow started (`sweep/restrict.ts`). Actions that comes back goes on from the ledger',
    bound: 'until somebody starts the command; at once then',
    simulated: null,
    gap: 'nobody starts the command by itself: the app says that a sweep is overdue (fault 2). A request that was merged more than an hour before such a sweep lapses, as under every stop',
  },
];
