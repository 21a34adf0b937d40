import { describe, expect, it } from 'vitest';
import { parseEvidence } from '../../../core/policy/parse-evidence.ts';
import { aGrant, anEvidence, instant } from '../../support/evidence.ts';

const { evidence } = anEvidence()
  .approvedBy('bob')
  .holding(aGrant('alice'))
  .pull({ retargetedAt: [instant('2026-11-23T09:00:00Z')] });
const asJson = () => JSON.parse(JSON.stringify(evidence));

describe('parseEvidence', () => {
  it('reads what the adapter writes', () => {
    expect(parseEvidence(asJson())).toEqual({ ok: true, value: evidence, issues: [] });
  });

  it.each([
    ['no object', null, 'the evidence is not of type object'],
    ['an empty object', {}, 'the evidence has no `apiVersion`'],
    ['a field too many', { ...asJson(), trust: true }, 'the evidence has a field too many: `trust`'],
    ['another kind', { ...asJson(), kind: 'Decision' }, '`/kind` does not keep to `const`: Evidence'],
    [
      'a state that GitHub does not know',
      { ...asJson(), pullRequest: { ...asJson().pullRequest, state: 'queued' } },
      '`/pullRequest/state` is none of open, closed, merged',
    ],
    ['a login as an id', { ...asJson(), members: ['alice'] }, '`/members/0` is not of type integer'],
    [
      'a short commit',
      { ...asJson(), governing: { ...asJson().governing, commit: 'abc' } },
      '`/governing/commit` does not keep to `pattern`',
    ],
    [
      'an instant that does not exist',
      { ...asJson(), now: '2026-02-30T10:00:00.000Z' },
      '`/now` `2026-02-30T10:00:00.000Z` is no instant',
    ],
    [
      'an impossible hour of a review',
      { ...asJson(), reviews: [{ ...asJson().reviews[0], submittedAt: '2026-11-23T25:00:00.000Z' }] },
      '`/reviews/0/submittedAt`',
    ],
    [
      'an impossible edit',
      { ...asJson(), reviews: [{ ...asJson().reviews[0], edited: { at: '2026-11-23T25:00:00.000Z', by: null } }] },
      '`/reviews/0/edited/at`',
    ],
    [
      'an impossible dismissal',
      {
        ...asJson(),
        reviews: [{ ...asJson().reviews[0], dismissed: { at: '2026-11-23T25:00:00.000Z', was: 'APPROVED' } }],
      },
      '`/reviews/0/dismissed/at`',
    ],
    [
      'an impossible end of a grant',
      { ...asJson(), grants: [{ ...asJson().grants[0], expires: '2026-13-01T00:00:00.000Z' }] },
      '`/grants/0/expires`',
    ],
    [
      'an impossible retarget',
      { ...asJson(), pullRequest: { ...asJson().pullRequest, retargetedAt: ['2026-11-31T00:00:00.000Z'] } },
      '`/pullRequest/retargetedAt/0`',
    ],
  ])('refuses %s', (_, value, message) => {
    const parsed = parseEvidence(value);
    expect(parsed.ok).toBe(false);
    expect(parsed.issues.map((issue) => issue.message).join('; ')).toContain(message);
    expect(parsed.issues[0]).toMatchObject({ code: 'evidence-invalid', fix: 'see docs/guides/evidence.md' });
  });
});
