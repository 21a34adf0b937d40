/** Doubt about one ground where another is certain: in the seats of others, and on several demands. */
import { describe, expect, it } from 'vitest';
import { anEvidence, type EvidenceBuilder } from '../../support/evidence.ts';

const delegation = (from: string, to: string, seat: string) =>
  `apiVersion: gatepass/v1\nkind: Delegation\nfrom: ${from}\nto: ${to}\nseats: [team:${seat}]\nstarts: "2026-11-20T00:00:00Z"\nuntil: "2026-11-28T00:00:00Z"\nreason: On holiday\n`;

const CERTAIN = delegation('carol', 'mallory', 'orders');
const DOUBTFUL = delegation('erin', 'mallory', 'hidden');

/** `hidden`, which nobody can read, owns the request beside `orders`. Mallory is in neither. */
const seated = (...files: readonly string[]) =>
  files.reduce<EvidenceBuilder>(
    (built, text, index) => built.governing(`policies/delegations/d${index}.yaml`, text),
    anEvidence().governing('CODEOWNERS', (owners) =>
      owners.replace('/requests/orders-db/ @acme/orders', '/requests/orders-db/ @acme/orders @acme/hidden'),
    ),
  );

describe('a delegated seat that is certain', () => {
  it.each([
    ['beside doubt about the delegate’s own', [CERTAIN]],
    ['after a seat in doubt', [DOUBTFUL, CERTAIN]],
    ['before a seat in doubt', [CERTAIN, DOUBTFUL]],
  ])('counts: %s', (_, files) => {
    const decision = seated(...files)
      .approvedBy('mallory')
      .decide();
    expect(decision.verdict).toBe('allow');
    expect(decision.reviews).toMatchObject([{ counts: true, onBehalfOf: 'carol' }]);
  });

  it('blocks as well', () => {
    const blocked = seated(CERTAIN).approvedBy('bob').approvedBy('mallory', { state: 'CHANGES_REQUESTED' });
    expect(blocked.decide().verdict).toBe('pending');
  });
});

describe('a seat in doubt alone', () => {
  it('counts for nothing, and makes it a fault', () => {
    const decision = seated(DOUBTFUL).approvedBy('mallory').decide();
    expect(decision.verdict).toBe('fault');
    expect(decision.reviews).toMatchObject([{ counts: false, code: 'membership-unknown', onBehalfOf: null }]);
  });

  it('blocks all the same', () => {
    const blocked = seated(DOUBTFUL).approvedBy('bob').approvedBy('mallory', { state: 'CHANGES_REQUESTED' });
    expect(blocked.decide().verdict).toBe('pending');
  });

  it('makes it a fault where nobody knows who is still a member, also for a return by somebody else', () => {
    const [request] = anEvidence().evidence.changes;
    if (request === undefined) throw new Error('no request');
    const decision = anEvidence()
      .by('frank')
      .changing({ ...request, status: 'removed' })
      .governing('policies/delegations/d.yaml', CERTAIN)
      .with({ members: null })
      .approvedBy('mallory')
      .decide();
    expect(decision.verdict).toBe('fault');
  });

  it('is no doubt for whoever is in a seat that can be read, and has not got it', () => {
    const decision = anEvidence()
      .governing('policies/delegations/d.yaml', delegation('grace', 'mallory', 'orders'))
      .approvedBy('mallory')
      .decide();
    expect(decision.reviews).toMatchObject([{ counts: false, code: 'review-not-eligible' }]);
  });
});

describe('a delegated seat', () => {
  it('is in a team, not in the rota of the same name', () => {
    // Carol is on call for `orders` and in the team `orders`.
    const rota = (builder: EvidenceBuilder) =>
      builder.governing('policies/rules/databases.yaml', (text) =>
        text.replace(
          '{ from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }',
          '{ from: [rota:orders], count: 1 }',
        ),
      );
    const away = anEvidence().governing('policies/delegations/d.yaml', CERTAIN);
    expect(away.approvedBy('mallory').decide().verdict).toBe('allow');
    expect(rota(away).approvedBy('carol').decide().verdict).toBe('allow');
    expect(rota(away).approvedBy('mallory').decide().verdict).toBe('pending');
  });

  it('makes nobody a candidate where its owner has no place', () => {
    const decision = anEvidence()
      .governing('policies/delegations/d.yaml', delegation('grace', 'mallory', 'orders'))
      .decide();
    expect('requirements' in decision && decision.requirements[0]?.candidates.map(({ login }) => login)).toEqual([
      'bob',
      'carol',
    ]);
  });
});

describe('an approval on two demands', () => {
  /** An owner and a DBA; the owners cannot be read. */
  const writing = (builder = anEvidence()) =>
    builder.asking('requests/orders-db/read-write/x.yaml', { duration: '1h' }).withoutTeam('orders');

  it('fills the certain one, and the other stays in doubt', () => {
    const decision = writing().approvedBy('dan').decide();
    expect(decision.verdict).toBe('fault');
    expect(decision.reviews).toMatchObject([{ counts: true, code: 'review-counts' }]);
    expect(decision.reasons.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['membership-unknown', 'approval-complete']),
    );
  });

  it('that is in doubt on one and nothing on the other says so of the one alone', () => {
    const decision = writing().approvedBy('bob').decide();
    expect(decision.verdict).toBe('fault');
    const codes = decision.reasons.filter(({ holds }) => holds !== true).map(({ code }) => code);
    expect(codes).toEqual(['membership-unknown', 'approval-missing']);
    expect(decision.reviews).toMatchObject([{ counts: false, code: 'membership-unknown' }]);
  });

  it('that is void fills neither', () => {
    const decision = anEvidence()
      .asking('requests/orders-db/read-write/x.yaml', { duration: '1h' })
      .approvedBy('bob', { commitId: 'f'.repeat(40) })
      .decide();
    expect(decision.reviews).toMatchObject([{ counts: false, code: 'review-stale' }]);
  });
});
