/** What is told from the pull request alone (threats 2, 7, 8, 10, 14, 16, 28–34). */
import type { Change, Evidence } from '../../core/policy/evidence.ts';

export type Kind = 'request' | 'return' | 'policy';

const WEB_FLOW = 19_864_447;

function pathsOf(change: Change): string[] {
  return change.previousPath === null ? [change.path] : [change.path, change.previousPath];
}

/** `null`: it changes nothing, or is of more than one kind. */
export function kindOf({ changes }: Evidence): Kind | null {
  const inside = changes.flatMap(pathsOf).map((path) => path.startsWith('requests/'));
  if (changes.length === 0) return null;
  if (!inside.includes(true)) return 'policy';
  if (inside.includes(false)) return null;
  if (changes.every((change) => change.status === 'removed')) return 'return';
  return changes.some((change) => change.status === 'removed') ? null : 'request';
}

/** Whether the shape of the pull request refuses it. */
export function isMalformed(evidence: Evidence, kind: Kind): boolean {
  const { pullRequest: pull, repository, changes, commits } = evidence;
  if (pull.head.repositoryId !== repository.id) return true;
  if (pull.base.repositoryId !== repository.id || pull.base.ref !== repository.defaultBranch) return true;
  if (pull.changedFiles !== changes.length || pull.commits !== commits.length || commits.length === 0) return true;
  if (!commits.some((commit) => commit.sha === pull.head.sha)) return true;
  if ((pull.state === 'merged') !== (pull.mergedAt !== null)) return true;
  if (commits.some(isUnattributable)) return true;
  if (changes.some(isSpecial)) return true;
  if (kind === 'request') return isMalformedRequest(evidence);
  if (kind === 'return') return changes.some((change) => !isRequestPath(change.path));
  return changes.some((change) => isMalformedFile(change) && change.path.startsWith('policies/'));
}

function isMalformedRequest({ pullRequest: pull, changes, commits }: Evidence): boolean {
  const [change] = changes;
  if (pull.author.type !== 'User' || commits.length > 20 || changes.length !== 1 || change === undefined) return true;
  return change.status !== 'added' || isMalformedFile(change) || !isRequestPath(change.path);
}

function isMalformedFile({ mode, size, text }: Change): boolean {
  return mode !== '100644' || size > 65_536 || text === null;
}

/** A link or a submodule is never fine; outside the governed folder a script may be executable. */
function isSpecial({ mode }: Change): boolean {
  return mode !== '100644' && mode !== '100755';
}

function isRequestPath(path: string): boolean {
  const [folder, resource, entitlement, file, ...more] = path.split('/');
  return folder === 'requests' && !!resource && !!entitlement && !!file && file.endsWith('.yaml') && more.length === 0;
}

/** Threat 14: an author, committer or co-author whom GitHub does not know. GitHub itself must have signed. */
function isUnattributable({ author, committer, coAuthors, verified }: Evidence['commits'][number]): boolean {
  if ([author, committer, ...coAuthors].some((one) => one.account === null)) return true;
  return committer.account?.id === WEB_FLOW && !verified;
}

/** A merge of the base branch that GitHub made: two parents, the second from outside the pull request. */
export function isBaseMerge(
  evidence: Evidence,
  { parents, committer, verified }: Evidence['commits'][number],
): boolean {
  const own = evidence.commits.map((commit) => commit.sha);
  return parents.length === 2 && committer.account?.id === WEB_FLOW && verified && !own.includes(parents[1] ?? '');
}

/** Everybody who had a hand in the branch (threats 11, 13–15, 89). */
export function handsIn(evidence: Evidence): Set<number> {
  const hands = new Set([evidence.pullRequest.author.id]);
  for (const commit of evidence.commits) {
    if (isBaseMerge(evidence, commit)) continue;
    for (const one of [commit.author, commit.committer, ...commit.coAuthors])
      if (one.account !== null) hands.add(one.account.id);
  }
  for (const pusher of evidence.pushers ?? []) hands.add(pusher.id);
  return hands;
}

/** A pusher unknown, or an app: then every commit must be signed and the author's own, merges of the base too (threats 15, 89). */
export function isPushUnsafe(evidence: Evidence): boolean {
  if (evidence.pushers !== null && !evidence.pushers.some(({ type }) => type !== 'User')) return false;
  const { id, login } = evidence.pullRequest.author;
  if (login === 'github-actions[bot]') return true;
  return evidence.commits.some((commit) => {
    const committer = commit.committer.account?.id;
    return !commit.verified || commit.author.account?.id !== id || (committer !== id && committer !== WEB_FLOW);
  });
}
