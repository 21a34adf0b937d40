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
    behaviour:
      'Each provider declares how long a session may live on (`providers/provider.ts`); the core says the same (`core/policy/ending.ts`, held alike by a test), and shows it in the plan under the pull request, in `gatepass can` and `explain`, in `gatepass audit who` and in the story of a grant. PostgreSQL sessions are ended with the role where the catalog says `endSessions`, and always for who is locked or has left (`sweep/apply.ts`, `providers/postgres/change.ts`).',
    bound: 'GitHub teams: none. PostgreSQL: unbounded after `SET ROLE`, none with `endSessions`.',
    simulated: null,
    gap: 'What was copied while it was held, a clone or a dump, no revoke takes back. Without `pg_signal_backend` PostgreSQL lets us end no session; the role is taken back all the same.',
  },
];
