/** The schema of evidence and the types in `core/policy/evidence.ts` say the same. */
import { describe, expect, it } from 'vitest';
import { validateDecision, validateEvidence } from '../../schema/validators.generated.js';
import { aCommit, aGrant, anEvidence, author } from '../support/evidence.ts';

function copy(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

const FULL = anEvidence()
  .approvedBy('bob', { limit: '1h' })
  .holding(aGrant('alice'))
  .commits(aCommit('alice', { coAuthors: [author('dan'), { account: null, name: 'x', email: 'x@example.com' }] }))
  .merged()
  .with({ signals: { incident: true, level: 3, nested: { list: [null, 'x'] } } });

describe('the schema of evidence', () => {
  it.each([
    ['of an open pull request', anEvidence()],
    ['with everything in it', FULL],
    ['in which much is unknown', FULL.with({ pushers: null, members: null, teams: {}, reviews: [] })],
    ['of a deleted fork', FULL.pull({ head: { ref: 'x', sha: 'a'.repeat(40), repositoryId: null } })],
  ])('accepts evidence %s', (_, { evidence }) => {
    expect(validateEvidence(copy(evidence)), JSON.stringify(validateEvidence.errors)).toBe(true);
  });

  it('asks for every fact, and for no other', () => {
    const { evidence } = FULL;
    expect(validateEvidence({ ...copy(evidence), extra: 1 })).toBe(false);
    for (const field of Object.keys(evidence)) {
      expect(validateEvidence({ ...copy(evidence), [field]: undefined }), field).toBe(false);
    }
    for (const field of Object.keys(evidence.pullRequest)) {
      const pullRequest = { ...copy(evidence.pullRequest), [field]: undefined };
      expect(validateEvidence({ ...copy(evidence), pullRequest }), field).toBe(false);
    }
  });
});

describe('the schema of a decision', () => {
  it.each([
    ['pending', anEvidence()],
    ['allow', anEvidence().approvedBy('bob')],
    ['deny', anEvidence().fields({ duration: '3d' })],
    ['invalid', anEvidence().fields({ duration: 'soon' })],
    ['fault', anEvidence().withoutTeam('engineering')],
  ])('accepts the decision: %s', (verdict, builder) => {
    const decision = builder.decide();
    expect(decision.verdict).toBe(verdict);
    expect(validateDecision(copy(decision)), JSON.stringify(validateDecision.errors)).toBe(true);
    expect(validateDecision({ ...copy(decision), extra: 1 })).toBe(false);
  });
});
