/** Whether somebody may pass over a ruleset. */
import { atLeast, membersOf, roleOf } from '../access.ts';
import type { Account, Actor, Repository, Role, Ruleset } from '../model.ts';
import type { HubState } from '../types.ts';

/** GitHub's fixed ids of repository roles in `RepositoryRole` bypass actors. */
const ROLES: Readonly<Record<number, Role>> = { 1: 'read', 2: 'maintain', 3: 'triage', 4: 'write', 5: 'admin' };

export type Passage = 'push' | 'merge';

export function bypasses(hub: HubState, repository: Repository, ruleset: Ruleset, actor: Actor, by: Passage): boolean {
  return ruleset.bypass.some((each) => {
    if (each.mode === 'pull_request' && by !== 'merge') return false;
    if (each.actorType === 'DeployKey') return actor.kind === 'deploy-key';
    if (each.actorType === 'Integration') return actor.kind === 'installation' && actor.app.id === each.actorId;
    return actor.kind === 'user' && isActor(hub, repository, actor.account, each.actorType, each.actorId);
  });
}

function isActor(hub: HubState, repository: Repository, account: Account, type: string, id: number | null): boolean {
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  switch (type) {
    case 'OrganizationAdmin':
      return organization?.members.get(account.id)?.role === 'admin';
    case 'RepositoryRole':
      return atLeast(roleOf(hub, repository, account), ROLES[id ?? 0] ?? 'admin');
    case 'Team': {
      const team = [...(organization?.teams.values() ?? [])].find((each) => each.id === id);
      return team !== undefined && membersOf(team).has(account.id);
    }
    case 'User':
      return account.id === id;
    default:
      return false;
  }
}
