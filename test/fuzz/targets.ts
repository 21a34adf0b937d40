import { codeownersTarget } from './codeowners-target.ts';
import { ledgerTarget } from './ledger-target.ts';
import type { Target } from './target.ts';
import { webhookTarget } from './webhook-target.ts';
import { yamlTargets } from './yaml-target.ts';

/** Everything that reads what somebody else wrote. */
export async function allTargets(): Promise<readonly Target[]> {
  return [...yamlTargets(), codeownersTarget(), ledgerTarget(), await webhookTarget()];
}
