/** The one file of a request: added, plain, small, readable, at a request's path. Then its document is parsed. */
import type { Request } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import { parseRequest } from '../document/parse-request.ts';
import { parseRequestPath } from '../document/paths.ts';
import type { Change, Evidence } from './evidence.ts';
import { fails, issueAt, type Refusal, refusal, topOf } from './reason.ts';

export const MAX_BYTES = 64 * 1024;

/** Of a pull request of kind `request`, so that there is at least one change. */
export function requestOf(
  evidence: Evidence,
): { readonly request: Request; readonly warnings: readonly Issue[] } | Refusal {
  const wrong = evidence.changes.flatMap(changeIssues);
  if (wrong.length > 0) return refusal('invalid', wrong);
  const [change, second] = evidence.changes as [Change, Change | undefined];
  if (second !== undefined) {
    return refusal('invalid', [
      issueAt(topOf(second.path), 'request-more-than-one', 'the pull request adds more than one request', {
        found: `${evidence.changes.length} requests`,
        expected: 'one',
        fix: 'open one pull request for each: they are approved, and end, one by one',
      }),
    ]);
  }
  // `changeIssues` has refused a file without text.
  const parsed = parseRequest(change.path, change.text as string);
  if (parsed.ok) return { request: parsed.value, warnings: parsed.issues };
  return { is: 'invalid', reasons: [fails('request-invalid', 'the request is not valid')], issues: parsed.issues };
}

function changeIssues(change: Change): readonly Issue[] {
  const at = topOf(change.path);
  if (change.status !== 'added') {
    return [
      issueAt(at, 'request-edited', 'a request that was merged never changes', {
        found: change.status,
        expected: 'added',
        fix: 'restore the file and ask again with a new one; to prolong, let `starts` be the old end',
      }),
    ];
  }
  const path = parseRequestPath(change.path);
  if (!path.ok) return path.issues;
  if (change.ledger === 'used') {
    const fix = 'give the file another name: a path that asked once never asks again';
    return [issueAt(at, 'request-path-used', 'a request had this path before, and paths are single-use', { fix })];
  }
  if (change.mode !== '100644') {
    return [
      issueAt(at, 'file-mode', 'a request is a plain file', {
        found: change.mode,
        expected: '100644',
        fix: 'remove the executable bit: `git update-index --chmod=-x`',
      }),
    ];
  }
  if (change.size > MAX_BYTES) {
    return [
      issueAt(at, 'file-too-large', 'the file is too large for a request', {
        found: `${change.size} bytes`,
        expected: `at most ${MAX_BYTES}`,
        fix: 'shorten the reason, or link to the details',
      }),
    ];
  }
  if (change.text === null) {
    return [issueAt(at, 'file-unreadable', 'the file is not UTF-8 text', { fix: 'save it as UTF-8' })];
  }
  return [];
}
