/** Attacks on what makes an approval one: the policies, the ledger, and the sweep’s own reasoning. */
import type { Threat } from '../catalog.ts';

export const AUTHORITY: readonly Threat[] = [
  {
    number: 71,
    attack: 'an admin pushes a looser policy to the default branch and then asks',
    defence:
      'Governing changes count only when they derive from an approved policy pull request under what was accepted before; else grants stop (`sweep/govern.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'Whoever owns `policies/` can change it, with the approval that CODEOWNERS asks for.',
    live: null,
  },
  {
    number: 72,
    attack: 'a forged but well chained line is added to the ledger',
    defence:
      'Heads are signed (`core/ledger/head.ts`); each grant is derived again before it is applied (`sweep/resolve.ts`); a removal is believed only when seen (`core/reconcile/plan-slot.ts`); the gate’s witness contradicts a rewritten past (`core/ledger/witness.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'Whoever holds the ledger key and the applier’s key appends lines that prove themselves. They grant nothing that cannot be derived from a merged and approved pull request. But a removal that they claim, and did not make, leaves the access there with an open alert (`drift-added`): it could be somebody else’s by then, so it is not taken.',
    live: null,
  },
  {
    number: 73,
    attack: 'a condition fails, and a looser rule decides',
    defence: 'The limits and approvals of a rule that could not be told are kept (`core/policy/fit.ts`).',
    levels: ['P'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 74,
    attack: 'a request over the maximum of a strict rule falls to a looser one',
    defence: '`max` bounds, it is no part of the fit (`core/policy/bounds.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 75,
    attack: 'a grant leads into a team that approves, or administers the access repository',
    defence: 'Such bindings are refused, ancestors included (`core/policy/bindings.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual:
      'A provider that administers GitHub by another way, such as a role that can read the gate’s own secrets, is not seen through.',
    live: null,
  },
  {
    number: 76,
    attack: 'the approved action is run without approval, or its run is forged',
    defence:
      'The workflow is where no requester writes; an action is started once, and its run is known by the id that the dispatch returned, or by the name that the ledger gave it (`providers/workflow/workflow.ts`, `sweep/actions.ts`).',
    levels: ['F', 'L'],
    gates: '2',
    residual:
      'Who writes in that repository can run it without us. Such a run is never taken for ours: only the hand of our app counts.',
    live: '`gatepass doctor` checks who may write where the workflows are.',
  },
  {
    number: 77,
    attack: 'settings point at an empty ledger, or turn the sweep into a plan',
    defence:
      'Neither is a setting (`schema/settings.schema.json`); a missing ledger stops grants (`sweep/read-ledger.ts`).',
    levels: ['U', 'F'],
    gates: '2',
    residual: 'Inputs of the workflow are governing files, and held as such.',
    live: null,
  },
  {
    number: 78,
    attack: 'requesters cancel or flood the sweep that would take back their grants',
    defence:
      'The gate starts a sweep again while a merge is unread or something due is not done, whatever became of the runs (`app/clock.ts`, `app/owed-sweep.ts`), and switches the workflow on again (`app/workflow-state.ts`); while none gets through, it tells people (`app/clock-alarms.ts`) and holds what is allowed (`app/judge.ts`). The sweep can live in a repository where requesters do not write (`docs/guides/workflow/gatepass-operations.yml`).',
    levels: ['F'],
    gates: 'none',
    residual:
      'In one repository writers can cancel each run that the gate starts, and disable the workflow as often as it is switched on: then grants are late, and so are revokes. People hear of it within minutes (`sweep-late`, `sweep-silent`, `sweep-off`, by the issue and the alert webhook). The operations repository closes this.',
    live: '`gatepass doctor` says which layout it is and what that concedes.',
  },
  {
    number: 79,
    attack: 'a later start escapes conditions, freezes, locks, or lost eligibility',
    defence:
      'Decided at the merge and again at the start (`sweep/resolve.ts`); calendars and freezes hold over the whole window (`core/policy/calendar.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 80,
    attack: 'an approval is collected after an unapproved merge, or a flapping signal is waited out',
    defence:
      'Reviews count if submitted by the merge (`core/policy/reviews.ts`); the first complete decision is final (`sweep/authorise.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'A signal that flaps is decided by what it says at the merge.',
    live: null,
  },
  {
    number: 81,
    attack: 'parent and tip both allow, but not the same thing',
    defence:
      'Subject, bindings and run must be equal, and the shorter time holds (`sweep/derive-grant.ts`, `sweep/grant-terms.ts`).',
    levels: ['U', 'F'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 82,
    attack: 'a level over a standing lower one: its end removes or keeps the wrong one',
    defence: 'Slots have levels and a recorded standing value (`core/reconcile/slots.ts`).',
    levels: ['P', 'F'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 83,
    attack: 'a stalled sweep wakes and grants again after the end',
    defence:
      'Lease, and the end of whom it is for, are checked just before each grant and each restore (`sweep/apply.ts`), and before an action starts (`sweep/actions.ts`); what came of it after our removal is removed again, once its run has said so until it is seen to be gone (`core/ledger/loose.ts`, `core/reconcile/came-back.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'Between the check and the provider’s answer there is a moment; the next sweep removes what came of it. What a killed run sent more than an hour after its lease is taken for what others put there, and said.',
    live: null,
  },
  {
    number: 84,
    attack: 'two conflicting requests are decided in parallel, each against nothing held',
    defence: 'First-parent order, each seeing those before it (`sweep/authorise.ts`).',
    levels: ['P'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 85,
    attack: 'deleting somebody’s request file ends their grant',
    defence:
      'A deletion counts only as a derived return (`sweep/returns.ts`, `core/policy/decide-return.ts`). What anybody may remove is what the ledger calls over, by path and bytes (`core/ledger/request-files.ts`). A quarantined file needs a code owner’s approval to go, or an owner to remove it, whoever it names.',
    levels: ['F'],
    gates: 'both',
    residual: 'Anybody who can write may tidy away a request that was refused, before its requester has read why.',
    live: null,
  },
  {
    number: 86,
    attack: 'an eligible colleague opens for an ineligible receiver, or those who control the receiver approve',
    defence:
      '`subjects` binds the receiver (`core/policy/fit.ts`); controllers are barred (`core/policy/exclusions.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 87,
    attack: 'a catalog of one team uses the credentials of another',
    defence:
      'Catalogs belong to the platform (CODEOWNERS), and a binding to one resource, as it is written (`core/document/governance/bindings.ts`) and by the ids of the provider while it is held (`sweep/resolve.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 88,
    attack: 'a rebase merge loosens policy, asks, and restores policy',
    defence: 'Merge or squash only, and the commit changes exactly what its pull request changes (`sweep/derive.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 89,
    attack: 'who pushed to the branch approves commits under the requester’s name',
    defence:
      'Pushers are barred; a pusher that is unknown or an app, or a list that does not reach back to the making of the branch, bars everybody unless the opener signed every commit and is not the account of all workflows (`github/pushers.ts`, `core/policy/exclusions.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual:
      'Repository activity is GitHub’s word. Unknown pushers leave the requester’s own signature as the only proof. The push of a deploy key is told, as far as is known, as one of who added the key: whoever else holds it is not barred.',
    live: 'The operator lets no deploy key write to the access repository.',
  },
  {
    number: 90,
    attack: 'revoking by today’s configuration removes the wrong thing',
    defence: 'An intent records configuration and immutable ids, and removals use only these (`sweep/effects.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'A credential that is removed, or renamed in the environment, keeps old grants from being taken back: an alert says so.',
    live: null,
  },
  {
    number: 91,
    attack: 'an automatic grant is renewed for ever',
    defence:
      '`maxContinuous` over joined windows of one place, whichever of a resource’s roles fills it (`core/policy/guardrails.ts`).',
    levels: ['P'],
    gates: 'both',
    residual: 'Holds where a guardrail says it.',
    live: null,
  },
  {
    number: 92,
    attack: 'a lock is too slow to add or too easy to remove',
    defence: 'An added lock works however it came to the branch; removing one is a policy change (`sweep/locks.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'A lock works with the next sweep, which the push starts; where runs are held up, it waits as they do (78).',
    live: null,
  },
  {
    number: 93,
    attack: 'a command comes from an outsider, an edited comment or a bot, or the comment of the gate is forged',
    defence:
      'Created, by a human, alone on the first line, read again by who acts on it (`sweep/command-comments.ts`). Whoever may write can edit anybody’s comment, so GraphQL is asked whether anybody did, be it within the second (`github/comment-edits.ts`); until it answers, nothing follows. The sweep asks whose word ends a grant or clears a review (`sweep/returns.ts`, `sweep/reviews.ts`); the app answers who opened the pull request and whoever may write, nobody else (`app/commands.ts`). Our comment is known by our app’s id (`github/comments.ts`).',
    levels: ['F'],
    gates: 'both',
    residual:
      'Anybody can write a comment that looks like ours to people; GitHub shows who wrote it. Whoever may write can void the command of another by editing or deleting it before it is read. An outsider who comments, where anybody may, costs the app three reads, with `/gatepass return` a sweep in twenty seconds, and the gate as an Action a run, which decides as always.',
    live: null,
  },
  {
    number: 94,
    attack: 'break-glass is repeated, or used to skip eligibility or maxima',
    defence:
      'It replaces approvals only, and a live or unreviewed one blocks the next (`core/policy/break-glass.ts`), however long it is waited out (`core/ledger/live.ts`). The review is an owner’s who had no part in it, read by the sweep itself; overdue, it is an alert (`sweep/reviews.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual:
      'One use an hour long is possible at any time, by who is on call, and seen. An owner can review without looking.',
    live: null,
  },
];
