/** Where the rules come from, and which pull request is spoken of. */
import type { Threat } from '../catalog.ts';

export const GOVERNING: readonly Threat[] = [
  {
    number: 1,
    attack: 'policy or CODEOWNERS is read from the head of the pull request that changes it',
    defence:
      'Gate 1 reads every governing file at the tip of the base branch, resolved once (`github/evidence.ts`), and judges a policy change by it (`core/policy/decide-policy.ts`). Gate 2 reads them at the last accepted tree (`sweep/govern.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known. The head is validated as data, so a broken policy is refused before it governs.',
    live: null,
  },
  {
    number: 2,
    attack: 'one pull request changes CODEOWNERS or policy and asks for access',
    defence:
      'A pull request is a request, a return or a policy change, never two of them; a request adds exactly one file (`core/policy/pull-kind.ts`, `core/policy/request-file.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 3,
    attack: 'a `.github/CODEOWNERS` is added and shadows the one in the root',
    defence:
      'All three locations are governing files, in any spelling; more than one is an issue, under which nothing is allowed (`core/codeowners/strict-profile.ts`, `core/document/paths.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known: whoever adds one by a push stops grants, which is seen at once.',
    live: null,
  },
  {
    number: 4,
    attack: 'a workflow or action is changed so that it grants by itself',
    defence:
      'The gate runs no code of a pull request. A workflow is a policy change that the owners of `.github/` approve (`core/policy/decide-policy.ts`), and gate 2 holds everything outside `requests/` to that (`sweep/govern.ts`).',
    levels: ['U', 'F', 'L'],
    gates: 'both',
    residual:
      'A workflow on another branch runs before anybody approves it; it must find no secret there (63). The tests show what the gates do, not how the environment is set up.',
    live: '`gatepass doctor` (check `environment`) checks that the environment `gatepass` admits the default branch only; the operator checks that no repository or organisation secret holds a provider credential.',
  },
  {
    number: 5,
    attack:
      'a check or approval earned against a permissive branch is kept when the pull request is retargeted to the default branch',
    defence:
      'Only the default branch is decided for (`core/policy/pull-shape.ts`, `app/evaluate.ts`); an approval from before the last change of base is void (`core/policy/reviews.ts`); a check is bound to number and base (`github/check-runs.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual:
      'Instants of GitHub are whole seconds: an approval in the very second of the retarget is void as well, and has to be given again.',
    live: null,
  },
  {
    number: 6,
    attack: 'two pull requests have one head, and the check of one speaks for the other',
    defence:
      'While two open pull requests into the branch share a head, neither gets a green check (`app/judge.ts`, `app/evaluate.ts`). Gate 2 quarantines a commit that two pull requests claim (`sweep/derive.ts`).',
    levels: ['F'],
    gates: 'both',
    residual:
      'A twin that is opened between the last look and the merge is merged along with the other where that makes a merge commit, and the request is quarantined. It stays so: both have the same head, commit, instant and merger in GitHub’s answers, so nothing tells which was meant, and each has another requester. With `mergeMethod: squash`, the default, the head never gets into the base and no twin goes along.',
    live: null,
  },
  {
    number: 7,
    attack: 'the pull request comes from a fork, or from one that was deleted',
    defence:
      'The head repository must have the numeric id of this repository; none is none (`core/policy/pull-shape.ts`, and again in `sweep/derive.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known. Work from forks is not possible, by choice.',
    live: null,
  },
  {
    number: 8,
    attack: 'something is true of nothing: no files, no rules, no owners, no approvals asked',
    defence:
      'An empty pull request is invalid, no rule set and no fitting rule are a denial, an unowned path is a denial, a governing file that is missing is a fault (`core/policy/pull-kind.ts`, `core/policy/fit.ts`, `core/policy/decide-policy.ts`). Automatic is only what says `approvals: []`.',
    levels: ['P'],
    gates: 'both',
    residual: 'Whoever writes `approvals: []` means it; guardrails can forbid it for what matters.',
    live: null,
  },
  {
    number: 9,
    attack: 'policy that cannot be read, 403 or 404, falls back to a weaker default',
    defence:
      'There is no default: a tree or blob that GitHub does not give is an error, never an empty list (`github/client.ts`, `github/tree.ts`); the check stays in progress (`app/evaluate.ts`) and the sweep grants nothing (`sweep/look.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'Whoever can revoke the permission can hold up new grants. Removals go on from the ledger alone.',
    live: null,
  },
  {
    number: 10,
    attack: 'a draft, or a pull request that was closed, is approved',
    defence:
      'A draft is at best pending (`core/policy/verdicts.ts`), a closed one is denied (`core/policy/decide.ts`); gate 2 looks at merged ones only (`sweep/derive.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'GitHub itself merges no draft, so gate 2 does not meet one.',
    live: null,
  },
];
