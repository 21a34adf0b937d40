/** Target systems and accounts. */
import type { Fault } from '../catalog.ts';

export const TARGETS: readonly Fault[] = [
  {
    number: 10,
    happens: 'a target says that it is asked too often',
    behaviour:
      'The provider reads `Retry-After`, in seconds or as a date, and the end of a spent quota, at least a minute where GitHub says nothing (`providers/github-api.ts`); any number above an hour is an hour (`sweep/provider-pool.ts`). A few seconds are waited for; else the target is not called again in that sweep, neither to look nor to change (`sweep/observe.ts`, `sweep/apply.ts`), and the outcome entry keeps until when, so that the next sweeps leave it alone too. A target can ask for time whenever it is looked at: a removal that was due and not tried for an hour is sent all the same, unseen (`core/ledger/retry.ts`). Other targets go on.',
    bound:
      'As long as the target asks; a removal an hour at most since it was due or last tried, and until the next sweep. Within a sweep ten seconds, three times, for each change and each look.',
    simulated: 'limited',
    gap: 'A target is one configuration of a provider: two catalog entries that lead to one server are two.',
  },
  {
    number: 11,
    happens: 'a target fails for half an hour',
    behaviour:
      'Targets are served side by side, removals first within each (`sweep/lanes.ts`). A call has a minute, a target five minutes of a sweep, and after three failures in a row nothing begins there; each removal is tried once all the same, with less patience (`sweep/provider-pool.ts`). What failed is tried again after 1, 2, 4 … minutes, each wait cut by up to a quarter so that not all come back at once (`core/ledger/retry.ts`). A slot that cannot be seen hides no other, and a target that is down is looked at once (`sweep/observe.ts`).',
    bound:
      'A removal is tried again within 5 minutes of the last try in the first hour, 15 in the first day, 60 after, wherever sweeps run that often; a sweep ends within about 10 minutes, whatever hangs.',
    simulated: 'target-down',
    gap: 'A call that was given up may still arrive: what it did is seen by the next look. What did not fit into five minutes is first in the next sweep.',
  },
  {
    number: 17,
    happens: 'a clock is wrong',
    behaviour:
      'The time is the later of GitHub’s `Date` and the ledger’s last entry; the clock of the machine that sweeps is only compared (`sweep/clocks.ts`). When GitHub’s is behind the ledger, or the machine’s is off, nothing begins and an alert says so. A grant that is over by any of the clocks is taken back (`core/reconcile/plan.ts`).',
    bound:
      '30 seconds; a machine’s clock that is ahead ends windows early by an hour at most, and not at all if it is further ahead. Nothing is written down by it.',
    simulated: 'skew',
    gap: 'On the look-alike, whose clock tests move, the machine’s is not compared (`sweep/machine-clock.ts`).',
  },
  {
    number: 24,
    happens: 'the trust that a target has in our credential is broken',
    behaviour:
      'What the target refuses is said in its own words: a grant does not begin, and lapses (`sweep/observe.ts`, `sweep/resolve.ts`); a removal is tried for ever, with alerts (`core/reconcile/plan.ts`). `gatepass doctor` reads which OIDC subject the sweep has, says what targets have to trust, and warns of a subject by name alone (`core/attest/judge-more.ts`).',
    bound:
      'said by the first sweep that meets it; an alert five minutes after a removal is due; mended by the sweep after the mending',
    simulated: 'untrusted',
    gap: 'Doctor knows what the sweep presents, not what a target trusts: nothing reads the trust of a cloud. The claims of services in `policies/people.yaml` are not checked against anything yet.',
  },
  {
    number: 25,
    happens: 'the account of a subject is deleted',
    behaviour:
      'Each sweep looks whether whoever holds a grant is still there (`sweep/departed.ts`): who misses in the list of members is asked for by numeric id, and only a 404 of GitHub counts, for the account or for the membership. Then the grant ends, with its sessions, and the ledger says why (`left`). Taking back from an account that is gone is done: it has left every team (`providers/github-team/github-team.ts`). A service ends with its entry in the policies.',
    bound: 'The next sweep; at most ten people at once, for more a person looks first, and nothing begins.',
    simulated: 'left',
    gap: 'A person who is taken out of `policies/people.yaml` and stays in the organisation keeps what is held to its end: lock them. GitHub shows an account that it suspended as gone.',
  },
  {
    number: 26,
    happens: 'a login is renamed, or taken by somebody else',
    behaviour:
      'People are numeric ids in policies, evidence and ledger; a login is only shown. Before each write the provider asks for the present login of the id (`providers/github-team/github-team.ts`), so what is taken back is the account’s that was granted. Whoever took the name is not in the policies: their requests are refused (`core/policy/asked.ts`), and their `/gatepass return` is nobody’s (`sweep/returns.ts`).',
    bound: 'At once; the grant of a renamed account runs on to its end.',
    simulated: 'recycled',
    gap: 'Between the question and the write the name could change hands once more: GitHub takes logins, not ids.',
  },
  {
    number: 29,
    happens: 'what a grant is held in is deleted',
    behaviour:
      'A team that is gone holds nobody: its removals are done, with the reason in the outcome entry, and nothing is granted there again (`providers/github-team/team.ts`). That is believed only where the organisation still has its id, its whole list of teams was read and lacks the team’s id, and everybody in the organisation could see the team when the grant was made; else it is unknown, and stays owed. A dropped PostgreSQL role takes its memberships along (`providers/postgres/change.ts`).',
    bound: 'The next sweep; a grant that cannot begin fails at once or lapses after as long as it would have lasted.',
    simulated: 'resource-gone',
    gap: 'A secret team, an organisation or a server that is gone for good stays an open alert until it is back, or its ledger is closed.',
  },
  {
    number: 30,
    happens: 'what a grant is held in is made again under the same name',
    behaviour:
      'Slots are named by ids that are never given again: of the team and the account (`providers/github-team/github-team.ts`), of the role, the login and the cluster (`providers/postgres/slot.ts`). The new one is another place: it is not looked at and not touched. While a grant lives, an alert `drift-removed` says that what it held is gone; another cluster at the same address is unknown, and what is owed there stays owed.',
    bound: 'The next sweep.',
    simulated: 'recreated',
    gap: null,
  },
];
