/** The ledger and removals. */
import type { Fault } from '../catalog.ts';

export const LEDGER: readonly Fault[] = [
  {
    number: 44,
    happens: 'the ledger is force-pushed, cut or forked',
    behaviour:
      'The chain, the signed head and the gate’s witness are held against each other (`sweep/read-ledger.ts`). What does not prove itself is evidence: nothing is written over it, nothing begins, and removals go on from the last commit that proves itself or the last one that was witnessed. What a target’s own marks say is ours and no ledger explains (memberships by our grantor in PostgreSQL from 16 on, members of teams declared `exclusive`) is an alert, and never taken back by itself (`sweep/orphans.ts`, `sweep/strangers.ts`; why, and what a person does: `docs/adr/0010-what-no-ledger-explains.md`).',
    bound: 'The next sweep; a hundred commits back.',
    simulated: 'rewritten',
    gap: 'Without the gate (`witness: none`) a ledger that was set back to one that proves itself is told only by those marks. A target that the remaining ledger never heard of is not asked. The alerts of a broken ledger are in the run alone, since they cannot be written down.',
  },
  {
    number: 45,
    happens: 'a line of the ledger is damaged',
    behaviour:
      'One turned bit anywhere breaks the chain of digests or the signed head, so nothing from there on is believed (`core/ledger/head.ts`); otherwise as a ledger that was forced: removals go on from the last commit that proves itself (`sweep/read-ledger.ts`).',
    bound: 'The next sweep; a hundred commits back.',
    simulated: 'damaged',
    gap: 'The whole commit is set aside, not the one line: what a single line said can hang together with those after it.',
  },
  {
    number: 46,
    happens: 'one request cannot be dealt with',
    behaviour:
      'Whatever is thrown while one request is decided is a fault of that request: it is deferred, the others go on (`sweep/derive-grant.ts`). After an hour it lapses, and an alert `undecided` names it until its file is removed (`sweep/alerts.ts`).',
    bound: 'An hour of tries, one a sweep.',
    simulated: 'poison',
    gap: 'What cannot be read for all of them, such as the policies, stops all grants (`sweep-failed`), never a removal.',
  },
  {
    number: 47,
    happens: 'a removal fails for days',
    behaviour:
      'It is never given up (`core/ledger/retry.ts`). An alert after five minutes, another after thirty, and one a day that names all that is overdue by more than a day (`core/reconcile/situations.ts`). Until it works, its subject is given nothing more of that resource; break-glass is not held up (`core/policy/stuck.ts`). For what must not be held together with it, it counts as held (`core/policy/toxic.ts`).',
    bound:
      'A try within 5 minutes in the first hour, 15 in the first day, 60 after; the alert by the first sweep 5 minutes after the end.',
    simulated: 'revoke-stuck',
    gap: 'Somebody has to take it back by hand at the target if it never works. Until the alert it counts as ended, also for what must not be held together with it.',
  },
  {
    number: 52,
    happens: 'Gatepass is upgraded while grants are held',
    behaviour:
      'Every version of an entry is read for ever, and a field that is not there means what it meant then (`core/ledger/line.ts`, `core/ledger/replay.ts`): a ledger of each release is kept under `test/golden/`. What a later release wrote is not guessed at, and the message says that it seems newer: grants stop, removals go on from the last commit that is understood, and nothing is written over it (`sweep/read-ledger.ts`).',
    bound: 'One sweep, where readers are updated first: the CLI, the gate, then the Action in all zones at once.',
    simulated: null,
    gap: 'There is no way back: an older Action takes nothing back that was granted after the last commit that it understands, and an older gate allows nothing. Between the gate and the Action the gate may hold new grants for want of heartbeats. A release whose rules refuse policies that the one before accepted would stop grants, and could not accept the change that puts it right: such a rule is a warning of what is in force and an error of what is proposed only (`inProposal` in `core/document/issue.ts`). Whoever adds a rule has to remember that.',
  },
  {
    number: 54,
    happens: 'ten thousand grants end at one instant',
    behaviour:
      'Removals are ordered: break-glass, the most sensitive resource, the highest level, then the oldest (`core/reconcile/plan.ts`). Slots are looked at a thousand a call, by halves where one is poisoned (`sweep/observe.ts`); intents and outcomes are one commit each, and GitHub is asked for none of them by itself (`sweep/sweep.ts`, `sweep/returns.ts`).',
    bound:
      'Two commits; five minutes of calls for each target and sweep, the rest at once in the next. Only break-glass that owes a review is looked up one by one.',
    simulated: 'burst',
    gap: 'One day’s ledger is one file, and GitHub gives back files of at most 100 MB: some tens of thousands of grants a day.',
  },
];
