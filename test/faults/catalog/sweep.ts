/** The sweep itself. */
import type { Fault } from '../catalog.ts';

export const SWEEP: readonly Fault[] = [
  {
    number: 8,
    happens: 'a runner is killed',
    behaviour:
      'An intent is in the ledger before its effect and an outcome after it was seen (`sweep/sweep.ts`). The next sweep finds the intent without an outcome, looks at the target, and goes on from what it sees (`core/reconcile/plan-slot.ts`)',
    bound:
      'wherever it is killed: two sweeps make it good, a third writes nothing. The next sweep comes with the next dispatch, or with the schedule',
    simulated: 'crash',
    gap: 'A start of an action whose run cannot be found afterwards is `unknown` and needs a person: it is never repeated',
  },
  {
    number: 9,
    happens: 'a target answers too late to know what it did',
    behaviour:
      'No answer is no outcome: after every batch the slots are looked at again, and what is seen is written (`sweep/apply.ts`). Where even that cannot be told, it is `pending`: a grant is looked at again, a removal is sent again once its lease is over',
    bound: 'one look, 10 minutes at most until a removal is sent again',
    simulated: 'after',
    gap: null,
  },
  {
    number: 12,
    happens: 'some targets of a grant take it and others do not',
    behaviour:
      'Every target has an intent and an outcome of its own. The grant stays `applying` and the rest is tried again (`core/ledger/retry.ts`) until its window ends; then all that was given is taken back, each by itself (`core/reconcile/plan-slot.ts`)',
    bound: 'a minute for the first try more, doubling up to an hour; nothing is left after the end',
    simulated: 'before',
    gap: 'Completing is the only policy: what was given is not taken back because the rest fails',
  },
  {
    number: 13,
    happens: 'the effect is made and the ledger cannot be written',
    behaviour:
      'The next sweep reads an intent without an outcome, sees the effect, and records it (`settle` in `core/reconcile/plan-slot.ts`) without sending anything. While the ledger cannot be written removals are sent all the same, grants wait, and the run fails with `ledger-unwritable` (`sweep/sweep.ts`). What another sweep granted in the same slot meanwhile is kept when GitHub tells that the ledger moved on; when it tells nothing, it goes, and the next sweep says `drift-removed`',
    bound: 'the first sweep that can write',
    simulated: 'unwritten',
    gap: null,
  },
  {
    number: 14,
    happens: 'somebody else moved the ledger branch',
    behaviour:
      'The branch is moved only from the very commit that was read (`github/branch-store.ts`). Who loses reads again and plans again, and never carries an intent over; outcomes are facts, and are written on whatever is there now (`sweep/sweep.ts`)',
    bound: 'five tries in a sweep; the next sweep goes on',
    simulated: 'lost-race',
    gap: null,
  },
  {
    number: 15,
    happens: 'two sweeps run at once',
    behaviour:
      'The ledger takes one of them at a time (fault 14), every call to a target can be made twice, and nothing is left in a slot after the lease of its intent, or after the end of whom it is left for (`sweep/apply.ts`). What a run that slept leaves all the same is taken back: what it says it did until that is seen to be gone, what nobody saw for an hour after its lease (`core/ledger/loose.ts`, `core/reconcile/came-back.ts`)',
    bound: '10 minutes, the lease; the next sweep takes back what came later',
    simulated: 'two-sweeps',
    gap: 'A change that is under way while its run is stopped for longer than the lease, between our last look at the clock and the target, is taken back rather than prevented. What others put into the same slot meanwhile, at that level or below, cannot be told from it and goes with it',
  },
  {
    number: 16,
    happens: 'GitHub cancels a run that waits',
    behaviour:
      'Every run is a full sweep from where the ledger says that the last one stopped (`sweep/first-parent.ts`), so the newer run does what the cancelled one would have done. The workflows never cancel one that runs',
    bound: 'the end of the run that is under way, and one sweep',
    simulated: 'cancelled',
    gap: null,
  },
];
