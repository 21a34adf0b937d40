/** Decisions for the tests of what is said about them: real ones, with a field changed where no evidence gets there. */
import type {
  Allow,
  Decision,
  Deny,
  Fault,
  Invalid,
  Pending,
  Reason,
  RequirementStatus,
} from '../../../core/policy/decision.ts';
import { anEvidence, type EvidenceBuilder } from '../../support/evidence.ts';

type Of<Verdict> = Extract<Decision, { verdict: Verdict }>;

function decided<Verdict extends Decision['verdict']>(evidence: EvidenceBuilder, verdict: Verdict): Of<Verdict> {
  const decision = evidence.decide();
  if (decision.verdict !== verdict) throw new Error(`expected ${verdict}, decided ${decision.verdict}`);
  return decision as Of<Verdict>;
}

export const allowed = (over: Partial<Allow> = {}): Allow => ({
  ...decided(anEvidence().approvedBy('bob'), 'allow'),
  ...over,
});
export const pending = (over: Partial<Pending> = {}): Pending => ({ ...decided(anEvidence(), 'pending'), ...over });
export const denied = (over: Partial<Deny> = {}): Deny => ({
  ...decided(anEvidence().fields({ duration: '3d' }), 'deny'),
  ...over,
});
export const invalid = (over: Partial<Invalid> = {}): Invalid => ({
  ...decided(anEvidence().fields({ duration: 'soon' }), 'invalid'),
  ...over,
});
export const fault = (over: Partial<Fault> = {}): Fault => ({
  ...decided(anEvidence().withoutTeam('orders'), 'fault'),
  ...over,
});

/** An action that is allowed. */
export const runOnce = (over: Partial<Allow> = {}): Allow => ({
  ...decided(
    anEvidence()
      .asking('requests/checkout/restart/now.yaml', { within: '30m', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
      .approvedBy('bob'),
    'allow',
  ),
  ...over,
});

export const reason = (message: string, holds: boolean | null, over: Partial<Reason> = {}): Reason => ({
  code: 'made-up',
  message,
  holds,
  place: null,
  because: [],
  ...over,
});

export const requirement = (over: Partial<RequirementStatus> = {}): RequirementStatus => ({
  source: 'a rule',
  from: [{ kind: 'team', name: 'orders' }],
  label: 'team:orders',
  needed: 1,
  filledBy: [],
  candidates: [],
  ...over,
});

export const by = (login: string) => ({ id: 1, login, review: 1 });

export const LINKS = { repository: 'https://github.test/acme/access' };
