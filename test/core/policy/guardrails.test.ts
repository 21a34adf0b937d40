/** How long without a break: which other grants count, to the second. */
import { describe, expect, it } from 'vitest';
import { summary } from '../../support/decisions.ts';
import { aGrant, anEvidence, instant } from '../../support/evidence.ts';

/** Alice asks from 10:00 for four hours, as long as it may be held without a break. */
const asking = (held: { readonly starts: string; readonly expires: string }) =>
  anEvidence()
    .fields({ duration: '4h' })
    .governing('policies/organization.yaml', (text) => text.replace('maxContinuous: 8h', 'maxContinuous: 4h'))
    .approvedBy('bob')
    .holding(aGrant('alice', { starts: instant(held.starts), expires: instant(held.expires) }));

describe('a request for the most that may be held without a break', () => {
  it.each([
    ['follows a grant at once', 'deny', '2026-11-23T09:00:00Z', '2026-11-23T10:00:00Z'],
    [
      'follows one a second short of a quarter of an hour later',
      'deny',
      '2026-11-23T09:00:00Z',
      '2026-11-23T09:45:01Z',
    ],
    ['follows one a quarter of an hour later', 'allow', '2026-11-23T09:00:00Z', '2026-11-23T09:45:00Z'],
    ['precedes one at once', 'deny', '2026-11-23T14:00:00Z', '2026-11-23T15:00:00Z'],
    ['precedes one by a second less than a quarter of an hour', 'deny', '2026-11-23T14:14:59Z', '2026-11-23T15:00:00Z'],
    ['precedes one by a quarter of an hour', 'allow', '2026-11-23T14:15:00Z', '2026-11-23T15:00:00Z'],
    ['precedes one by a day', 'allow', '2026-11-24T14:00:00Z', '2026-11-24T15:00:00Z'],
  ])('that %s: %s', (_, verdict, starts, expires) => {
    const expected = verdict === 'deny' ? 'deny guardrail-applies continuous-over-max' : verdict;
    expect(summary(asking({ starts, expires }).decide())).toBe(expected);
  });
});
