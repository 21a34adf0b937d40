/** Repositories as GitHub's API shows them, in the short form and the full one. */
import { atLeast, roleOf } from '../access.ts';
import { seconds } from '../clock.ts';
import type { Actor, Json, Repository, Role } from '../model.ts';
import type { HubState } from '../types.ts';
import { accountJson, nodeId } from './account.ts';

/** Suffixes of the URL templates that every repository shows. */
const LINKS: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

export function repositoryUrl(hub: HubState, repository: Repository): string {
  return `${hub.apiUrl}/repos/${repository.fullName}`;
}

export function minimalRepositoryJson(hub: HubState, repository: Repository): Json {
  const url = repositoryUrl(hub, repository);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    owner: accountJson(hub, repository.owner),
    private: repository.private,
    html_url: `${hub.url}/${repository.fullName}`,
    description: null,
    fork: repository.parent !== null,
    url,
    ...Object.fromEntries(Object.entries(LINKS).map(([name, suffix]) => [name, url + suffix])),
  };
}

/** What pull requests, lists and webhooks embed. */
export function repositoryJson(hub: HubState, repository: Repository): Json {
  const html = `${hub.url}/${repository.fullName}`;
  const open = [...repository.pulls.values()].filter((pull) => pull.state === 'open').length;
  return {
    ...minimalRepositoryJson(hub, repository),
    created_at: seconds(repository.createdAt),
    updated_at: seconds(repository.pushedAt),
    pushed_at: seconds(repository.pushedAt),
    git_url: `git://${html.replace(/^https?:\/\//, '')}.git`,
    ssh_url: `ssh://git@${html.replace(/^https?:\/\//, '')}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** `GET /repos/{owner}/{repo}`. */
export function fullRepositoryJson(hub: HubState, repository: Repository, actor: Actor): Json {
  const { settings } = repository;
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  const role = actor.kind === 'user' ? roleOf(hub, repository, actor.account) : null;
  return {
    ...repositoryJson(hub, repository),
    ...(actor.kind === 'user' ? { permissions: permissionsJson(role) } : {}),
    ...(organization === undefined ? {} : { organization: accountJson(hub, organization.account) }),
    ...(repository.parent === null
      ? {}
      : { parent: repositoryJson(hub, repository.parent), source: repositoryJson(hub, repository.parent) }),
    allow_merge_commit: settings.mergeCommit,
    allow_squash_merge: settings.squash,
    allow_rebase_merge: settings.rebase,
    allow_auto_merge: false,
    allow_update_branch: false,
    delete_branch_on_merge: settings.deleteBranch,
    squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
    squash_merge_commit_message: 'COMMIT_MESSAGES',
    merge_commit_title: 'MERGE_MESSAGE',
    merge_commit_message: 'PR_TITLE',
    temp_clone_token: '',
    network_count: 0,
    subscribers_count: 0,
  };
}

export function permissionsJson(role: Role | null): Json {
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: atLeast(role, 'read'),
  };
}
