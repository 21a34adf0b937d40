/** Every reason code is given by some decision, and no decision gives another. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Decision } from '../../../core/policy/decision.ts';
import { REASONS } from '../../../core/policy/reason-codes.ts';
import { codesOf, reasonsOf } from '../../support/decisions.ts';
import {
  aChange,
  aCommit,
  account,
  aGrant,
  anEvidence,
  author,
  type EvidenceBuilder,
  HEAD,
  instant,
} from '../../support/evidence.ts';

const CASES = new URL('../../cases/', import.meta.url);
const golden: readonly Decision[] = readdirSync(CASES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => JSON.parse(readFileSync(new URL(`${entry.name}/expected.json`, CASES), 'utf8')));
const inCases = new Set(golden.flatMap(codesOf));
/** Issues of documents have codes of their own. */
const reasons = new Set(golden.flatMap((decision) => reasonsOf(decision).map((reason) => reason.code)));

it('no case gives a code that is not listed', () => {
  expect([...reasons].filter((code) => !Object.hasOwn(REASONS, code))).toEqual([]);
});

const ORGANIZATION = 'policies/organization.yaml';
const RULES = 'policies/rules/databases.yaml';
const [request] = anEvidence().evidence.changes;
if (request === undefined) throw new Error('no request');

const READ = 'requests/orders-db/read-only/x.yaml';
const RW = 'requests/orders-db/read-write/x.yaml';
const bob = () => anEvidence().approvedBy('bob');
const behalf = (openers: string) =>
  bob()
    .fields({ subject: 'person:dan' })
    .governing(RULES, (text) =>
      text.replace('    explain: an owner of the database agrees\n', `    openers: ${openers}\n`),
    );
const service = () =>
  anEvidence()
    .fields({ subject: 'service:checkout-deploy' })
    .governing(RULES, (text) =>
      text.replace(
        '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
        '    subjects: [service:checkout-deploy]\n    openers: [team:engineering]\n',
      ),
    );

const digested = (builder: EvidenceBuilder) =>
  builder.governing(ORGANIZATION, (text) =>
    text.replace('guardrails:', 'guardrails:\n  - { name: d, require: { digest: true } }'),
  );

/** Decisions that give the codes which no case shows. */
const others: Readonly<Record<string, () => EvidenceBuilder>> = {
  'pull-request-empty': () => bob().changing(),
  'pull-request-base': () => bob().pull({ base: { ref: 'x', sha: HEAD, repositoryId: 42 } }),
  'pull-request-author': () => bob().pull({ author: account('robot', 'Bot') }),
  'pull-request-too-large': () => bob().commits(...Array.from({ length: 21 }, () => aCommit('alice'))),
  'pull-request-closed': () => bob().pull({ state: 'closed' }),
  'pull-request-draft': () => bob().pull({ draft: true }),
  'evidence-inconsistent': () => bob().pull({ state: 'merged' }),
  'file-status': () => bob().changing({ ...request, status: 'unchanged' }),
  'file-behind': () => bob().changing({ ...request, behind: true }),
  'file-mode': () => bob().changing({ ...request, mode: '120000' }),
  'file-too-large': () => bob().changing({ ...request, size: 70_000 }),
  'file-unreadable': () => bob().changing({ ...request, text: null }),
  'file-collision': () => bob().changing(aChange('a.md', null), aChange('A.md', null)),
  'review-digest-missing': () => digested(anEvidence().approvedBy('bob')),
  'review-digest-wrong': () => digested(anEvidence().approvedBy('bob', { digest: 'x' })),
  'review-edited': () => anEvidence().approvedBy('bob', { edited: { at: instant('2026-11-23T09:55:00Z'), by: 1001 } }),
  'request-edited': () => bob().changing({ ...request, status: 'modified' }),
  'request-path-used': () => bob().changing({ ...request, ledger: 'used' }),
  'request-more-than-one': () => bob().changing(request, { ...request, path: READ }),
  'request-path': () => bob().changing({ ...request, path: 'requests/x.yaml' }),
  'request-invalid': () => bob().changing({ ...request, text: 'x' }),
  'resource-unknown': () => bob().asking('requests/zzz/read-only/x.yaml', { duration: '1h' }),
  'entitlement-unknown': () => bob().asking('requests/orders-db/zzz/x.yaml', { duration: '1h' }),
  'request-kind': () => bob().asking(READ, { within: '1h' }, 'ActionRequest'),
  'subject-unknown': () => bob().by('zoe'),
  'subject-inactive': () => bob().with({ members: [] }),
  'identity-missing': () =>
    bob()
      .by('heidi')
      .team('engineering', { names: ['heidi'] }),
  'opener-allowed': () => behalf('[team:engineering]'),
  'opener-not-allowed': () => behalf('[team:security]'),
  'window-over': () => bob().fields({ starts: '"2026-11-23T07:00:00Z"' }),
  'start-too-late': () => bob().fields({ startsBy: '"2026-11-23T09:00:00Z"' }),
  'toxic-combination': () =>
    bob()
      .governing(ORGANIZATION, (text) => `${text}toxic:\n  - { name: x, of: ["orders-db/*", "billing-db/*"] }\n`)
      .holding(aGrant('alice', { resource: 'billing-db' })),
  'role-conflict': () =>
    bob()
      .governing('policies/catalog/databases.yaml', (text) =>
        text.replace('  read-only:\n', '  read-only:\n    conflictsWith: [read-write]\n'),
      )
      .holding(aGrant('alice', { role: 'read-write' })),
  'revoke-stuck': () => bob().holding(aGrant('alice', { stuck: true })),
  'too-many-grants': () =>
    bob()
      .governing(ORGANIZATION, (text) => text.replace('liveGrants: 10', 'liveGrants: 1'))
      .holding(aGrant('alice', { role: 'read-write' })),
  'break-glass-not-offered': () =>
    anEvidence()
      .by('carol')
      .asking(RW, { duration: '1h', breakGlass: 'true' })
      .governing(ORGANIZATION, (text) => text.replace(/breakGlass: .*\n/, '')),
  'review-not-needed': () => bob().approvedBy('carol'),
  'review-not-a-verdict': () => bob().approvedBy('carol', { state: 'COMMENTED' }),
  'review-superseded': () => bob().approvedBy('bob'),
  'review-before-retarget': () => bob().pull({ retargetedAt: [instant('2026-11-23T09:55:00Z')] }),
  'review-by-bot': () => bob().approvedBy('x', { user: account('x', 'Bot') }),
  'review-by-outsider': () => bob().with({ members: [1001] }),
  'review-by-subject': () =>
    bob()
      .fields({ subject: 'person:bob' })
      .governing(RULES, (text) =>
        text.replace('    explain: an owner of the database agrees\n', '    openers: [team:engineering]\n'),
      ),
  'review-by-controller': () => service().approvedBy('bob'),
  'review-by-author': () => bob().commits(aCommit('bob', { sha: '1'.repeat(40) }), aCommit('alice')),
  'review-by-committer': () => bob().commits(aCommit('alice', { committer: author('bob') })),
  'review-not-eligible': () => bob().approvedBy('mallory'),
  'return-by-owner': () =>
    anEvidence()
      .by('bob')
      .changing({ ...request, status: 'removed' }),
  'return-closed': () => anEvidence().changing({ ...request, status: 'removed', ledger: 'closed' }),
  'internal-error': () => bob().with({ changes: null as never }),
};

/** Refused when the documents are read; that the decision would refuse them too is proven in `fail-closed.test.ts`. */
const REFUSED_EARLIER = ['subject-kind', 'no-rule-set', 'rule-sets-overlap', 'calendar-unknown', 'no-code-owner'];

it.each(Object.entries(REASONS).filter(([code]) => !REFUSED_EARLIER.includes(code)))(
  '`%s` is given by a decision: %s',
  (code) => {
    const shown = Object.hasOwn(others, code) ? codesOf((others[code] as () => EvidenceBuilder)().decide()) : inCases;
    expect([...shown]).toContain(code);
  },
);

it('lists no decision for a code that is not there', () => {
  expect(Object.keys(others).filter((code) => !Object.hasOwn(REASONS, code))).toEqual([]);
});
