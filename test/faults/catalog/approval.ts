/** Approval. */
import type { Fault } from '../catalog.ts';

export const APPROVAL: readonly Fault[] = [
  {
    number: 27,
    happens: 'the team that approves is deleted, or emptied',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 28,
    happens: 'an approver leaves after the approval',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 34,
    happens: 'a policy is loosened in the pull request that asks',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 36,
    happens: 'the default branch holds other bytes than were approved',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 37,
    happens: 'the branch is pushed to after the approval',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 38,
    happens: 'CODEOWNERS has an error, or names an owner that does not exist',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 39,
    happens: 'a ruleset is bypassed, or an administrator merges',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 56,
    happens: 'a request comes from a fork',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
