/** What is told from the pull request alone: its kind, its shape, its commits (threats 2, 4, 7, 8, 10, 14–16, 28–34). */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/policy/evidence.ts';
import { pullKind } from '../../../core/policy/pull-kind.ts';
import { issuesOf, summary } from '../../support/decisions.ts';
import {
  aChange,
  aCommit,
  account,
  anEvidence,
  author,
  type EvidenceBuilder,
  HEAD,
  instant,
  REQUEST,
  WEB_FLOW,
} from '../../support/evidence.ts';

const approved = () => anEvidence().approvedBy('bob');
const [theRequest] = anEvidence().evidence.changes;
if (theRequest === undefined) throw new Error('no request');
const aRequest: Change = theRequest;
const removed = { ...theRequest, status: 'removed' as const };
const policy = aChange('policies/settings.yaml', 'x', { status: 'modified' });
const nobody = { account: null, name: 'x', email: 'x@example.test' };

describe('the kind', () => {
  it.each([
    ['request', 'an added request', [theRequest]],
    ['request', 'a changed request', [{ ...theRequest, status: 'modified' }]],
    [
      'request',
      'a request moved within the folder',
      [{ ...theRequest, status: 'renamed', previousPath: 'requests/a/b/c.yaml' }],
    ],
    ['request', 'a folder that only looks like requests', [{ ...theRequest, path: 'Requests/a/b/c.yaml' }]],
    ['request', 'the same in wide letters', [{ ...theRequest, path: 'ｒequests/a/b/c.yaml' }]],
    ['request', 'a file in the place of the folder', [{ ...theRequest, path: 'requests' }]],
    ['return', 'a removed request', [removed]],
    ['policy', 'a changed policy', [policy]],
    ['policy', 'a folder that begins alike', [{ ...theRequest, path: 'requests-old/a.yaml' }]],
    ['mixed', 'both', [theRequest, policy]],
    ['mixed', 'a policy moved into requests', [{ ...theRequest, status: 'renamed', previousPath: 'policies/x.yaml' }]],
    ['mixed', 'a request moved out of requests', [{ ...policy, status: 'renamed', previousPath: REQUEST }]],
    ['mixed', 'a request and a return', [theRequest, { ...removed, path: 'requests/a/b/c.yaml' }]],
    ['empty', 'nothing', []],
  ] as const)('is %s for %s', (kind, _, changes) => {
    expect(pullKind(anEvidence().changing(...changes).evidence)).toBe(kind);
  });
});

describe('the shape', () => {
  const cases: readonly (readonly [string, string, EvidenceBuilder])[] = [
    ['without files', 'invalid pull-request-empty', approved().changing()],
    ['with a policy beside the request', 'invalid pull-request-mixed', approved().changing(theRequest, policy)],
    [
      'with a request and a return',
      'invalid pull-request-mixed',
      approved().changing(theRequest, { ...removed, path: 'requests/a/b/c.yaml' }),
    ],
    [
      'for another branch',
      'invalid pull-request-base',
      approved().pull({ base: { ref: 'scratch', sha: HEAD, repositoryId: 42 } }),
    ],
    [
      'for another repository',
      'invalid pull-request-base',
      approved().pull({ base: { ref: 'main', sha: HEAD, repositoryId: 43 } }),
    ],
    ['from a fork', 'invalid pull-request-fork', approved().pull({ head: { ref: 'x', sha: HEAD, repositoryId: 43 } })],
    [
      'from a deleted fork',
      'invalid pull-request-fork',
      approved().pull({ head: { ref: 'x', sha: HEAD, repositoryId: null } }),
    ],
    ['opened by a bot', 'invalid pull-request-author', approved().pull({ author: account('robot', 'Bot') })],
    ['with an unlisted file', 'invalid pull-request-truncated', approved().pull({ changedFiles: 2 })],
    ['with an unlisted commit', 'invalid pull-request-truncated', approved().pull({ commits: 2 })],
    ['without commits', 'invalid pull-request-empty', approved().commits()],
    [
      'whose head is not among its commits',
      'invalid evidence-inconsistent',
      approved().commits(aCommit('alice', { sha: '9'.repeat(40) })),
    ],
    ['with 21 commits', 'invalid pull-request-too-large', approved().commits(...commits(21))],
    ['with 11 files', 'invalid pull-request-too-large', approved().changing(...requests(11))],
    ['merged without a time', 'invalid evidence-inconsistent', approved().pull({ state: 'merged' })],
    [
      'open with a time of merge',
      'invalid evidence-inconsistent',
      approved().pull({ mergedAt: instant('2026-11-23T10:00:00Z') }),
    ],
    ['closed', 'deny pull-request-closed', approved().pull({ state: 'closed' })],
    ['a draft', 'pending pull-request-draft', approved().pull({ draft: true })],
    ['a draft without approvals', 'pending approval-missing pull-request-draft', anEvidence().pull({ draft: true })],
    [
      'whose author is nobody',
      'invalid commit-unattributable',
      approved().commits(aCommit('alice', { author: nobody })),
    ],
    [
      'whose committer is nobody',
      'invalid commit-unattributable',
      approved().commits(aCommit('alice', { committer: nobody })),
    ],
    [
      'whose co-author is nobody',
      'invalid commit-unattributable',
      approved().commits(aCommit('alice', { coAuthors: [nobody] })),
    ],
    [
      'whose committer claims to be GitHub',
      'invalid commit-unattributable',
      approved().commits(aCommit('alice', { committer: WEB_FLOW, verified: false })),
    ],
    [
      'with a file in an unknown state',
      'invalid file-status',
      approved().changing({ ...theRequest, status: 'unchanged' }),
    ],
    [
      'with a file that the base has changed too',
      'invalid file-behind',
      approved().changing({ ...theRequest, behind: true }),
    ],
    ['with a link', 'invalid file-mode', approved().changing({ ...theRequest, mode: '120000' })],
    ['with a submodule', 'invalid file-mode', approved().changing({ ...theRequest, mode: '160000' })],
    ['with an executable request', 'invalid file-mode', approved().changing({ ...theRequest, mode: '100755' })],
    [
      'with paths that differ in case',
      'invalid file-collision',
      anEvidence().changing(policy, { ...policy, path: 'policies/Settings.yaml' }),
    ],
    [
      'with paths that differ in spelling',
      'invalid file-collision',
      anEvidence().changing({ ...policy, path: 'policies/\u00e9.md' }, { ...policy, path: 'policies/e\u0301.md' }),
    ],
    [
      'that edits a merged request',
      'invalid request-edited',
      approved().changing({ ...theRequest, status: 'modified' }),
    ],
    [
      'that changes the mode of a request',
      'invalid request-edited',
      approved().changing({ ...theRequest, status: 'changed' }),
    ],
    [
      'that copies a request',
      'invalid request-edited',
      approved().changing({ ...theRequest, status: 'copied', previousPath: 'requests/a/b/c.yaml' }),
    ],
    [
      'that moves a request',
      'invalid request-edited',
      approved().changing({ ...theRequest, status: 'renamed', previousPath: 'requests/a/b/c.yaml' }),
    ],
    ['with two requests', 'invalid request-more-than-one', approved().changing(...requests(2))],
    [
      'with a `.yml`',
      'invalid request-path',
      approved().changing({ ...theRequest, path: 'requests/orders-db/read-only/x.yml' }),
    ],
    [
      'with a path upwards',
      'invalid request-path',
      approved().changing({ ...theRequest, path: 'requests/../policies/x.yaml' }),
    ],
    [
      'with a request in capitals',
      'invalid request-path',
      approved().changing({ ...theRequest, path: 'Requests/orders-db/read-only/x.yaml' }),
    ],
    ['with more than 64 KiB', 'invalid file-too-large', approved().changing({ ...theRequest, size: 65_537 })],
    ['with bytes that are no text', 'invalid file-unreadable', approved().changing({ ...theRequest, text: null })],
    [
      'with a document that is not valid',
      'invalid request-invalid',
      approved().changing({ ...theRequest, text: 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 1h\n' }),
    ],
  ];

  it.each(cases)('%s: %s', (_, expected, evidence) => {
    const decision = evidence.decide();
    expect(summary(decision)).toBe(expected);
    for (const issue of issuesOf(decision)) expect(issue.severity).toBe('error');
  });

  it.each([
    ['20 commits', approved().commits(...commits(20))],
    ['64 KiB to the byte', approved().changing({ ...theRequest, size: 65_536 })],
    ['a commit made on github.com', approved().commits(aCommit('alice', { committer: WEB_FLOW }))],
    ['a co-author who is somebody', approved().commits(aCommit('alice', { coAuthors: [author('mallory')] }))],
  ])('is fine with %s', (_, evidence) => {
    expect(evidence.decide().verdict).toBe('allow');
  });

  it('lets a policy change have many commits and executable scripts', () => {
    const script = aChange('scripts/build.sh', null, { mode: '100755' });
    const evidence = anEvidence()
      .changing(script)
      .commits(...commits(30))
      .approvedBy('erin');
    expect(evidence.decide().verdict).toBe('allow');
  });

  it.each([
    [10, 'request-more-than-one'],
    [11, 'pull-request-too-large'],
  ])('counts the files of a request: %i is %s', (count, code) => {
    const files = Array.from({ length: count }, (_, index) => ({
      ...aRequest,
      path: `requests/orders-db/read-only/${index}.yaml`,
    }));
    expect(
      issuesOf(
        anEvidence()
          .changing(...files)
          .decide(),
      ).map((issue) => issue.code),
    ).toEqual([code]);
  });

  it('shows what concerns the whole at the first path, whatever is listed first', () => {
    const files = ['b.md', 'a.md'].map((path) => aChange(path, null, { status: 'modified' }));
    const [issue] = issuesOf(
      anEvidence()
        .changing(...files)
        .pull({ changedFiles: 3 })
        .decide(),
    );
    expect(issue).toMatchObject({ code: 'pull-request-truncated', file: 'a.md' });
  });

  it('says how to split what does more than one thing', () => {
    const other = { ...aRequest, path: 'requests/orders-db/read-only/a.yaml', status: 'removed' } as const;
    const readme = ['z.md', 'b.md'].map((path) => aChange(path, null, { status: 'modified' }));
    const fixOf = (...changes: readonly Change[]) =>
      issuesOf(
        anEvidence()
          .changing(...changes)
          .decide(),
      )[0]?.fix;
    expect(fixOf(aRequest, other)).toBe(
      'split it: one pull request adds a request, another removes the requests given back',
    );
    expect(fixOf(...readme, aRequest, { ...other, status: 'added' })).toBe(
      'split it: one pull request with `requests/orders-db/read-only/a.yaml` alone, another with `b.md` and what else is outside `requests/`',
    );
  });

  it('says everything that is wrong at once', () => {
    const evidence = approved()
      .changing({ ...theRequest, mode: '120000' })
      .pull({ changedFiles: 3, head: { ref: 'x', sha: HEAD, repositoryId: 1 } });
    expect(issuesOf(evidence.decide()).map((issue) => issue.code)).toEqual([
      'pull-request-fork',
      'pull-request-truncated',
      'file-mode',
    ]);
  });

  it('shows what concerns the pull request at its first file, and nowhere when it has none', () => {
    const [fork] = issuesOf(
      approved()
        .pull({ head: { ref: 'x', sha: HEAD, repositoryId: 1 } })
        .decide(),
    );
    expect(fork?.file).toBe(REQUEST);
    const [empty] = issuesOf(anEvidence().changing().decide());
    expect(empty?.file).toBe('pull request');
  });
});

function commits(count: number) {
  return Array.from({ length: count }, (_, index) =>
    aCommit('alice', index === count - 1 ? {} : { sha: String(index).padStart(40, '0') }),
  );
}

function requests(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    ...(theRequest as NonNullable<typeof theRequest>),
    path: `requests/orders-db/read-only/r${index}.yaml`,
  }));
}
