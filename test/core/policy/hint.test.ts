/** The nearest request that would do, where the lengths that are tried come from somewhere else than round numbers. */
import { describe, expect, it } from 'vitest';
import { anEvidence, type EvidenceBuilder } from '../../support/evidence.ts';

const RULES = 'policies/rules/databases.yaml';
const ORGANIZATION = 'policies/organization.yaml';
const WAY = '1 of code owners (team:orders)';

function hintOf(builder: EvidenceBuilder): string | null {
  const decision = builder.decide();
  if (decision.verdict !== 'deny') throw new Error(`not denied: ${decision.verdict}`);
  return decision.hint;
}

/** Alice asks to read for three days. */
const asking = () => anEvidence().fields({ duration: '3d' });
const guarded = (require: string) =>
  asking().governing(ORGANIZATION, (text) => text.replace('guardrails:', `guardrails:\n  - { name: x, ${require} }`));

describe('the hint names', () => {
  it.each([
    [
      'the most that a rule gives',
      `210m needs ${WAY}`,
      asking().governing(RULES, (text) =>
        text.replace('an owner of the database agrees\n    max: 4h', 'an owner of the database agrees\n    max: 210m'),
      ),
    ],
    ['the most that a guardrail lets through', `90m needs ${WAY}`, guarded('require: { max: 90m }')],
    ['the most without a break', `100m needs ${WAY}`, guarded('require: { maxContinuous: 100m }')],
    [
      'the most that break-glass gives',
      '50m is automatic',
      anEvidence()
        .by('carol')
        .fields({ duration: '3h', breakGlass: 'true' })
        .governing(ORGANIZATION, (text) => text.replace('[any-rota], max: 1h', '[any-rota], max: 50m')),
    ],
    [
      'the longest of several',
      `30m needs ${WAY}`,
      anEvidence().governing(
        ORGANIZATION,
        (text) => `${text}freezes:\n  - { name: x, from: "2026-11-23T10:40:00Z", until: "2026-11-24T00:00:00Z" }\n`,
      ),
    ],
  ])('%s: %s', (_, hint, evidence) => {
    expect(hintOf(evidence)).toBe(hint);
  });

  it('no longer time than was asked, even where a rule wants one', () => {
    const long = (text: string) =>
      text.replace('    explain: an owner of the database agrees\n', '    when: request.duration >= duration("2h")\n');
    expect(anEvidence().governing(RULES, long).decide().verdict).toBe('pending');
    expect(hintOf(anEvidence().fields({ duration: '1h' }).governing(RULES, long))).toBeNull();
  });
});
