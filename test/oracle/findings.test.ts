/** What the oracle found `decide` to read otherwise than the rules say. Each was mended; each stays tried. */
import { describe, expect, it } from 'vitest';
import { summary } from '../support/decisions.ts';
import { aChange, anEvidence, document, REQUEST } from '../support/evidence.ts';

describe('a merge without `starts`, decided late', () => {
  const merged = () => anEvidence().approvedBy('bob').merged();

  it.each([
    ['a second before its window ends', '2026-11-23T11:59:59Z', 'allow'],
    ['when its window has ended', '2026-11-23T12:00:00Z', 'deny window-over'],
  ])('%s', (_, at, expected) => {
    expect(summary(merged().at(at).decide())).toBe(expected);
  });

  it('is bounded by the window that begins with the merge, not with now', () => {
    const frozen = (from: string) =>
      merged()
        .at('2026-11-23T10:30:00Z')
        .governing(
          'policies/organization.yaml',
          (text) => `${text}freezes:\n  - { name: x, from: "${from}", until: "2026-11-24T00:00:00Z" }\n`,
        )
        .decide();
    expect(summary(frozen('2026-11-23T12:00:00Z'))).toBe('allow');
    expect(summary(frozen('2026-11-23T11:59:59Z'))).toBe('deny frozen');
  });
});

it('refuses a start in the past once `startsBy` has passed: it could begin only now', () => {
  const fields = { starts: '"2026-11-23T09:00:00Z"', startsBy: '"2026-11-23T09:30:00Z"' };
  expect(summary(anEvidence().approvedBy('bob').fields(fields).decide())).toBe('deny start-too-late');
});

it('is in no doubt about a stranger when the receiving service’s controllers cannot be read', () => {
  // An approval of anybody who can see the repository turned a wait into a fault.
  const asked = anEvidence()
    .fields({ subject: 'service:checkout-deploy' })
    .governing('policies/rules/databases.yaml', (text) =>
      text.replace(
        '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
        '    subjects: [service:checkout-deploy]\n    openers: [team:engineering]\n',
      ),
    )
    .team('payments', { complete: false, names: [] });
  expect(asked.decide().verdict).toBe('pending');
  expect(asked.approvedBy('stranger').decide().verdict).toBe('pending');
  expect(asked.approvedBy('stranger').decide().reviews[0]?.code).toBe('review-by-outsider');
  expect(asked.approvedBy('mallory').decide().reviews[0]?.code).toBe('review-not-eligible');
  expect(asked.approvedBy('bob').decide().verdict).toBe('fault');
});

describe('a return by somebody of whom it cannot be told whether they own it', () => {
  const text = document({ duration: '2h', reason: 'Replay payments', subject: 'person:bob' });
  const returned = () =>
    anEvidence()
      .changing(aChange(REQUEST, text, { status: 'removed' }))
      .governing('CODEOWNERS', (owners) =>
        owners.replace('/requests/orders-db/ @acme/orders', '/requests/orders-db/ @acme/orders @acme/hidden'),
      );

  it('is a fault by themselves', () => {
    expect(returned().decide().verdict).toBe('fault');
  });

  it('is fine once an owner agrees: doubt keeps nobody from giving back', () => {
    expect(returned().approvedBy('carol').decide().verdict).toBe('allow');
  });
});
