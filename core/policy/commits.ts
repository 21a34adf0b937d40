/** Who stands behind each commit, and which commits are GitHub's own merges of the base branch. */
import type { Issue } from '../document/issue.ts';
import type { Commit, CommitAuthor, Evidence } from './evidence.ts';
import { shownAt } from './pull-kind.ts';
import { issueAt } from './reason.ts';

/** GitHub's own account, the committer of what is made on github.com. Believed only under GitHub's signature. */
const WEB_FLOW = 'web-flow';

/** A commit whose author, committer or co-author is nobody's could hide an approver. */
export function attributionIssues(evidence: Evidence): readonly Issue[] {
  return evidence.commits.flatMap((commit) =>
    unattributed(commit).map((person) =>
      issueAt(
        shownAt(evidence),
        'commit-unattributable',
        `nobody on GitHub stands behind \`${person.email}\` in commit ${commit.sha.slice(0, 7)}`,
        {
          found: person.email,
          expected: 'an e-mail of a GitHub account',
          fix: 'add the e-mail to your GitHub account, or commit again with one that is there',
        },
      ),
    ),
  );
}

function unattributed(commit: Commit): readonly CommitAuthor[] {
  const people = [commit.author, commit.committer, ...commit.coAuthors].filter((person) => person.account === null);
  const hides = isWebFlow(commit.committer) && !commit.verified;
  return hides ? [...people, commit.committer] : people;
}

export function isWebFlow(person: CommitAuthor): boolean {
  return person.account?.login === WEB_FLOW;
}

/**
 * "Update branch": two parents, made and signed by GitHub, the second from outside the pull request. Who pressed the
 * button wrote nothing.
 */
export function isBaseMerge(commit: Commit, evidence: Evidence): boolean {
  const second = commit.parents[1];
  return (
    commit.parents.length === 2 &&
    isWebFlow(commit.committer) &&
    commit.verified &&
    !evidence.commits.some((other) => other.sha === second)
  );
}

/** The account of every workflow's own token: whoever may push a workflow writes and opens what they like as it. */
const ANYBODY = 'github-actions[bot]';

/**
 * Every commit is signed and is the opener's own: then nobody else can have put something into the branch. A merge of the
 * base that GitHub signed for somebody else may hold what that person wrote while resolving a conflict on its page.
 */
export function isAllSignedByOpener({ pullRequest: { author: opener }, commits }: Evidence): boolean {
  if (opener.login === ANYBODY) return false;
  return commits.every(
    (commit) =>
      commit.verified &&
      commit.author.account?.id === opener.id &&
      (commit.committer.account?.id === opener.id || isWebFlow(commit.committer)),
  );
}
