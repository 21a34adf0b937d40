/** Evidence of a pull request with one thing that no honest one has. */
import type { Change, Evidence } from '../../core/policy/evidence.ts';
import { toInstant } from '../../core/time.ts';
import type { Breach } from './events.ts';

export function breached(evidence: Evidence, how: Breach): Evidence {
  const { pullRequest: pull, changes } = evidence;
  const withPull = (over: Partial<Evidence['pullRequest']>): Evidence => ({
    ...evidence,
    pullRequest: { ...pull, ...over },
  });
  const changing = (...next: readonly Change[]): Evidence => ({
    ...withPull({ changedFiles: next.length }),
    changes: next,
  });
  const [first] = changes;
  if (first === undefined) return evidence;
  const edit = (over: Partial<Change>): Evidence => changing({ ...first, ...over }, ...changes.slice(1));
  switch (how) {
    case 'fork':
      return withPull({ head: { ...pull.head, repositoryId: 43 } });
    case 'fork-deleted':
      return withPull({ head: { ...pull.head, repositoryId: null } });
    case 'base':
      return withPull({ base: { ...pull.base, ref: 'scratch' } });
    case 'files-hidden':
      return withPull({ changedFiles: pull.changedFiles + 1 });
    case 'commits-hidden':
      return withPull({ commits: pull.commits + 1 });
    case 'bot':
      return withPull({ author: { ...pull.author, type: 'Bot' } });
    case 'link':
      return edit({ mode: '120000' });
    case 'executable':
      return edit({ mode: '100755' });
    case 'large':
      return edit({ size: 65_537, text: null });
    case 'binary':
      return edit({ text: null });
    case 'edited':
      return edit({ status: 'modified' });
    case 'renamed':
      return edit({ status: 'renamed', previousPath: 'requests/orders-db/read-only/old.yaml' });
    case 'beside-policy':
      return changing(...changes, { ...first, status: 'modified', path: 'policies/settings.yaml' });
    case 'two':
      return changing(...changes, { ...first, path: first.path.replace('fix', 'other') });
    case 'path':
      return edit({ path: first.path.replace('.yaml', '.yml') });
    case 'nothing':
      return changing();
    case 'document':
      return edit({ text: '{"apiVersion": "gatepass/v1", "kind": "AccessRequest", "duration": "soon"}' });
    case 'head-lost':
      return withPull({ head: { ...pull.head, sha: 'e'.repeat(40) } });
    case 'merged-when':
      return withPull(pull.mergedAt === null ? { mergedAt: toInstant(Date.parse(evidence.now)) } : { mergedAt: null });
    default:
      return how satisfies never;
  }
}
