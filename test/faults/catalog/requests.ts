/** Requests and policies. */
import type { Fault } from '../catalog.ts';

export const REQUESTS: readonly Fault[] = [
  {
    number: 31,
    happens: 'a request is edited while its grant is held',
    behaviour:
      'Files never change once merged: other bytes under a path that asked before are quarantined with an alert (`sweep/authorise.ts`), and the grant runs as the ledger has it. To hold it shorter, give it back; longer is a new request.',
    bound: 'The grant’s own window, to the second.',
    simulated: 'edited',
    gap: 'The window does not follow an edit to something shorter, as some expect: what was approved is the one truth.',
  },
  {
    number: 32,
    happens: 'a request is deleted while its grant is held',
    behaviour:
      'A merged pull request that its holder or an owner may make gives the grant back (`sweep/returns.ts`). Any other deletion raises an alarm (`sweep/alerts.ts`), and the ledger goes on to take the grant back at its end.',
    bound: 'A return ends it with the next sweep; else its own end.',
    simulated: 'deleted',
    gap: null,
  },
  {
    number: 33,
    happens: 'a policy is tightened while grants under it are held',
    behaviour:
      'The sweep that accepts the change holds every live grant against it (`sweep/tightened.ts`, `core/policy/tighten.ts`): by the rule that granted it, or the most generous one left, by guardrails and break-glass. `onTighten` of the rule set says `keep`, the default, or `shrink`; both are written down, and `shrink` shortens what was kept before. What cannot be told counts in the grant’s favour. While GitHub does not give the people that it takes, the change is not accepted, nothing begins and `tightening-undecided` says so; returns, locks and departures are taken all the same (`sweep/decide-branch.ts`). What has not begun is decided anew (`sweep/resolve.ts`).',
    bound: 'The same sweep; a window shrinks to what is allowed now, and what that leaves behind ends at once.',
    simulated: 'tightened',
    gap: 'Guardrails with a condition (`when`), calendars and approvals are not asked again for what is held: a lock ends it.',
  },
  {
    number: 35,
    happens: 'a policy file on the default branch does not parse',
    behaviour:
      'Pushed, they govern nothing (`sweep/govern.ts`): the last accepted files go on to take back, return and lock, and nothing begins. In a pull request they are refused by both gates (`core/policy/decide-policy.ts`). A lock file at the tip is read with the accepted policies around it (`sweep/locks.ts`).',
    bound: 'Grants stop with the sweep that sees it and go on with the one after the repair; removals never stop.',
    simulated: 'unparsable',
    gap: null,
  },
  {
    number: 53,
    happens: 'the approval comes so late that the window is eaten',
    behaviour:
      'A window without `starts` begins with the merge (`core/ledger/live.ts`), so waiting takes nothing of it. A named window keeps its end. After `startsBy`, or after the end, the request is refused (`core/policy/bounds.ts`), or lapses if it was approved (`core/reconcile/plan-grants.ts`). The app closes what nobody decides in time (`app/lapse.ts`), and the ledger records it (`sweep/closed.ts`); one that GitHub does not give hides no other, and is given up after an hour.',
    bound:
      'An approval can be used for as long as the grant would last, counted from the merge or from `starts`; a request waits for `lapse`, seven days unless told.',
    simulated: 'late-approval',
    gap: 'Where nobody runs the app, nothing closes what waits.',
  },
];
