/** Clocks and the machines behind them. */
import type { Fault } from '../catalog.ts';

export const CLOCKS: readonly Fault[] = [
  {
    number: 1,
    happens: 'the schedule runs hours late',
    behaviour:
      'The app reads from the ledger when the next sweep is owed and starts it at that instant by `workflow_dispatch` (`app/clock.ts`, `core/ledger/owed.ts`); the schedule is only the backstop. While it cannot read, it goes by what it read last and raises `clock-blind`; each request has 30 seconds (`github/time-limit.ts`). Due, issued and confirmed are in the ledger, so lateness is data.',
    bound:
      'the run is asked for within a second of the due instant, as exactly as GitHub’s `Date` header tells time, also while it limits the app; within a minute of its next answer in an outage; every five minutes while the ledger does not prove itself; what a run needs to start is GitHub’s',
    simulated: 'no-sweep',
    gap: 'Without the permission `actions: write`, and while the app is down, the schedule alone starts sweeps, as late as GitHub makes it.',
  },
  {
    number: 2,
    happens: 'a tick of the schedule is dropped, or all of them are',
    behaviour:
      'Each sweep signs a heartbeat with the ledger’s key (`sweep/heartbeat.ts`). When none is heard for 45 minutes the app starts a sweep; when none is heard for an hour, or for 20 minutes after one was owed, it raises `sweep-silent` by its own channels and holds what is allowed, break-glass apart (`app/judge.ts`); both end by themselves. A zone that a request is held for is told of too, though it holds nothing yet.',
    bound:
      'alarm an hour after the last heartbeat, by the next look, which is five minutes away at the most: twice the half hour in which an idle sweep writes one; `sweep-late` five minutes after a sweep was owed',
    simulated: 'ticks-dropped',
    gap: 'While the app and Actions are both down nobody is told by either: something else has to watch `/healthz`.',
  },
  {
    number: 3,
    happens: 'the schedule is switched off after 60 days without activity',
    behaviour:
      'Every five minutes, and whenever a dispatch is refused, the app reads the workflow’s state and switches it on again; where it may not, it raises `sweep-off`, and where that does not help, `sweep-refused`, with longer and longer waits (`app/workflow-state.ts`). Each heartbeat is a commit to that repository.',
    bound: 'five minutes; a few seconds when something is due',
    simulated: null,
    gap: 'That commits by an App on another branch put off GitHub’s 60 days is not promised by its documentation: only the switching on is relied on.',
  },
  {
    number: 4,
    happens: 'the schedule stops because the account that wrote it is gone',
    behaviour:
      'Nothing rests on the schedule or on an account: the app starts sweeps by its own installation (`app/dispatch-sweep.ts`), and nudges an idle one every 45 minutes.',
    bound: 'as for fault 1',
    simulated: null,
    gap: 'With no app running a dead schedule stops every clock but the provider’s own: `docs/guides/operator.md` tells how to watch from outside.',
  },
  {
    number: 5,
    happens: 'a merge starts no run',
    behaviour:
      'What counts is how far the ledger has read the default branch. 90 seconds after a merge the app looks for a run of its own (none that waits for a person) and, if there is none, starts one and follows it until the ledger has read the merge (`app/clock.ts`, `app/pulse.ts`). In an operations repository, where no push can start one, it does so at once.',
    bound: '90 seconds and a run’s own time; at once in an operations repository',
    simulated: 'unfollowed',
    gap: 'After a restart the 90 seconds count from when the app first sees the merge.',
  },
  {
    number: 6,
    happens: 'the whole app is down',
    behaviour:
      'The schedule goes on, and sweeps need nothing of the app: what is over is taken back. A request that needs its check waits, and is decided when the app is back, which reads everything anew (`app/app.ts`).',
    bound: 'removals: as late as GitHub’s schedule, a quarter of an hour when it is punctual',
    simulated: null,
    gap: 'Where the witness is required, a gate that never ran keeps grants from beginning; it keeps no removal.',
  },
  {
    number: 7,
    happens: 'the whole of Actions is down',
    behaviour:
      'The same sweep runs from anywhere: `gatepass sweep`, or the container. With `--revokes-only` nothing can begin: the plan is told so, no target can be raised and no workflow started (`sweep/restrict.ts`). Actions that comes back goes on from the ledger',
    bound: 'until somebody starts the command; at once then',
    simulated: 'actions-down',
    gap: 'nobody starts the command by itself: the app says that a sweep is overdue (fault 2). A request that was merged more than an hour before such a sweep lapses, as under every stop',
  },
];
