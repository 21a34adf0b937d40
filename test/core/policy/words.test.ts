/**
 * What refusals say, as people read it. The words change on purpose alone: `words.txt` is written anew by
 * `UPDATE_CASES=1 npx vitest run --project unit test/core/policy/words.test.ts` and reviewed as a diff, like the cases.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { issueLines } from '../../../core/explain/terminal-text.ts';
import type { Change } from '../../../core/policy/evidence.ts';
import { codesOf, issuesOf, reasonsOf } from '../../support/decisions.ts';
import {
  aChange,
  aCommit,
  account,
  aGrant,
  anEvidence,
  type EvidenceBuilder,
  HEAD,
  instant,
  REQUEST,
} from '../../support/evidence.ts';

const [found] = anEvidence().evidence.changes;
if (found === undefined) throw new Error('no request');
const request: Change = found;
const RW = 'requests/orders-db/read-write/x.yaml';
const RULES = 'policies/rules/databases.yaml';
const file = (over: Partial<Change>) => anEvidence().changing({ ...request, ...over });
const head = (repositoryId: number | null) => ({ ref: 'x', sha: HEAD, repositoryId });
const subject = (name: string, receivers: string, openers: string) =>
  anEvidence()
    .fields({ subject: name })
    .governing(RULES, (text) =>
      text.replace(
        '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
        `    subjects: ${receivers}\n${openers}`,
      ),
    );
const stuck = (id: string) => aGrant('alice', { id, stuck: true });
const glass = () => anEvidence().by('carol').asking(RW, { duration: '1h', breakGlass: 'true' });
const owed = (id: string) => aGrant('carol', { id, breakGlass: true, reviewed: false });
const lock = (until: string) =>
  anEvidence().governing(
    'policies/locks.yaml',
    `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: leak, on: { resource: [orders-db] }, reason: Leaked${until} }\n`,
  );

const REFUSALS: readonly (readonly [what: string, code: string, evidence: EvidenceBuilder])[] = [
  ['no file', 'pull-request-empty', anEvidence().changing()],
  ['another branch', 'pull-request-base', anEvidence().pull({ base: { ref: 'x', sha: HEAD, repositoryId: 42 } })],
  ['a fork', 'pull-request-fork', anEvidence().pull({ head: head(43) })],
  ['a fork that is gone', 'pull-request-fork', anEvidence().pull({ head: head(null) })],
  ['a bot', 'pull-request-author', anEvidence().pull({ author: account('robot', 'Bot') })],
  [
    'too many commits',
    'pull-request-too-large',
    anEvidence().commits(...Array.from({ length: 21 }, (_, at) => aCommit('alice', at === 0 ? {} : { sha: `${at}` }))),
  ],
  ['a file too few', 'pull-request-truncated', anEvidence().pull({ changedFiles: 2 })],
  ['a head without its commit', 'evidence-inconsistent', anEvidence().commits(aCommit('alice', { sha: '1' }))],
  ['an unknown change', 'file-status', file({ status: 'unchanged' })],
  ['a link', 'file-mode', file({ mode: '120000' })],
  ['an executable request', 'file-mode', file({ mode: '100755' })],
  ['an executable policy', 'file-mode', file({ path: 'policies/x.yaml', mode: '100755' })],
  ['a branch behind', 'file-behind', file({ behind: true })],
  ['two of one name', 'file-collision', anEvidence().changing(aChange('a.md', null), aChange('A.md', null))],
  ['a large file', 'file-too-large', file({ size: 70_000 })],
  ['a request without text', 'file-unreadable', file({ text: null })],
  ['a policy without text', 'file-unreadable', file({ path: 'policies/x.yaml', text: null })],
  ['a merged request', 'request-edited', file({ status: 'modified' })],
  ['a path once more', 'request-path-used', file({ ledger: 'used' })],
  ['two requests', 'request-more-than-one', anEvidence().changing(request, { ...request, path: RW })],
  ['an unknown resource', 'resource-unknown', anEvidence().asking('requests/zzz/read-only/x.yaml', { duration: '1h' })],
  ['a role as an action', 'request-kind', anEvidence().asking(REQUEST, { within: '1h' }, 'ActionRequest')],
  ['an action as a role', 'request-kind', anEvidence().asking('requests/checkout/restart/x.yaml', { duration: '1h' })],
  ['an unknown role', 'entitlement-unknown', anEvidence().asking('requests/orders-db/zzz/x.yaml', { duration: '1h' })],
  [
    'an unknown role beside an action',
    'entitlement-unknown',
    anEvidence()
      .asking('requests/orders-db/zzz/x.yaml', { duration: '1h' })
      .governing('policies/catalog/databases.yaml', (text) =>
        text.replace(
          '  orders-db:\n',
          '  orders-db:\n    actions: { failover: { runs: { repository: acme/ops, workflow: x.yml, ref: main } } }\n',
        ),
      )
      .governing(RULES, (text) => text.replace('for: [read-write]', 'for: [read-write, failover]')),
  ],
  ['somebody unknown', 'subject-unknown', anEvidence().by('zoe')],
  ['somebody who left', 'subject-inactive', anEvidence().with({ members: [] })],
  ['members that cannot be read', 'membership-unknown', anEvidence().with({ members: null })],
  ['nobody else may ask', 'opener-not-allowed', subject('person:dan', '[team:engineering]', '')],
  [
    'others may ask',
    'opener-not-allowed',
    subject('person:dan', '[team:engineering]', '    openers: [team:security]\n'),
  ],
  [
    'a person whom the database does not know',
    'identity-missing',
    anEvidence()
      .by('heidi')
      .team('engineering', { names: ['heidi'] }),
  ],
  [
    'a service that the database does not know',
    'identity-missing',
    subject('service:checkout-deploy', '[service:checkout-deploy]', '    openers: [team:engineering]\n').governing(
      'policies/catalog/databases.yaml',
      (text) => text.replace('type: postgres', 'type: mysql'),
    ),
  ],
  ['a window that is over', 'window-over', anEvidence().fields({ starts: '"2026-11-23T07:00:00Z"' })],
  ['a lock', 'locked', lock('')],
  ['a lock for a while', 'locked', lock(', until: "2026-11-24T00:00:00Z"')],
  [
    'a role against another',
    'role-conflict',
    anEvidence()
      .governing('policies/catalog/databases.yaml', (text) =>
        text.replace('  read-only:\n', '  read-only:\n    conflictsWith: [read-write]\n'),
      )
      .holding(aGrant('alice', { role: 'read-write' })),
  ],
  [
    'a role against another that is stuck',
    'role-conflict',
    anEvidence()
      .governing('policies/catalog/databases.yaml', (text) =>
        text.replace('  read-only:\n', '  read-only:\n    conflictsWith: [read-write]\n'),
      )
      .holding(aGrant('alice', { role: 'read-write', stuck: true })),
  ],
  ['a grant that is stuck', 'revoke-stuck', anEvidence().holding(stuck('8-a'))],
  ['grants that are stuck', 'revoke-stuck', anEvidence().holding(stuck('9-b'), stuck('8-a'))],
  ['break-glass reviews that are owed', 'break-glass-owed', glass().holding(owed('9-b'), owed('8-a'))],
  [
    'heroes who cannot be read',
    'membership-unknown',
    glass().governing('policies/organization.yaml', (text) =>
      text.replace('subjects: [any-rota]', 'subjects: [team:heroes]'),
    ),
  ],
  [
    'a team that cannot be read',
    'membership-unknown',
    anEvidence()
      .by('erin')
      .asking('requests/payments/operator/x.yaml', { duration: '1h' })
      .withoutTeam('payments-production'),
  ],
  [
    'an error of ours',
    'internal-error',
    anEvidence().with({ changes: null as never, now: instant('2026-11-23T10:00:00Z') }),
  ],
];

function told([what, code, evidence]: (typeof REFUSALS)[number]): string {
  const decision = evidence.decide();
  expect(codesOf(decision)).toContain(code);
  const reasons = reasonsOf(decision)
    .filter((reason) => reason.code === code)
    .map(({ message, place }) => `  because ${message}${place === null ? '' : ` (${place})`}`);
  const lines = [...issuesOf(decision), ...decision.warnings].flatMap(issueLines);
  return [`# ${what}: ${decision.verdict} ${code}`, ...lines, ...reasons, ''].join('\n');
}

it('every refusal says what it found, what it expected and what to do', () => {
  const golden = new URL('words.txt', import.meta.url);
  const text = REFUSALS.map(told).join('\n');
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, 'utf8'));
});
