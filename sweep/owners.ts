/** Who owns what a grant is for: the resource's owner or a code owner of the request's path, under the accepted files. */

import type { GrantState } from '../core/ledger/state.ts';
import type { Answer } from '../core/policy/answer.ts';
import { isActive, isOneOf } from '../core/policy/principals.ts';
import type { Setting } from '../core/policy/setting.ts';
import type { Instant } from '../core/time.ts';
import { GitHubError } from '../github/client.ts';
import { readSetting } from './setting.ts';
import type { SweepWorld } from './world.ts';

const OWNERS = [{ kind: 'owner' }, { kind: 'codeowners' }] as const;

/** Whether this account owns what the grant is for, by numeric id. What GitHub does not give is `unknown`. */
export type IsOwner = (grant: GrantState, id: number) => Promise<Answer>;

/**
 * Asks for the people once, with the first question, and never again: anybody may comment `/gatepass return`, and whoever
 * does so a hundred times makes no removal wait for a hundred lists of teams. What failed once is `unknown` to all.
 */
export function ownership(
  world: SweepWorld,
  { accepted, now }: { readonly accepted: string; readonly now: Instant },
): IsOwner {
  let setting: Promise<Setting> | null = null;
  return async (grant, id) => {
    try {
      setting ??= readSetting(world, { accepted, instead: [], needsPeople: () => true, now });
      return answerOf(await setting, grant, id, now);
    } catch (error) {
      if (error instanceof GitHubError) return 'unknown';
      throw error;
    }
  };
}

function answerOf(setting: Setting, grant: GrantState, id: number, now: Instant): Answer {
  const active = isActive(setting.evidence, id);
  if (active !== 'yes') return active;
  const { resources } = setting.governance;
  const name = grant.terms.resource;
  const resource = Object.hasOwn(resources, name) ? (resources[name] ?? null) : null;
  return isOneOf(OWNERS, { kind: 'person', id }, { setting, resource, path: grant.request.path, at: now });
}
