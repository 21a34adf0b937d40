/** Sweeps, the ledger, and the machinery around them. */
import type { Threat } from '../catalog.ts';

export const APPLY: readonly Threat[] = [
  {
    number: 55,
    attack: 'a stale view of the branch grants again what was taken back',
    defence: 'The tip is read again just before a grant begins; if it moved, the sweep plans anew (`sweep/sweep.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'What is pushed after that look, while the grant is sent, is seen by the next sweep, which takes it back. On a branch that moves at every try, the last of five tries goes on.',
    live: null,
  },
  {
    number: 56,
    attack: 'two sweeps overlap',
    defence:
      'The ledger moves by compare-and-swap; who loses reads and plans again (`sweep/append.ts`, `github/ledger-store.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'Two sweeps may both send the same removal, which changes nothing twice.',
    live: null,
  },
  {
    number: 57,
    attack: 'the provider was called and the ledger could not be written',
    defence:
      'Intent, call, outcome: no intent, no grant; removals go on though the ledger is down (`sweep/sweep.ts`), and an open intent is settled by looking (`core/reconcile/plan-slot.ts`).',
    levels: ['P', 'F'],
    gates: '2',
    residual:
      'A removal that was sent while the ledger was down is recorded later, as seen, without the time at which it was sent. A sweep that can neither write nor ask whether the ledger moved on may take what another sweep granted in the same slot meanwhile: the next one says so (`drift-removed`), and it has to be asked for again.',
    live: null,
  },
  {
    number: 58,
    attack: 'a grant over several providers is applied in part',
    defence: 'Each slot has its own state and is driven to its end by each sweep (`core/reconcile/plan-slot.ts`).',
    levels: ['P'],
    gates: '2',
    residual: 'Until a provider answers, the grant is held in part, and says so.',
    live: null,
  },
  {
    number: 59,
    attack: 'the ledger is force-pushed, deleted or cut',
    defence:
      'Entries are chained and the head is signed (`core/ledger/verify.ts`, `core/ledger/head.ts`); what does not prove itself grants nothing, and what it owes is known from its last good commit (`sweep/read-ledger.ts`). The gate writes each head that it verified to a branch of its own (`app/witness.ts`, `core/ledger/witness.ts`): a ledger that lacks one stops grants in the sweep and in the gate, and `gatepass verify` names it.',
    levels: ['F'],
    gates: '2',
    residual:
      'Heads that the gate never saw, such as those written while it was down, are missed by nobody. Where both branches are rewritten, only a clone or a tip that somebody noted tells. What is owed is recovered from the commit last seen, for as long as GitHub keeps commits that no branch has; after that, grants that only the lost part knew have to be found by hand.',
    live: '`gatepass doctor` checks the rules of `gatepass/ledger` (the checks `ledger-…`) and of `gatepass/witness` (check `witness`), which the operator sets (docs/guides/real-github.md, step 6).',
  },
  {
    number: 60,
    attack: 'a line break in text forges a ledger entry',
    defence:
      'Canonical JSON, one line an entry, held against a schema when read (`core/canonical.ts`, `core/ledger/line.ts`).',
    levels: ['P'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 61,
    attack: 'an expiry is missed: cron is late, dropped or disabled',
    defence:
      'The provider is told the end, and keeps it by itself where it can (`sweep/apply.ts`); each sweep removes whatever is due, however late (`core/reconcile/plan.ts`); the gate starts a sweep at the due instant, and again until the ledger shows the work as done (`app/clock.ts`, `app/owed-sweep.ts`). What is late, or silent, is told by an issue and by the alert webhook, which need no sweep (`app/clock-alarms.ts`, `app/notify.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'With neither a sweep nor the gate nor an expiry of the provider’s own, access stays until one of them is back. While the gate and Actions are both down nobody is told by either: something else has to watch `/healthz`. How long a run takes to start is GitHub’s.',
    live: null,
  },
  {
    number: 62,
    attack: 'a clock is wrong',
    defence:
      'Instants are GitHub’s `Date`; if that lies behind the ledger, grants stop and removals go on (`sweep/look.ts`, `sweep/world.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'GitHub’s clock is believed, and half a minute of difference is borne.',
    live: null,
  },
  {
    number: 63,
    attack: 'a workflow on a branch takes the providers’ secrets',
    defence:
      'They are in an environment that admits the default branch only; where another branch reaches it, grants stop (`core/attest/judge-around.ts`). The workflows that we ship name it.',
    levels: ['U', 'L'],
    gates: 'none',
    residual: 'Whoever may change the environment may read what it holds.',
    live: '`gatepass doctor` checks the environment’s branch policy; the operator checks that OIDC trust names the environment, without wildcards.',
  },
  {
    number: 64,
    attack: 'a webhook is forged, or sent again under a new delivery id',
    defence:
      'Signatures are verified in constant time, under one of two secrets while they are rotated (`app/environment.ts`, `app/main.ts`); an event is only a hint, and everything is read again (`app/webhooks.ts`).',
    levels: ['F'],
    gates: '1',
    residual: 'A replay costs a few reads.',
    live: null,
  },
  {
    number: 65,
    attack: 'webhooks are lost or come out of order',
    defence:
      'Evaluation reads everything anew, and all open pull requests are looked at again every ten minutes (`app/app.ts`); deliveries that failed within a day are asked for again, once each (`app/redeliver.ts`).',
    levels: ['F'],
    gates: '1',
    residual:
      'Up to ten minutes of delay. A command in a comment whose redelivery fails too has to be written again; a return is read by the next sweep without any webhook.',
    live: null,
  },
  {
    number: 66,
    attack: 'the private key of the gate app leaks',
    defence:
      'The gate app cannot write the ledger, nor force its own witness, and holds no provider credential (`hub/acme.ts` shows the rules); gate 2 believes nothing it says (`sweep/derive-grant.ts`).',
    levels: ['F', 'L'],
    gates: '2',
    residual:
      'Its holder can merge requests and write checks, none of which grants, and can witness heads that never were, which stops grants. Rotate the key.',
    live: '`gatepass doctor` lists what each app may do; the operator keeps the keys apart.',
  },
  {
    number: 67,
    attack: 'a flood of events exhausts the quota',
    defence:
      'One evaluation at a time for a pull request, and only the newest waits (`app/queue.ts`); an unchanged verdict is not written again (`github/check-runs.ts`).',
    levels: ['P'],
    gates: '1',
    residual: 'Whoever may open many pull requests makes the gate slow; the check is then in progress.',
    live: null,
  },
  {
    number: 68,
    attack: 'output is over the limits of GitHub, so that no check appears',
    defence:
      'Texts are cut by bytes, annotations and errors of one file end with fifty (`core/explain/escape.ts`, `core/explain/check-run.ts`).',
    levels: ['U', 'P'],
    gates: '1',
    residual: 'What is cut is in the logs alone.',
    live: null,
  },
  {
    number: 69,
    attack: 'a page of the app shows who is in which team',
    defence: 'The app has one page, its health, which names nobody and calls nobody (`app/health.ts`).',
    levels: ['F'],
    gates: '1',
    residual: 'The check and the comment name who could approve, to whoever can read the repository.',
    live: null,
  },
  {
    number: 70,
    attack: 'an approver approves blindly',
    defence:
      'Check and comment say first who would get what, how long, from when (`core/explain/verdict.ts`), and what they hold of it now (`core/explain/from-now.ts`); the comment says where it is set, how risky that is, and who ends it (`core/explain/sections.ts`).',
    levels: ['U', 'F', 'L'],
    gates: '1',
    residual:
      'Nobody can be made to read. The gate reads no target: what somebody has there by another way is seen by the first sweep only.',
    live: 'The operator looks for approvals that came within seconds of the pull request: `gatepass audit who --json` has when each was submitted.',
  },
];
