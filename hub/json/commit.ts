/** Commits, changed files and trees as GitHub's API shows them. */
import type { Commit, FileChange, Signature } from '../git/types.ts';
import type { Account, Json, Repository } from '../model.ts';
import type { HubState } from '../types.ts';
import { accountJson, nodeId } from './account.ts';
import { repositoryUrl } from './repository.ts';

/** GitHub's own account, which its address belongs to. Not in the state: nobody signs in as it. */
const WEB_FLOW_ACCOUNT: Account = { id: 19_864_447, login: 'web-flow', type: 'User', email: 'noreply@github.com' };

/** The account an e-mail address belongs to, as GitHub links commits to people; `null`: nobody's. */
export function accountOfEmail(hub: HubState, email: string): Account | null {
  const wanted = email.toLowerCase();
  if (wanted === WEB_FLOW_ACCOUNT.email) return WEB_FLOW_ACCOUNT;
  for (const account of hub.accounts.values()) {
    const hidden = `${account.id}+${account.login}@users.noreply.github.com`.toLowerCase();
    if (account.email.toLowerCase() === wanted || hidden === wanted) return account;
  }
  return null;
}

/** The committer of what GitHub itself commits (merges in the web, commits of Apps). */
export const WEB_FLOW = { name: 'GitHub', email: 'noreply@github.com' } as const;

export function gitCommitJson(hub: HubState, repository: Repository, commit: Commit): Json {
  const url = repositoryUrl(hub, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${hub.url}/${repository.fullName}/commit/${commit.sha}`,
    author: { ...commit.author },
    committer: { ...commit.committer },
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: parentsJson(hub, repository, commit, 'git/commits'),
    verification: verificationJson(hub, commit),
  };
}

export function commitJson(hub: HubState, repository: Repository, commit: Commit): Json {
  const url = `${repositoryUrl(hub, repository)}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: { ...commit.author },
      committer: { ...commit.committer },
      message: commit.message.trimEnd(),
      tree: { sha: commit.tree, url: `${repositoryUrl(hub, repository)}/git/trees/${commit.tree}` },
      url: `${repositoryUrl(hub, repository)}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: verificationJson(hub, commit),
    },
    url,
    html_url: `${hub.url}/${repository.fullName}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: linked(hub, commit.author),
    committer: linked(hub, commit.committer),
    parents: parentsJson(hub, repository, commit, 'commits'),
  };
}

function linked(hub: HubState, by: Signature): Json | null {
  const account = accountOfEmail(hub, by.email);
  return account === null ? null : accountJson(hub, account);
}

function parentsJson(hub: HubState, repository: Repository, commit: Commit, kind: string): Json[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${repositoryUrl(hub, repository)}/${kind}/${sha}`,
    html_url: `${hub.url}/${repository.fullName}/commit/${sha}`,
  }));
}

function verificationJson(hub: HubState, commit: Commit): Json {
  const verified = hub.verified.has(commit.sha);
  const reason = verified ? 'valid' : commit.signed ? 'unknown_key' : 'unsigned';
  return {
    verified,
    reason,
    signature: verified ? '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n' : null,
    payload: verified ? `tree ${commit.tree}\n` : null,
    verified_at: verified ? commit.committer.date : null,
  };
}

/** `{id, message, …}` of the `push` event. */
export function pushCommitJson(
  hub: HubState,
  repository: Repository,
  commit: Commit,
  changes: readonly FileChange[],
): Json {
  const person = (by: Signature): Json => {
    const account = accountOfEmail(hub, by.email);
    return { name: by.name, email: by.email, ...(account === null ? {} : { username: account.login }) };
  };
  const paths = (...kinds: FileChange['status'][]): string[] =>
    changes.filter((change) => kinds.includes(change.status)).map((change) => change.path);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.trimEnd(),
    timestamp: commit.committer.date,
    url: `${hub.url}/${repository.fullName}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths('added', 'copied', 'renamed'),
    removed: [
      ...paths('removed'),
      ...changes.flatMap((change) =>
        change.status === 'renamed' && change.previousPath !== null ? [change.previousPath] : [],
      ),
    ],
    modified: paths('modified', 'changed'),
  };
}

export function fileJson(
  hub: HubState,
  repository: Repository,
  at: string,
  change: FileChange,
  patch: string | undefined,
): Json {
  const path = change.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: change.status === 'removed' ? change.previousBlob : change.blob,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${hub.url}/${repository.fullName}/blob/${at}/${path}`,
    raw_url: `${hub.url}/${repository.fullName}/raw/${at}/${path}`,
    contents_url: `${repositoryUrl(hub, repository)}/contents/${path}?ref=${at}`,
    ...(patch === undefined ? {} : { patch }),
    ...(change.previousPath === null ? {} : { previous_filename: change.previousPath }),
  };
}
