/**
 * What the policies on the default branch say of who is called and reminded. Words only: nothing is granted, merged or
 * ended by it, so a branch that was not accepted yet does no harm.
 */

import type { Governance, Notifications } from '../core/document/documents.ts';
import { DEFAULT_SETTINGS } from '../core/document/governance/settings.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import { readBranchTip } from '../github/branch-store.ts';
import type { GitHub } from '../github/client.ts';
import { readGoverning } from '../github/governing.ts';
import type { Gate } from './gate.ts';

/** As usual where the policies do not parse. Throws `GitHubError`. */
export async function readNotifications(gate: Gate, github: GitHub, branch: string): Promise<Notifications> {
  const governance = await readGovernance(gate, github, branch);
  return governance?.settings.notifications ?? DEFAULT_SETTINGS.notifications;
}

/** Who is called when something needs a person: names with `@`, as GitHub mentions them. Throws `GitHubError`. */
export async function readMentions(gate: Gate, github: GitHub, branch: string): Promise<readonly string[]> {
  const governance = await readGovernance(gate, github, branch);
  const { failures, alerts } = governance?.settings.notifications ?? DEFAULT_SETTINGS.notifications;
  if (!failures) return [];
  return alerts.flatMap((principal) => {
    if (principal.kind === 'team') return [`@${gate.repository.owner}/${principal.name}`];
    const login = principal.kind === 'person' ? governance?.people.people[principal.name]?.login : undefined;
    return login === undefined ? [] : [`@${login}`];
  });
}

async function readGovernance(gate: Gate, github: GitHub, branch: string): Promise<Governance | null> {
  const tip = await readBranchTip(github, gate.repository, branch);
  if (tip === null) return null;
  const { files } = await readGoverning(github, gate.repository, tip, gate.git);
  const parsed = parseGovernance(files);
  return parsed.ok ? parsed.value : null;
}
