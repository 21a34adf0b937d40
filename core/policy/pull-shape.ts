/**
 * Whether the pull request is one that can be decided at all: for this branch, from this repository, read in full, every
 * commit by somebody. Nothing here depends on policy.
 */
import type { Issue } from '../document/issue.ts';
import { attributionIssues } from './commits.ts';
import type { PullKind } from './decision.ts';
import type { Change, Evidence } from './evidence.ts';
import { pathsOf, shownAt } from './pull-kind.ts';
import { type IssueText, issueAt, topOf } from './reason.ts';
import type { ReasonCode } from './reason-codes.ts';

const MAX_COMMITS = 20;
const MAX_FILES = 10;

export function shapeIssues(evidence: Evidence, kind: PullKind): readonly Issue[] {
  return [
    ...originIssues(evidence, kind),
    ...completenessIssues(evidence, kind),
    ...attributionIssues(evidence),
    ...collisionIssues(evidence.changes),
    ...evidence.changes.flatMap((change) => fileIssues(change)),
  ];
}

function originIssues(evidence: Evidence, kind: PullKind): readonly Issue[] {
  const { pullRequest: pull, repository } = evidence;
  const issues: Issue[] = [];
  if (pull.base.repositoryId !== repository.id || pull.base.ref !== repository.defaultBranch) {
    issues.push(
      pullIssue(evidence, 'pull-request-base', 'the pull request is for another branch', {
        found: pull.base.ref,
        expected: repository.defaultBranch,
        fix: `change its base to \`${repository.defaultBranch}\``,
      }),
    );
  }
  if (pull.head.repositoryId !== repository.id) {
    issues.push(
      pullIssue(evidence, 'pull-request-fork', 'the pull request comes from a fork', {
        found: pull.head.repositoryId === null ? 'a deleted repository' : `repository ${pull.head.repositoryId}`,
        expected: `a branch of ${repository.name}`,
        fix: 'push the branch to this repository and open a new pull request',
      }),
    );
  }
  if (kind === 'request' && pull.author.type !== 'User') {
    issues.push(
      pullIssue(evidence, 'pull-request-author', 'the pull request was not opened by a person', {
        found: pull.author.login,
        fix: 'open it yourself: the opener is the requester',
      }),
    );
  }
  if ((pull.state === 'merged') !== (pull.mergedAt !== null)) {
    issues.push(
      pullIssue(
        evidence,
        'evidence-inconsistent',
        `the pull request is ${pull.state}, which its merge time contradicts`,
      ),
    );
  }
  return issues;
}

function completenessIssues(evidence: Evidence, kind: PullKind): readonly Issue[] {
  const { pullRequest: pull, changes, commits } = evidence;
  const issues: Issue[] = [];
  const truncated = (what: string, listed: number, counted: number) =>
    issues.push(
      pullIssue(evidence, 'pull-request-truncated', `not every ${what} of the pull request was read`, {
        found: `${listed} listed`,
        expected: `${counted} as GitHub counts`,
        fix: 'try again; if it stays, open a smaller pull request',
      }),
    );
  if (changes.length !== pull.changedFiles) truncated('file', changes.length, pull.changedFiles);
  if (commits.length !== pull.commits) truncated('commit', commits.length, pull.commits);
  if (commits.length === 0) issues.push(pullIssue(evidence, 'pull-request-empty', 'the pull request has no commit'));
  else if (!commits.some((commit) => commit.sha === pull.head.sha)) {
    issues.push(
      pullIssue(evidence, 'evidence-inconsistent', `the head ${pull.head.sha.slice(0, 7)} is not among its commits`),
    );
  }
  if (kind !== 'policy' && commits.length > MAX_COMMITS) {
    issues.push(tooLarge(evidence, 'commits', commits.length, MAX_COMMITS));
  }
  if (kind === 'request' && changes.length > MAX_FILES)
    issues.push(tooLarge(evidence, 'files', changes.length, MAX_FILES));
  return issues;
}

function tooLarge(evidence: Evidence, what: string, found: number, most: number): Issue {
  return pullIssue(evidence, 'pull-request-too-large', `the pull request has more ${what} than a request needs`, {
    found: String(found),
    expected: `at most ${most}`,
    fix: 'open a new pull request from a fresh branch',
  });
}

/** A checkout on a file system that folds case, or composes accents, would hold only one of the two. */
function collisionIssues(changes: readonly Change[]): readonly Issue[] {
  const seen = new Map<string, string>();
  const issues: Issue[] = [];
  for (const path of new Set(changes.flatMap(pathsOf))) {
    const folded = path.normalize('NFKC').toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined) {
      issues.push(
        issueAt(topOf(path), 'file-collision', `\`${path}\` and \`${other}\` differ only in case or spelling`, {
          fix: 'rename one of them',
        }),
      );
    }
    seen.set(folded, path);
  }
  return issues;
}

const STATUSES: readonly string[] = ['added', 'removed', 'modified', 'renamed', 'copied', 'changed'];

/** Links and submodules show one content and hold another, wherever they are. */
function fileIssues(change: Change): readonly Issue[] {
  const at = topOf(change.path);
  if (!STATUSES.includes(change.status)) {
    return [issueAt(at, 'file-status', 'the file changed in an unknown way', { found: change.status })];
  }
  if (change.mode !== '100644' && change.mode !== '100755') {
    return [
      issueAt(at, 'file-mode', 'the file is a link, a submodule or another special file', {
        found: change.mode,
        expected: '100644',
        fix: 'commit a plain file',
      }),
    ];
  }
  if (change.behind) {
    return [
      issueAt(at, 'file-behind', 'the base has changed this file too since the branch forked', {
        expected: 'a branch that holds what a merge would',
        fix: 'update the branch; it is then approved again',
      }),
    ];
  }
  return [];
}

function pullIssue(evidence: Evidence, code: ReasonCode, message: string, text: IssueText = {}): Issue {
  return issueAt(shownAt(evidence), code, message, text);
}
