/** Approval. */
import type { Fault } from '../catalog.ts';

export const APPROVAL: readonly Fault[] = [
  {
    number: 27,
    happens: 'the team that approves is deleted, or emptied',
    behaviour:
      'A team that GitHub does not show makes every decision that rests on it a fault, with the team named (`github/memberships.ts`, `core/policy/approvals.ts`); an emptied one leaves nobody who may approve, which is said. A merged request waits and is tried again; requests of other teams are decided as ever (`sweep/decide-branch.ts`). Grants that are held end in time.',
    bound: 'At once; a merged request is tried for an hour, then lapses.',
    simulated: 'team-gone',
    gap: null,
  },
  {
    number: 28,
    happens: 'an approver leaves after the approval',
    behaviour:
      'Memberships are those of the first application: who left before it does not count any more, and a request with `starts` is decided once more at its start (`core/policy/voices.ts`, `sweep/decide-branch.ts`). Once applied, the approval stands as of its time.',
    bound: 'Up to the first sweep after the merge, or after `starts`.',
    simulated: 'approver-left',
    gap: 'Nothing ends a grant because its approver left later: lock it, or give it back.',
  },
  {
    number: 34,
    happens: 'a policy is loosened in the pull request that asks',
    behaviour:
      'A pull request does one kind of thing, so the two together are refused at both gates (`core/policy/pull-kind.ts`); merged all the same, neither governs nor grants (`sweep/govern.ts`). The policy that is obeyed is always that of the base (`github/evidence.ts`).',
    bound: 'At once.',
    simulated: 'mixed',
    gap: null,
  },
  {
    number: 36,
    happens: 'the default branch holds other bytes than were approved',
    behaviour:
      'The request is read from the merge commit and must be what the merged pull request adds to its first parent, byte by byte and nothing else: anything else is quarantined with an alert (`sweep/derive.ts`, `sweep/alerts.ts`). A file that such a merge deletes ends nothing and is an alert (`sweep/returns.ts`).',
    bound: 'At the next sweep.',
    simulated: 'other-bytes',
    gap: 'Quarantine is left only by a new request.',
  },
  {
    number: 37,
    happens: 'the branch is pushed to after the approval',
    behaviour:
      'An approval counts for the commit it names, and only while that is the head (`core/policy/reviews.ts`); the gate merges by `sha` (`github/merge.ts`). Where policy asks, it also names the digest of the file (`core/policy/request-digest.ts`), as a review sent without a commit binds to whatever is newest.',
    bound: 'At once: there is no window.',
    simulated: 'pushed-after',
    gap: 'A review sent without a commit, where no policy asks for the digest.',
  },
  {
    number: 38,
    happens: 'CODEOWNERS has an error, or names an owner that does not exist',
    behaviour:
      'A CODEOWNERS file outside a strict profile, in which GitHub and Gatepass read the same, is refused as a change and makes every decision under it a fault (`core/codeowners/strict-profile.ts`, `core/policy/governance.ts`). An owner that does not exist is nobody, so its paths cannot be approved (`core/policy/principals.ts`). A broken file on the default branch does not govern: the last good one ends what is held (`sweep/govern.ts`).',
    bound: 'At once.',
    simulated: 'codeowners',
    gap: 'GitHub’s own list of CODEOWNERS errors is not read: the profile is stricter. It does not tell an owner without write access, whose native review GitHub ignores and Gatepass counts.',
  },
  {
    number: 39,
    happens: 'a ruleset is bypassed, or an administrator merges',
    behaviour:
      'The sweep reads no check and no rule-suite result: it derives the approvals of each merge again, so what was merged unapproved is refused, and what no pull request made is quarantined (`sweep/derive-grant.ts`, `sweep/derive.ts`). While the rules let somebody by, grants wait and removals go on (`sweep/attest.ts`, `core/attest/judge-main.ts`).',
    bound: 'the next sweep',
    simulated: 'bypass',
    gap: 'GitHub shows bypass lists to administrators only, which the applier is not: `gatepass doctor`, run by one, sees them. Hidden lists stop nothing by themselves.',
  },
  {
    number: 56,
    happens: 'a request comes from a fork',
    behaviour:
      'The head must be in the access repository, by numeric id; a fork, or one that is gone, is refused at both gates (`core/policy/pull-shape.ts`). Files are read as data by their git id and never checked out (`github/tree.ts`), and the app needs no workflow to see a pull request.',
    bound: 'At once.',
    simulated: 'fork',
    gap: 'The gate as an Action mode runs on `pull_request_target`; where GitHub does not start it for forks there is no check, so nothing can be merged.',
  },
];
