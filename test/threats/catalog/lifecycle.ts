/** Between the approval and the grant, and what a merge proves. */
import type { Threat } from '../catalog.ts';

export const LIFECYCLE: readonly Threat[] = [
  {
    number: 42,
    attack: 'a push lands between the check and the merge',
    defence:
      'The app merges by `sha`, after deciding once more on fresh facts (`app/evaluate.ts`, `github/merge.ts`). Gate 2 takes the head that was merged (`sweep/derive.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'Whoever merges by hand merges what GitHub shows; gate 2 decides on it all the same.',
    live: null,
  },
  {
    number: 43,
    attack: 'policy, owners or membership change between the approval and the merge',
    defence:
      'A push that moves governance takes back every green check and decides again; an event on a team has everything decided again, and what it takes away is taken back then (`app/webhooks.ts`). Gate 2 asks for an allow at the merge parent and at the tip (`sweep/derive-grant.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'Branches need not be up to date: a merge can win the race against the event. Then gate 2 refuses.',
    live: null,
  },
  {
    number: 44,
    attack: 'the evaluator dies and leaves an old success behind',
    defence:
      'The first thing an evaluation does is to take back a green check (`app/evaluate.ts`); after a restart, and every ten minutes, all open pull requests are decided again (`app/app.ts`). Gate 2 reads no check.',
    levels: ['F'],
    gates: 'both',
    residual: 'A dead app leaves the last check as it is. Merging on it grants nothing that gate 2 does not derive.',
    live: null,
  },
  {
    number: 45,
    attack: 'a merge queue lets through a group that nobody decided',
    defence:
      'The merge queue is refused: the check of a group fails, with the setting to change (`app/merge-group.ts`), and gate 2 grants nothing while the rules have one (`core/attest/judge-main.ts`). Gate 2 derives each commit by itself (`sweep/derive.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'With a merge queue nothing is merged: an inconvenience, said by `doctor`.',
    live: '`gatepass doctor` (check `merge-queue`) says that the rules must have no merge queue.',
  },
  {
    number: 46,
    attack: 'squash and rebase change commit ids, or a message forges `(#12)`',
    defence:
      'A request is bound by path and blob, and to the pull request that GitHub says made the commit; messages are not read, rebase merges are quarantined (`sweep/derive.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'A rebase merge of a single commit looks like a squash, and is taken for one: it is decided the same way.',
    live: null,
  },
  {
    number: 47,
    attack: 'a direct push, an admin’s bypass, a merge built by hand or a deploy key puts a request on the branch',
    defence:
      'What does not derive from one merged, approved pull request is quarantined, with an alert (`sweep/derive.ts`, `sweep/authorise.ts`).',
    levels: ['F'],
    gates: '2',
    residual: 'GitHub’s audit log does not show `exempt` bypasses; the quarantine shows their effect.',
    live: null,
  },
  {
    number: 48,
    attack: 'the protection of the branch is weakened silently',
    defence:
      'Before it grants, gate 2 reads the effective rules (`github/attest.ts`, `core/attest/judge.ts`): drift stops grants and no removal (`sweep/attest.ts`). And an unapproved merge is refused whatever the rules let through (`sweep/derive-grant.ts`).',
    levels: ['F', 'L'],
    gates: '2',
    residual:
      'Between two sweeps the rules can be weak and strong again: what was merged meanwhile is decided all the same. Bypass lists are visible to an administrator’s token only.',
    live: '`gatepass doctor`, run as an administrator, reads the effective rules and their bypass lists: a pull request, our check pinned to our app, no bypass, no force push.',
  },
  {
    number: 49,
    attack: 'another app, an Actions token, a status or a skipped job goes by the name of our check',
    defence:
      'The app looks at runs of its own app id only (`github/check-runs.ts`); the rule pins the check to our app (`hub/acme.ts` shows the rules); gate 2 reads no check.',
    levels: ['F', 'L'],
    gates: 'both',
    residual: 'Where the rule does not pin the app, a spoofed check lets a pull request merge; gate 2 refuses it.',
    live: '`gatepass doctor` (checks `check-pinned`, `check-name`) checks that the required check names our app as its source, and that no workflow job bears its name.',
  },
  {
    number: 50,
    attack: 'the file of a live request is edited to prolong it',
    defence:
      'A request that was merged never changes: gate 1 refuses the edit (`core/policy/request-file.ts`), gate 2 quarantines it (`sweep/authorise.ts`), and the window runs from the merge.',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known. To prolong is a new request with its own approval.',
    live: null,
  },
  {
    number: 51,
    attack: 'a request file is deleted to end, or to hide, a grant',
    defence:
      'A deletion ends a grant only as a derived return (`sweep/returns.ts`); otherwise it raises an alert and the grant runs to its end (`sweep/alerts.ts`). State is the ledger’s, never the folder’s.',
    levels: ['F'],
    gates: '2',
    residual:
      'GitHub shows the file as gone while the grant runs on; the alert, the comment and the ledger say that it does.',
    live: null,
  },
  {
    number: 52,
    attack: 'a revert brings an expired request back',
    defence:
      'A path that was ever used asks for nothing again (`core/policy/request-file.ts`, `sweep/authorise.ts`), though its file was tidied away; the window is anchored to the first merge (`core/policy/decide-request.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 53,
    attack: 'two pull requests fill the same place, and the end of one ends the other',
    defence:
      'An id holds the pull request’s number (`core/policy/grant-id.ts`); a slot is held by all its live grants (`core/reconcile/slots.ts`).',
    levels: ['P'],
    gates: '2',
    residual: 'None known.',
    live: null,
  },
  {
    number: 54,
    attack: 'a grant lies over standing access, and its end removes that too',
    defence:
      'What was there before the first grant is recorded and restored (`core/reconcile/slots.ts`, `core/reconcile/plan-slot.ts`).',
    levels: ['F'],
    gates: '2',
    residual:
      'Standing access that somebody takes away while a grant is live is not put back when it ends: it is said (`drift-removed`), and giving it again is theirs to do. Only where the end cannot see what its target holds, it sets what stood there first.',
    live: null,
  },
];
