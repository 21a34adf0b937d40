/** The digest that an approval names where a policy asks for it (threat 19). */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/policy/decide.ts';
import { names, requestDigest } from '../../../core/policy/request-digest.ts';
import { codesOf } from '../../support/decisions.ts';
import { anEvidence, type EvidenceBuilder, REQUEST } from '../../support/evidence.ts';

const ORGANIZATION = 'policies/organization.yaml';
const RULES = 'policies/rules/databases.yaml';

/** A guardrail asks for it, of every approval. */
const guarded = (builder: EvidenceBuilder = anEvidence()) =>
  builder.governing(ORGANIZATION, (text) =>
    text.replace('guardrails:', 'guardrails:\n  - { name: of these bytes, require: { digest: true } }'),
  );

/** The rule asks for it, of the owner alone; the DBA is asked as well. */
const ofTheOwner = (builder: EvidenceBuilder = anEvidence()) =>
  builder.governing(RULES, (text) =>
    text.replace(
      '{ from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }',
      '{ from: [codeowners], count: 1, digest: required }\n      - { from: [team:dba], count: 1 }',
    ),
  );

const digestOfRequest = (builder: EvidenceBuilder = anEvidence()) => {
  const [change] = builder.evidence.changes;
  return requestDigest(REQUEST, change?.text ?? '');
};
const digest = digestOfRequest();

describe('requestDigest', () => {
  it('is of the path and of the text, in 32 digits', () => {
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([digest, requestDigest('x', 'y'), requestDigest('x', 'z'), requestDigest('xy', '')]).size).toBe(4);
    // printf '["x","y"]' | sha256sum
    expect(requestDigest('x', 'y')).toBe('01f650e85c95620160b40ed22626dca9');
  });

  it.each([
    [digest, true],
    [` ${digest.toUpperCase()} `, true],
    [`\`${digest}\``, true],
    [digest.slice(0, 31), false],
    [`${digest}0`, false],
    ['', false],
  ])('is named by %j: %s', (written, expected) => {
    expect(names(written, digest)).toBe(expected);
  });
});

describe('an approval, where a guardrail asks for the digest', () => {
  it.each([
    ['counts with it', { digest }, 'allow', 'review-counts'],
    ['does not count without it', {}, 'pending', 'review-digest-missing'],
    ['does not count with a line that was read as none', { digest: null }, 'pending', 'review-digest-missing'],
    ['does not count with another', { digest: 'f'.repeat(32) }, 'pending', 'review-digest-wrong'],
    ['does not count with two', { digest: `${digest} / ${'f'.repeat(32)}` }, 'pending', 'review-digest-wrong'],
  ])('%s', (_, over, verdict, code) => {
    const decision = guarded().approvedBy('bob', over).decide();
    expect(decision.verdict).toBe(verdict);
    expect(decision.reviews.map((review) => review.code)).toEqual([code]);
  });

  it('of another text does not count, though it was that of this branch', () => {
    const now = guarded(anEvidence().fields({ duration: '4h' }));
    expect(digestOfRequest(now)).not.toBe(digest);
    expect(codesOf(now.approvedBy('bob', { digest }).decide())).toContain('review-digest-wrong');
  });

  it('says what to write, for whoever has to', () => {
    const decision = guarded().approvedBy('bob').decide();
    expect(decision).toMatchObject({ requirements: [{ digest }] });
    expect(decision.reviews[0]?.why).toContain(`\`digest: ${digest}\``);
  });

  it('blocks without it all the same', () => {
    const decision = guarded()
      .approvedBy('bob', { digest })
      .approvedBy('carol', { state: 'CHANGES_REQUESTED' })
      .decide();
    expect(decision.verdict).toBe('pending');
  });

  it('says first that somebody may not approve at all', () => {
    expect(codesOf(guarded().approvedBy('mallory').decide())).toContain('review-not-eligible');
  });

  it('says that a membership is unknown only where the digest is named', () => {
    const unknown = guarded().withoutTeam('orders');
    expect(unknown.approvedBy('bob').decide().reviews[0]?.code).toBe('review-digest-missing');
    expect(unknown.approvedBy('bob', { digest }).decide().reviews[0]?.code).toBe('membership-unknown');
  });

  it('is not asked for it where no approval is needed', () => {
    const automatic = guarded(anEvidence().by('carol').fields({ duration: '1h' }));
    expect(automatic.decide().verdict).toBe('allow');
  });

  it('is asked for it as long as the guardrail might apply', () => {
    const perhaps = anEvidence().governing(
      ORGANIZATION,
      (text) =>
        `${text.replace('guardrails:', 'guardrails:\n  - { name: d, when: signals.incident, require: { digest: true } }')}signals: { incident: bool }\n`,
    );
    expect(perhaps.approvedBy('bob').decide().verdict).toBe('pending');
    expect(decide({ ...perhaps.approvedBy('bob').evidence, signals: { incident: false } }).verdict).toBe('allow');
  });
});

describe('an approval, where a rule asks one of two for the digest', () => {
  it('counts without it for the other', () => {
    const decision = ofTheOwner().approvedBy('bob', { digest }).approvedBy('dan').decide();
    expect(decision.verdict).toBe('allow');
    expect(decision).toMatchObject({ requirements: [{ digest }, {}] });
  });

  it('says whose demand it is that asks, to whoever could fill that one alone', () => {
    const second = anEvidence().governing(RULES, (text) =>
      text.replace(
        '{ from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }',
        '{ from: [team:dba], count: 1 }\n      - { from: [codeowners], count: 1, digest: required }',
      ),
    );
    const [finding] = second.approvedBy('bob').decide().reviews;
    expect(finding?.code).toBe('review-digest-missing');
    expect(finding?.why).toContain(`\`digest: ${digest}\``);
  });

  it('says so of somebody who could fill one of two that ask', () => {
    const writing = guarded(anEvidence().asking('requests/orders-db/read-write/x.yaml', { duration: '1h' }));
    expect(writing.approvedBy('bob').decide().reviews).toMatchObject([
      { counts: false, code: 'review-digest-missing' },
    ]);
  });

  it('of somebody who could fill both fills the other without it', () => {
    // Carol is an owner and a DBA.
    const decision = ofTheOwner().approvedBy('carol').decide();
    expect(decision).toMatchObject({
      verdict: 'pending',
      requirements: [{ filledBy: [] }, { filledBy: [{ login: 'carol' }] }],
    });
  });
});
