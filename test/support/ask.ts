/** An understood request, over governing documents that may be changed after they were read: what parsing refuses too. */
import type { Governance } from '../../core/document/documents.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { understand } from '../../core/policy/asked.ts';
import { readGovernance } from '../../core/policy/governance.ts';
import type { Refusal } from '../../core/policy/reason.ts';
import type { Ask, Setting } from '../../core/policy/setting.ts';
import { anEvidence, type EvidenceBuilder } from './evidence.ts';

export function settingOf(
  builder: EvidenceBuilder = anEvidence(),
  change: (governance: Governance) => Partial<Governance> = () => ({}),
): Setting {
  const { evidence } = builder;
  const governed = readGovernance(evidence.governing.files);
  if (!governed.ok) throw new Error(governed.issues.map((issue) => issue.message).join('; '));
  const { governance, codeowners } = governed.value;
  return { evidence, governance: { ...governance, ...change(governance) }, codeowners };
}

/** The same, owned by nobody at all. */
export function unowned(setting: Setting): Setting {
  const index = { last: () => null } as unknown as Setting['codeowners']['index'];
  return { ...setting, codeowners: { ...setting.codeowners, index } };
}

export function understood(setting: Setting): Ask | Refusal {
  const [change] = setting.evidence.changes;
  const parsed = parseRequest(change?.path ?? '', change?.text ?? '');
  if (!parsed.ok) throw new Error(parsed.issues.map((issue) => issue.message).join('; '));
  return understand(setting, parsed.value);
}

export function askOf(setting: Setting): Ask {
  const ask = understood(setting);
  if ('is' in ask) throw new Error(ask.reasons.map((reason) => reason.message).join('; '));
  return ask;
}
