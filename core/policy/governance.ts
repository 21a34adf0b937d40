/** The governing files of the evidence, parsed together. If they cannot be, nothing is decided by them. */
import { parseCodeowners } from '../codeowners/parse.ts';
import type { Issue } from '../document/issue.ts';
import { parseGovernance } from '../document/parse-governance.ts';
import { checkCondition } from './conditions.ts';
import type { Evidence } from './evidence.ts';
import { type Refusal, unknown } from './reason.ts';
import type { Setting } from './setting.ts';

export interface Governed {
  readonly is: 'setting';
  readonly setting: Setting;
  readonly warnings: readonly Issue[];
}

export function governanceOf(evidence: Evidence): Governed | Refusal {
  const parsed = parseGovernance(evidence.governing.files, checkCondition);
  if (!parsed.ok) {
    const commit = evidence.governing.commit.slice(0, 7);
    const reasons = [unknown('governance-invalid', `the governing files at ${commit} are not valid`)];
    return { is: 'fault', reasons, issues: parsed.issues };
  }
  const codeowners = parseCodeowners(parsed.value.codeowners.text, parsed.value.codeowners.path);
  return { is: 'setting', setting: { evidence, governance: parsed.value, codeowners }, warnings: parsed.issues };
}
