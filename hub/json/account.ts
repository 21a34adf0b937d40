/** Accounts, organisations, teams and Apps as GitHub's API shows them. */
import { membersOf } from '../access.ts';
import { seconds } from '../clock.ts';
import type { Account, App, Installation, Json, Organization, Team } from '../model.ts';
import type { HubState } from '../types.ts';

/** An opaque global id, as GraphQL would give it. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64url');
}

export function accountJson(hub: HubState, account: Account): Json {
  const url = `${hub.apiUrl}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${hub.url}/avatars/u/${account.id}`,
    gravatar_id: '',
    url,
    html_url:
      account.type === 'Bot' ? `${hub.url}/apps/${account.login.replace('[bot]', '')}` : `${hub.url}/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** `GET /users/{username}`: the public profile. */
export function profileJson(hub: HubState, account: Account): Json {
  const at = seconds(hub.clock.now());
  return {
    ...accountJson(hub, account),
    name: account.login,
    company: null,
    blog: '',
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: at,
    updated_at: at,
  };
}

export function organizationJson(hub: HubState, organization: Organization): Json {
  const { login, id } = organization.account;
  const url = `${hub.apiUrl}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${hub.url}/avatars/u/${id}`,
    description: null,
  };
}

export function organizationFullJson(hub: HubState, organization: Organization): Json {
  const at = seconds(hub.clock.now());
  return {
    ...organizationJson(hub, organization),
    name: organization.account.login,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${hub.url}/${organization.account.login}`,
    type: 'Organization',
    default_repository_permission: 'none',
    members_can_create_repositories: false,
    two_factor_requirement_enabled: true,
    created_at: at,
    updated_at: at,
    archived_at: null,
  };
}

export function teamSimpleJson(hub: HubState, team: Team): Json {
  const url = `${hub.apiUrl}/organizations/${team.organization.account.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId('Team', team.id),
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: team.privacy,
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    url,
    html_url: `${hub.url}/orgs/${team.organization.account.login}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: team.organization.account.id,
  };
}

export function teamJson(hub: HubState, team: Team): Json {
  return { ...teamSimpleJson(hub, team), parent: team.parent === null ? null : teamSimpleJson(hub, team.parent) };
}

/** A team as webhooks about pull requests show it. */
export function teamEventJson(hub: HubState, team: Team): Json {
  return { ...teamBareJson(hub, team), parent: team.parent === null ? null : teamBareJson(hub, team.parent) };
}

function teamBareJson(hub: HubState, team: Team): Json {
  const { notification_setting, organization_id, type, ...rest } = teamSimpleJson(hub, team);
  return rest;
}

export function teamFullJson(hub: HubState, team: Team): Json {
  const at = seconds(hub.clock.now());
  return {
    ...teamJson(hub, team),
    members_count: membersOf(team).size,
    repos_count: team.repositories.size,
    created_at: at,
    updated_at: at,
    organization: organizationFullJson(hub, team.organization),
  };
}

export function appJson(hub: HubState, app: App): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    client_id: `Iv1.${app.id.toString(16).padStart(16, '0')}`,
    owner: accountJson(hub, app.owner),
    name: app.name,
    description: null,
    external_url: hub.url,
    html_url: `${hub.url}/apps/${app.slug}`,
    created_at: seconds(app.createdAt),
    updated_at: seconds(app.createdAt),
    permissions: app.permissions,
    events: app.events,
  };
}

export function installationJson(hub: HubState, installation: Installation): Json {
  const { account, app, id } = installation;
  return {
    id,
    account: accountJson(hub, account),
    repository_selection: installation.repositories === null ? 'all' : 'selected',
    access_tokens_url: `${hub.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${hub.apiUrl}/installation/repositories`,
    html_url: `${hub.url}/organizations/${account.login}/settings/installations/${id}`,
    app_id: app.id,
    client_id: `Iv1.${app.id.toString(16).padStart(16, '0')}`,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: app.permissions,
    events: app.events,
    created_at: seconds(installation.createdAt),
    updated_at: seconds(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}
