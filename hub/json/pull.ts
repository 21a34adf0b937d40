/** Pull requests, reviews, comments and issues as GitHub's API shows them. */
import { roleOf } from '../access.ts';
import { seconds } from '../clock.ts';
import type { Account, Comment, Issue, IssueEvent, Json, PullRequest, Repository, Review } from '../model.ts';
import { mergeability } from '../pulls/mergeability.ts';
import type { HubState } from '../types.ts';
import { accountJson, appJson, nodeId, teamJson, teamSimpleJson } from './account.ts';
import { repositoryJson, repositoryUrl } from './repository.ts';

/** The short form, of lists and of webhooks about reviews. */
export function pullSimpleJson(hub: HubState, repository: Repository, pull: PullRequest): Json {
  const url = `${repositoryUrl(hub, repository)}/pulls/${pull.number}`;
  const issue = `${repositoryUrl(hub, repository)}/issues/${pull.number}`;
  const html = `${hub.url}/${repository.fullName}/pull/${pull.number}`;
  const statuses = `${repositoryUrl(hub, repository)}/statuses/${pull.head.sha}`;
  const at = (instant: string | null): string | null => (instant === null ? null : seconds(instant));
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(hub, repository)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: accountJson(hub, pull.user),
    body: pull.body,
    labels: pull.labels.map((name) => labelJson(hub, repository, name)),
    milestone: null,
    active_lock_reason: null,
    created_at: at(pull.createdAt),
    updated_at: at(pull.updatedAt),
    closed_at: at(pull.closedAt),
    merged_at: at(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: pull.reviewers.map((each) => accountJson(hub, each)),
    requested_teams: pull.reviewerTeams.map((each) => teamJson(hub, each)),
    head: sideJson(hub, pull.head.repository, pull.head, pull.user),
    base: sideJson(hub, repository, pull.base, repository.owner),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${repositoryUrl(hub, repository)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(hub, repository, pull.user),
    auto_merge: null,
    draft: pull.draft,
  };
}

function sideJson(
  hub: HubState,
  repository: Repository | null,
  side: { readonly ref: string; readonly sha: string },
  fallback: Account,
): Json {
  const owner = repository?.owner ?? fallback;
  return {
    label: `${owner.login}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: accountJson(hub, owner),
    repo: repository === null ? null : repositoryJson(hub, repository),
  };
}

/** The full form, with what has to be computed: mergeability and counts. */
export async function pullJson(hub: HubState, repository: Repository, pull: PullRequest): Promise<Json> {
  const base = await comparisonBase(repository, pull);
  const [merge, changes, commits] = await Promise.all([
    mergeability(hub, repository, pull),
    repository.git.diff(base, pull.head.sha),
    repository.git.history(pull.head.sha, base),
  ]);
  return {
    ...pullSimpleJson(hub, repository, pull),
    // Without their parents here, GitHub's description says.
    requested_teams: pull.reviewerTeams.map((each) => teamSimpleJson(hub, each)),
    merged: pull.mergedAt !== null,
    mergeable: merge.mergeable,
    rebaseable: merge.mergeable,
    mergeable_state: merge.state,
    merged_by: pull.mergedBy === null ? null : accountJson(hub, pull.mergedBy),
    comments: repository.comments.filter((comment) => comment.issue === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: changes.reduce((sum, change) => sum + change.additions, 0),
    deletions: changes.reduce((sum, change) => sum + change.deletions, 0),
    changed_files: changes.length,
  };
}

/** The merge base that files and commits are counted from; a merged pull request keeps the base it had. */
export async function comparisonBase(repository: Repository, pull: PullRequest): Promise<string> {
  const tip = pull.mergedAt === null ? await repository.git.resolve(`refs/heads/${pull.base.ref}`) : null;
  const from = tip ?? pull.base.sha;
  return (await repository.git.mergeBase(from, pull.head.sha)) ?? from;
}

export function association(hub: HubState, repository: Repository, account: Account): string {
  if (repository.owner.id === account.id) return 'OWNER';
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  if (organization?.members.get(account.id)?.state === 'active') return 'MEMBER';
  if (repository.collaborators.has(account.id)) return 'COLLABORATOR';
  return roleOf(hub, repository, account) === null ? 'NONE' : 'CONTRIBUTOR';
}

/** `state` as the API writes it, in capitals; webhooks write it in lower case. */
export function reviewJson(hub: HubState, repository: Repository, pull: PullRequest, review: Review): Json {
  const html = `${hub.url}/${repository.fullName}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const url = `${repositoryUrl(hub, repository)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: accountJson(hub, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: association(hub, repository, review.user),
    _links: { html: { href: html }, pull_request: { href: url } },
    ...(review.submittedAt === null ? {} : { submitted_at: seconds(review.submittedAt) }),
    commit_id: review.commitId,
  };
}

export function commentJson(hub: HubState, repository: Repository, comment: Comment): Json {
  const url = `${repositoryUrl(hub, repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${hub.url}/${repository.fullName}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(hub, repository)}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: accountJson(hub, comment.user),
    created_at: seconds(comment.createdAt),
    updated_at: seconds(comment.updatedAt),
    body: comment.body,
    author_association: association(hub, repository, comment.user),
    reactions: reactionsJson(url, comment.reactions),
    performed_via_github_app: comment.app === null ? null : appJson(hub, comment.app),
  };
}

const REACTIONS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const;

export function reactionsJson(url: string, reactions: readonly { readonly content: string }[]): Json {
  const counts = REACTIONS.map((name) => [name, reactions.filter((each) => each.content === name).length]);
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}

function labelJson(hub: HubState, repository: Repository, name: string): Json {
  let id = 0;
  for (const letter of name) id = (id * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000_007;
  const url = `${repositoryUrl(hub, repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId('Label', id), url, name, color: 'ededed', default: false, description: '' };
}

/** A pull request seen as an issue. */
/** An issue; every pull request is shown as one, too. */
export function issueJson(hub: HubState, repository: Repository, issue: PullRequest | Issue): Json {
  return 'base' in issue ? pullAsIssueJson(hub, repository, issue) : plainIssueJson(hub, repository, issue);
}

function plainIssueJson(hub: HubState, repository: Repository, issue: Issue): Json {
  const url = `${repositoryUrl(hub, repository)}/issues/${issue.number}`;
  return {
    url,
    repository_url: repositoryUrl(hub, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${hub.url}/${repository.fullName}/issues/${issue.number}`,
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: accountJson(hub, issue.user),
    labels: issue.labels.map((name) => labelJson(hub, repository, name)),
    state: issue.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repository.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: seconds(issue.createdAt),
    updated_at: seconds(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : seconds(issue.closedAt),
    author_association: association(hub, repository, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: reactionsJson(url, []),
    performed_via_github_app: issue.app === null ? null : appJson(hub, issue.app),
    state_reason: issue.state === 'closed' ? 'completed' : null,
  };
}

function pullAsIssueJson(hub: HubState, repository: Repository, pull: PullRequest): Json {
  const url = `${repositoryUrl(hub, repository)}/issues/${pull.number}`;
  const simple = pullSimpleJson(hub, repository, pull);
  const { html_url, diff_url, patch_url, labels, user, author_association } = simple;
  return {
    url,
    repository_url: repositoryUrl(hub, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url,
    id: pull.id + 1,
    node_id: simple['node_id'],
    number: pull.number,
    title: pull.title,
    user,
    labels,
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repository.comments.filter((comment) => comment.issue === pull.number).length,
    created_at: simple['created_at'],
    updated_at: simple['updated_at'],
    closed_at: simple['closed_at'],
    author_association,
    active_lock_reason: null,
    draft: pull.draft,
    pull_request: { url: simple['url'], html_url, diff_url, patch_url, merged_at: simple['merged_at'] },
    body: pull.body,
    reactions: reactionsJson(url, []),
    performed_via_github_app: null,
    state_reason: null,
  };
}

export function issueEventJson(hub: HubState, repository: Repository, event: IssueEvent): Json {
  return {
    id: event.id,
    node_id: nodeId('IssueEvent', event.id),
    url: `${repositoryUrl(hub, repository)}/issues/events/${event.id}`,
    actor: accountJson(hub, event.actor),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: seconds(event.at),
    performed_via_github_app: null,
    ...event.extra,
  };
}
