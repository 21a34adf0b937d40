/** A repository, its branches, activity, collaborators, teams and the state of its CODEOWNERS. */
import { atLeast, roleOf, teamRole } from '../access.ts';
import { optionalText } from '../body.ts';
import { seconds } from '../clock.ts';
import { HttpError, notFound, unprocessable } from '../http-error.ts';
import { accountJson, nodeId, teamJson } from '../json/account.ts';
import { commitJson } from '../json/commit.ts';
import { fullRepositoryJson, permissionsJson, repositoryUrl } from '../json/repository.ts';
import type { Account, Json, Role } from '../model.ts';
import { ownersErrors, readOwners } from '../rules/code-owners.ts';
import { rulesFor } from '../rules/patterns.ts';
import type { Call, Route } from '../types.ts';
import { accountNamed, noContent, ok, page } from './answer.ts';

const REPOSITORY = '/repos/{owner}/{repo}';

export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: REPOSITORY,
    needs: 'metadata:read',
    handle: (call) => ok(fullRepositoryJson(call.hub, call.repository, call.actor)),
  },
  { method: 'GET', path: `${REPOSITORY}/branches`, needs: 'contents:read', handle: branches },
  { method: 'GET', path: `${REPOSITORY}/branches/{branch}`, needs: 'contents:read', handle: branch },
  {
    method: 'GET',
    path: `${REPOSITORY}/branches/{branch}/protection`,
    needs: 'administration:read',
    handle() {
      // There are rulesets here, and no classic protection.
      throw new HttpError(404, 'Branch not protected');
    },
  },
  { method: 'GET', path: `${REPOSITORY}/activity`, needs: 'contents:read', handle: activity },
  { method: 'GET', path: `${REPOSITORY}/codeowners/errors`, needs: 'contents:read', handle: codeownersErrors },
  { method: 'GET', path: `${REPOSITORY}/collaborators`, needs: 'metadata:read', handle: collaborators },
  { method: 'GET', path: `${REPOSITORY}/collaborators/{username}`, needs: 'metadata:read', handle: isCollaborator },
  {
    method: 'PUT',
    path: `${REPOSITORY}/collaborators/{username}`,
    needs: 'administration:write',
    handle: addCollaborator,
  },
  {
    method: 'DELETE',
    path: `${REPOSITORY}/collaborators/{username}`,
    needs: 'administration:write',
    handle: removeCollaborator,
  },
  {
    method: 'GET',
    path: `${REPOSITORY}/collaborators/{username}/permission`,
    needs: 'metadata:read',
    handle: permission,
  },
  {
    method: 'GET',
    path: `${REPOSITORY}/teams`,
    needs: 'administration:read',
    handle: (call) => {
      const organization = call.hub.organizations.get(call.repository.owner.login.toLowerCase());
      const teams = [...(organization?.teams.values() ?? [])].filter(
        (team) => teamRole(team, call.repository.id) !== null,
      );
      return page(call, teams, (team) => {
        const role = teamRole(team, call.repository.id);
        return { ...teamJson(call.hub, team), permission: pullName(role), permissions: permissionsJson(role) };
      });
    },
  },
];

async function branches(call: Call) {
  const { hub, repository } = call;
  const refs = await repository.git.refs('refs/heads/');
  return page(call, refs, ({ ref, sha }) => ({
    name: ref.slice('refs/heads/'.length),
    commit: { sha, url: `${repositoryUrl(hub, repository)}/commits/${sha}` },
    protected: rulesFor(repository, ref).length > 0,
  }));
}

async function branch(call: Call) {
  const { hub, repository } = call;
  const name = call.params['branch'] ?? '';
  const sha = await repository.git.resolve(`refs/heads/${name}`);
  const commit = sha === null ? null : await repository.git.commit(sha);
  if (commit === null) throw notFound();
  const self = `${repositoryUrl(hub, repository)}/branches/${name}`;
  return ok({
    name,
    commit: commitJson(hub, repository, commit),
    _links: { self, html: `${hub.url}/${repository.fullName}/tree/${name}` },
    protected: rulesFor(repository, `refs/heads/${name}`).length > 0,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${self}/protection`,
  });
}

/** Newest first, with the pusher of each move; filtered by `ref`, `actor` and `activity_type`. */
function activity(call: Call) {
  const { hub, query, repository } = call;
  const ref = query.get('ref');
  const full = ref === null || ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
  const wanted = repository.activity.filter(
    (each) =>
      (full === null || each.ref === full) &&
      (query.get('actor') === null || each.actor.login === query.get('actor')) &&
      (query.get('activity_type') === null || each.type === query.get('activity_type')),
  );
  const sorted = query.get('direction') === 'asc' ? wanted : wanted.reverse();
  return page(call, sorted, (each) => ({
    id: each.id,
    node_id: nodeId('RepositoryActivity', each.id),
    before: each.before,
    after: each.after,
    ref: each.ref,
    timestamp: seconds(each.at),
    activity_type: each.type,
    actor: accountJson(hub, each.actor),
  }));
}

async function codeownersErrors(call: Call) {
  const at = call.query.get('ref') ?? `refs/heads/${call.repository.defaultBranch}`;
  const file = await readOwners(call.repository, at);
  if (file === null) throw notFound();
  return ok({ errors: ownersErrors(call.hub, call.repository, file) });
}

/** Everybody with a role; `affiliation=direct` keeps those named on the repository itself. */
function collaborators(call: Call) {
  const { hub, repository } = call;
  const direct = call.query.get('affiliation') === 'direct';
  const people = [...hub.accounts.values()].filter((each) => each.type === 'User' && isListed(call, each, direct));
  return page(call, people, (each) => {
    const role = roleOf(hub, repository, each);
    return { ...accountJson(hub, each), permissions: permissionsJson(role), role_name: role ?? 'none' };
  });
}

function isListed(call: Call, account: Account, direct: boolean): boolean {
  if (direct) return call.repository.collaborators.has(account.id);
  return roleOf(call.hub, { ...call.repository, private: true }, account) !== null;
}

function isCollaborator(call: Call) {
  if (!isListed(call, accountNamed(call.hub, call.params['username']), false)) throw notFound();
  return noContent();
}

const NAMES: Readonly<Record<string, Role>> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};

function pullName(role: Role | null): string {
  return Object.entries(NAMES).find(([, each]) => each === role)?.[0] ?? 'pull';
}

/** Members of the organisation get access at once (204). */
function addCollaborator(call: Call) {
  const account = accountNamed(call.hub, call.params['username']);
  const role = NAMES[optionalText(call.body, 'permission') ?? 'push'];
  if (role === undefined) throw unprocessable('Invalid permission');
  call.repository.collaborators.set(account.id, { account, role });
  return noContent();
}

function removeCollaborator(call: Call) {
  call.repository.collaborators.delete(accountNamed(call.hub, call.params['username']).id);
  return noContent();
}

/** `permission` knows only four values; `role_name` tells `maintain` and `triage` apart. */
function permission(call: Call) {
  const { hub, repository } = call;
  const account = accountNamed(hub, call.params['username']);
  const role = roleOf(hub, repository, account);
  const coarse = atLeast(role, 'admin') ? 'admin' : atLeast(role, 'write') ? 'write' : role === null ? 'none' : 'read';
  const user: Json = { ...accountJson(hub, account), permissions: permissionsJson(role), role_name: role ?? 'none' };
  return ok({ permission: coarse, role_name: role ?? 'none', user });
}
