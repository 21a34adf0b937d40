/** Target systems and accounts. */
import type { Fault } from '../catalog.ts';

export const TARGETS: readonly Fault[] = [
  {
    number: 10,
    happens: 'a target says that it is asked too often',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 11,
    happens: 'a target fails for half an hour',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 17,
    happens: 'a clock is wrong',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 24,
    happens: 'the trust that a target has in our credential is broken',
    behaviour:
      'What the target refuses is said in its own words: a grant does not begin, and lapses (`sweep/observe.ts`, `sweep/resolve.ts`); a removal is tried for ever, with alerts (`core/reconcile/plan.ts`). `gatepass doctor` reads which OIDC subject the sweep has, says what targets have to trust, and warns of a subject by name alone (`core/attest/judge-more.ts`).',
    bound:
      'said by the first sweep that meets it; an alert five minutes after a removal is due; mended by the sweep after the mending',
    simulated: null,
    gap: 'Doctor knows what the sweep presents, not what a target trusts: nothing reads the trust of a cloud. The claims of services in `policies/people.yaml` are not checked against anything yet.',
  },
  {
    number: 25,
    happens: 'the account of a subject is deleted',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 26,
    happens: 'a login is renamed, or taken by somebody else',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 29,
    happens: 'what a grant is held in is deleted',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 30,
    happens: 'what a grant is held in is made again under the same name',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
