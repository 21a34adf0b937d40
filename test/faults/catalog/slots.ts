/** Slots. */
import type { Fault } from '../catalog.ts';

export const SLOTS: readonly Fault[] = [
  {
    number: 48,
    happens: 'two grants of one slot overlap',
    behaviour:
      'A slot holds the highest of what its live grants ask for and what stood there before (`core/reconcile/plan-slot.ts`): who ends first takes nothing from the others, and a grant that begins where another ends leaves no gap',
    bound: 'the sweep after each start and end',
    simulated: 'overlap',
    gap: null,
  },
  {
    number: 49,
    happens: 'somebody had the access before Gatepass gave it',
    behaviour:
      'Before our first intent what the slot holds is written down as `standing` (`sweep/effects.ts`), and the last of our grants sets it back to that (`core/reconcile/plan-slot.ts`). Nothing below it is ever taken. While the grant is there, the alert `standing` says what stood there (`sweep/standing.ts`)',
    bound: 'none: it is never removed',
    simulated: 'standing',
    gap: 'What others give while ours is there, at our level or below, cannot be told from ours and goes with it',
  },
  {
    number: 50,
    happens: 'somebody else takes access away, or gives it',
    behaviour:
      'It is said once, as `drift-removed`, `drift-raised`, `drift-kept` or `drift-added`, and not fought: what others took is not given again, what they gave is not taken (`core/reconcile/situations.ts`). Only what a run of ours may have sent late is taken back, and no more than ten of those at once (`core/reconcile/plan.ts`). What is there again after our removal counts as theirs once it was seen for five minutes: until then nothing begins there, since the target may only tell late (`core/reconcile/plan-slot.ts`)',
    bound: 'said by the next sweep; `drift-added` for an hour after our removal',
    simulated: 'drift',
    gap: 'A raise that cannot be seen when the grant ends, because its target does not tell what is there, is lowered to what stood there before',
  },
  {
    number: 51,
    happens: 'a session outlives the membership that opened it',
    behaviour:
      'Each provider declares how long a session may live on (`providers/provider.ts`); the core says the same (`core/policy/ending.ts`, held alike by a test), and shows it in the plan under the pull request, in `gatepass can` and `explain`, in `gatepass audit who` and in the story of a grant. PostgreSQL sessions are ended with the role where the catalog says `endSessions`, and always for who is locked or has left (`sweep/apply.ts`, `providers/postgres/change.ts`).',
    bound: 'GitHub teams: none. PostgreSQL: unbounded after `SET ROLE`, none with `endSessions`.',
    simulated: null,
    gap: 'What was copied while it was held, a clone or a dump, no revoke takes back. Without `pg_signal_backend` PostgreSQL lets us end no session; the role is taken back all the same.',
  },
];
