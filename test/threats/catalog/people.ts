/** Who asks, who approves, and whether they are who they seem. */
import type { Threat } from '../catalog.ts';

export const PEOPLE: readonly Threat[] = [
  {
    number: 11,
    attack: 'the request names somebody else as its requester',
    defence:
      'The requester is the author of the pull request by numeric id; the document has no such field (`schema/access-request.schema.json`), and another receiver needs a rule with `openers` (`core/policy/fit.ts`, `core/policy/asked.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'Whoever takes over a GitHub account asks as its owner.',
    live: null,
  },
  {
    number: 12,
    attack: 'somebody else opens the pull request, and who receives the grant approves it',
    defence: 'The receiver is barred from approving, beside the requester (`core/policy/exclusions.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'Two people who agree can ask for each other: count two approvals where that matters.',
    live: null,
  },
  {
    number: 13,
    attack: 'the approver wrote or committed a commit of the branch',
    defence: 'Author and committer of every commit are barred (`core/policy/exclusions.ts`).',
    levels: ['U'],
    gates: 'both',
    residual:
      'A merge of the base branch that GitHub made and signed bars nobody by its author, but whoever pressed the button is a pusher, and barred as such (89).',
    live: null,
  },
  {
    number: 14,
    attack: 'the e-mail of a commit belongs to nobody, so that a contributor vanishes',
    defence:
      'A commit whose author, committer or co-author is no GitHub account makes the pull request invalid (`core/policy/commits.ts`); GitHub itself is believed only under its own signature.',
    levels: ['U'],
    gates: 'both',
    residual: 'A commit can name somebody innocent, who is then barred: that costs an approver, never adds one.',
    live: null,
  },
  {
    number: 15,
    attack: 'a hand in the branch is hidden in a co-author line, a push, or behind the second parent of a merge',
    defence:
      'Co-authors are read anywhere in the message (`github/commits.ts`), pushers from repository activity (`github/pushers.ts`), and GitHub lists commits behind both parents; all are barred, and merges other than of the base count as any commit (`core/policy/exclusions.ts`, `core/policy/commits.ts`).',
    levels: ['U'],
    gates: 'both',
    residual:
      'Text that somebody sent over a chat leaves no trace. Where activity is unreadable, every commit must be signed by the requester.',
    live: null,
  },
  {
    number: 16,
    attack: 'more than 250 commits, so that the list of authors is cut short',
    defence:
      'At most 20 commits in a request, and as many listed as GitHub counts (`core/policy/pull-shape.ts`); a list that may be cut is an error (`github/commits.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 17,
    attack: 'an approval from before the last push is counted',
    defence: 'An approval counts only if its `commit_id` is the head (`core/policy/reviews.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 18,
    attack:
      'the commit was pushed elsewhere before the approval, and the branch is moved to it afterwards, so that its dates look old',
    defence:
      'No date of a commit or push is looked at: an approval names the commit, or is void (`core/policy/reviews.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 19,
    attack: 'a review is sent without a commit while the branch moves, and binds to what its author never saw',
    defence:
      'What was shown at an older commit and is sent with it, as GitHub’s page does, is void (`core/policy/reviews.ts`). Where a rule or guardrail asks for the digest, as the example does for what is critical, an approval counts only with the digest of path and text, 128 bits of SHA-256, that the check and the comment show (`core/policy/request-digest.ts`, `core/policy/voices.ts`). The approver’s own `limit:` bounds what can come of a surprise, and gate 2 records commit and review in the ledger.',
    levels: ['U', 'F'],
    gates: 'both',
    residual:
      'Where no policy asks for the digest, a client that sends no commit (the API, `gh pr review`) approves the newest by definition; that is bounded by `max`, guardrails and the subject, which the branch cannot change. Reviews older than the check of their commit count: a check is no evidence, since anybody who may write checks can make one, and it is deleted in time.',
    live: null,
  },
  {
    number: 20,
    attack: 'an old approval comes back after requested changes or a dismissal',
    defence:
      'Of each person only the latest decisive review speaks; a dismissal takes the earlier ones with it; requested changes of an eligible approver block (`core/policy/reviews.ts`, `core/policy/approvals.ts`). What is dismissed after the merge stands as it stood at the merge, for and against (`github/pull-request.ts`).',
    levels: ['P'],
    gates: 'both',
    residual: 'Requested changes of somebody who may not approve do not block, so that nobody can hold up others.',
    live: null,
  },
  {
    number: 21,
    attack: 'a pending review, a comment, a label, a reaction or an edited text is taken for an approval',
    defence:
      'Only submitted reviews with state APPROVED are looked at (`core/policy/reviews.ts`); comments are commands, of which none approves (`app/commands.ts`). Whoever may write can edit anybody’s review, so GraphQL is asked whether an approval was edited (`github/review-edits.ts`): one that was, by another or later than five seconds after it was submitted, counts for nothing.',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'An edit can void an approval up to the first sweep; then it is asked for again.',
    live: null,
  },
  {
    number: 22,
    attack: 'a bot, or an Actions token, approves',
    defence:
      'Reviewers have the type `User`, and are members of an eligible team (`core/policy/reviews.ts`, `core/policy/voices.ts`).',
    levels: ['U', 'L'],
    gates: 'both',
    residual: 'A machine account that is an ordinary user looks human: keep them out of teams that approve.',
    live: '`gatepass doctor` (check `actions-approve`) checks that Actions may not create or approve pull requests, in the organisation and the repository.',
  },
  {
    number: 23,
    attack: 'one human approves with a second account',
    defence:
      'Only members of the teams that policy names can approve, by numeric id (`core/policy/voices.ts`); rules can ask two teams (`core/policy/matching.ts`).',
    levels: ['U', 'L'],
    gates: 'both',
    residual:
      'That two accounts are one human, GitHub does not say. An account that was let into the team counts, whoever sits behind it.',
    live: 'The operator checks that membership of the organisation and of the approving teams comes from the identity provider (SAML or managed users, team sync), one account a person.',
  },
  {
    number: 24,
    attack: 'one person fills two places of a quorum',
    defence:
      'Places are filled by a matching of distinct numeric ids over all requirements (`core/policy/matching.ts`); a delegated seat is used once (`core/policy/voices.ts`).',
    levels: ['P'],
    gates: 'both',
    residual: 'For policy changes one owner of two paths approves both, by design.',
    live: null,
  },
  {
    number: 25,
    attack: 'the approver leaves the team or the organisation after approving',
    defence:
      'Events on teams, members and the organisation decide every open pull request again (`app/webhooks.ts`); gate 2 reads memberships again before it grants (`sweep/derive-grant.ts`). Only active members count (`core/policy/principals.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'Once applied, a grant lasts to its end, though its approver leaves: lock it, or give it back.',
    live: null,
  },
  {
    number: 26,
    attack: 'the app cannot see a team, and takes that for an empty one',
    defence:
      'A team that was not read is unknown, which is a fault where it matters, and excludes where it bars (`github/memberships.ts`, `core/policy/principals.ts`, `core/policy/exclusions.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'A list that GitHub gives in full but wrong is believed.',
    live: null,
  },
  {
    number: 27,
    attack: 'a login is renamed and taken by another, or a team is deleted and made again under its name',
    defence:
      'People are the numeric ids of `policies/people.yaml`, in rules, reviews and the ledger (`core/policy/principals.ts`). Teams can be pinned there by id: another team under the name is unknown (`core/policy/principals.ts`).',
    levels: ['U'],
    gates: 'both',
    residual:
      'A team that is not pinned is known by its name alone. CODEOWNERS knows only names: GitHub’s own review rules follow them.',
    live: null,
  },
];
