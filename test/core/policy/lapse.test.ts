import { describe, expect, it } from 'vitest';
import { lapsesAt } from '../../../core/policy/lapse.ts';
import { DAY } from '../../../core/time.ts';
import { aChange, anEvidence, type EvidenceBuilder, instant } from '../../support/evidence.ts';

const OPENED = instant('2026-11-23T09:00:00Z');
const at = (builder: EvidenceBuilder, lapse = 7 * DAY) => lapsesAt(builder.evidence, builder.decide(), lapse);
const asked = () => anEvidence().pull({ openedAt: OPENED });

describe('a request that nobody decides lapses', () => {
  it.each<[string, EvidenceBuilder, string]>([
    ['so long after it was opened', asked(), '2026-11-30T09:00:00.000Z'],
    [
      'so long after it was made ready',
      asked().pull({ readyAt: instant('2026-11-23T09:30:00Z') }),
      '2026-11-30T09:30:00.000Z',
    ],
    [
      'so long after its branch was pushed to last',
      asked().pull({ headPushedAt: instant('2026-11-23T09:45:00Z'), readyAt: instant('2026-11-23T09:30:00Z') }),
      '2026-11-30T09:45:00.000Z',
    ],
    ['when it cannot begin by then', asked().fields({ startsBy: '2026-11-24T08:00:00Z' }), '2026-11-24T08:00:00.000Z'],
    ['when its window is over', asked().fields({ starts: '2026-11-24T08:00:00Z' }), '2026-11-24T10:00:00.000Z'],
    ['too where it was denied', asked().fields({ duration: '3d' }), '2026-11-30T09:00:00.000Z'],
    ['too where it is not valid', asked().fields({ duration: 'soon' }), '2026-11-30T09:00:00.000Z'],
  ])('%s', (_, builder, lapses) => {
    expect(at(builder)).toBe(lapses);
  });

  it.each<[string, EvidenceBuilder]>([
    ['a draft', asked().pull({ draft: true })],
    ['what is allowed and waits to be merged', asked().approvedBy('bob')],
    ['what could not be told', asked().with({ members: null })],
    [
      'a policy change',
      asked().changing(aChange('policies/settings.yaml', 'apiVersion: gatepass/v1\nkind: Settings\n')),
    ],
  ])('but not %s', (_, builder) => {
    expect(at(builder)).toBeNull();
  });
});
