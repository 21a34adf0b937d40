/** Who owns what a grant is for: the resource's owner or a code owner of the request's path, under the accepted files. */

import type { GrantState } from '../core/ledger/state.ts';
import type { Answer } from '../core/policy/answer.ts';
import { isActive, isOneOf } from '../core/policy/principals.ts';
import type { Instant } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { readSetting } from './setting.ts';
import type { SweepWorld } from './world.ts';

const OWNERS = [{ kind: 'owner' }, { kind: 'codeowners' }] as const;

/** By numeric id. What GitHub does not give is `unknown`. */
export async function isOwner(
  world: SweepWorld,
  asked: { readonly accepted: string; readonly now: Instant },
  grant: GrantState,
  id: number,
): Promise<Answer> {
  try {
    const { accepted, now } = asked;
    const setting = await readSetting(world, { accepted, instead: [], needsPeople: () => true, now });
    if (isActive(setting.evidence, id) !== 'yes') return isActive(setting.evidence, id);
    const { resources } = setting.governance;
    const name = grant.terms.resource;
    const resource = Object.hasOwn(resources, name) ? (resources[name] ?? null) : null;
    return isOneOf(OWNERS, { kind: 'person', id }, { setting, resource, path: grant.request.path, at: now });
  } catch (error) {
    if (error instanceof GitHubError) return 'unknown';
    throw error;
  }
}
