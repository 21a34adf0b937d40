/** The facts that a condition may read, taken from the request and the evidence. */
import { DAY, plus } from '../time.ts';
import { type ConditionResult, evaluateCondition } from './conditions.ts';
import type { HeldGrant } from './evidence.ts';
import type { Ask } from './setting.ts';

export function conditionOf(text: string, ask: Ask): ConditionResult {
  const { request, asked, setting, resource } = ask;
  const author = setting.evidence.pullRequest.author;
  const held = heldGrants(ask);
  const since = (length: number) => held.filter((grant) => grant.starts >= plus(ask.at, -length)).length;
  return evaluateCondition(text, setting.governance.organization.signals, {
    now: ask.at,
    request: {
      kind: request.kind,
      entitlement: asked.entitlement,
      duration: ask.length,
      reason: request.reason,
      ticket: request.ticket ?? '',
      breakGlass: request.kind === 'AccessRequest' && request.breakGlass,
      inputs: request.kind === 'ActionRequest' ? request.inputs : {},
    },
    subject: { kind: asked.subject.kind, name: asked.subject.name },
    opener: { id: author.id, login: author.login, isSubject: isOwn(ask) },
    resource: { name: resource.name, sensitivity: resource.sensitivity, labels: resource.labels },
    history: { grants7d: since(7 * DAY), grants30d: since(30 * DAY), live: liveGrants(ask).length },
    signals: setting.evidence.signals,
  });
}

/** Whether the opener asks for themselves. */
export function isOwn(ask: Ask): boolean {
  return ask.asked.subject.id === ask.asked.opener.id;
}

/** The subject's grants, without the one that this very pull request has led to (it is decided again at its start). */
export function heldGrants(ask: Ask): readonly HeldGrant[] {
  const { subject } = ask.asked;
  const key = subject.id ?? subject.name;
  const own = `${ask.setting.evidence.pullRequest.number}-`;
  return ask.setting.evidence.grants.filter((grant) => grant.subject === key && !grant.id.startsWith(own));
}

/** Those that have not ended when the window would start. */
export function liveGrants(ask: Ask): readonly HeldGrant[] {
  return heldGrants(ask).filter((grant) => grant.expires > ask.at);
}

/** Those that are held at some instant of the window: what could not be taken back is held, whenever it ended. */
export function grantsDuring(ask: Ask): readonly HeldGrant[] {
  return heldGrants(ask).filter((grant) => grant.stuck === true || (grant.expires > ask.at && grant.starts < ask.end));
}
