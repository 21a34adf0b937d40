/**
 * What a pull request does, told from its paths alone: ask (adds one request), give back (removes requests), change
 * policy (anything outside `requests/`), or more than one of these. Says nothing on whether it may.
 */
import type { Place } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import type { PullKind } from './decision.ts';
import type { Change, Evidence } from './evidence.ts';
import { issueAt, topOf } from './reason.ts';

/** Where issues of the pull request itself are shown: at its first file, if it has one. */
export function shownAt(evidence: Evidence): Place {
  const [first = 'pull request'] = evidence.changes.map((change) => change.path).sort();
  return topOf(first);
}

export function pullKind(evidence: Evidence): PullKind {
  const { changes } = evidence;
  if (changes.length === 0) return 'empty';
  const inside = changes.flatMap(pathsOf).filter(isInRequests);
  if (inside.length === 0) return 'policy';
  if (inside.length < changes.flatMap(pathsOf).length) return 'mixed';
  const removed = changes.filter((change) => change.status === 'removed').length;
  if (removed === changes.length) return 'return';
  return removed === 0 ? 'request' : 'mixed';
}

/** Why it is refused before anything is read: it is empty or mixed. */
export function kindIssues(evidence: Evidence, kind: PullKind): readonly Issue[] {
  if (kind === 'empty') {
    return [
      issueAt(shownAt(evidence), 'pull-request-empty', 'the pull request changes no file', {
        fix: 'add one request under `requests/`',
      }),
    ];
  }
  if (kind !== 'mixed') return [];
  const paths = [...new Set(evidence.changes.flatMap(pathsOf))].sort();
  const other = paths.find((path) => !isInRequests(path));
  const request = paths.find(isInRequests) as string;
  const fix =
    other === undefined
      ? 'split it: one pull request adds a request, another removes the requests given back'
      : `split it: one pull request with \`${request}\` alone, another with \`${other}\` and what else is outside \`requests/\``;
  return [issueAt(topOf(request), 'pull-request-mixed', 'the pull request does more than one kind of thing', { fix })];
}

/** Both ends of a rename or copy. */
export function pathsOf(change: Change): readonly string[] {
  return change.previousPath === null ? [change.path] : [change.previousPath, change.path];
}

/** Any spelling of the folder counts: what only looks like a request must not pass as something else. */
export function isInRequests(path: string): boolean {
  return /^requests(?:\/|$)/.test(path.normalize('NFKC').toLowerCase());
}
