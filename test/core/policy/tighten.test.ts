import { describe, expect, it } from 'vitest';
import type { Governance } from '../../../core/document/documents.ts';
import { allowanceOf, type Granted } from '../../../core/policy/tighten.ts';
import { HOUR } from '../../../core/time.ts';
import { settingOf } from '../../support/ask.ts';
import { anEvidence, type EvidenceBuilder, NOW, REQUEST } from '../../support/evidence.ts';
import { terms } from '../../support/ledger.ts';

const ALICE = { kind: 'person', name: 'alice', id: 1001, login: 'alice', identities: {} } as const;
const RULE = 'reading needs an owner';

function granted(change: Partial<Granted['terms']> = {}, rule = RULE): Granted {
  const held = { resource: 'orders-db', entitlement: 'read-only', subject: ALICE, length: 4 * HOUR };
  return { terms: terms(42, { ...held, ...change }), rule, path: REQUEST };
}

function allowance(
  change: (governance: Governance) => Partial<Governance> = () => ({}),
  what: Granted = granted(),
  builder: EvidenceBuilder = anEvidence(),
) {
  return allowanceOf(what, settingOf(builder, change), NOW);
}

/** The rules of databases, with these changed. */
const rules =
  (
    change: Readonly<Record<string, Partial<Governance['ruleSets'][0]['rules'][0]> | null>>,
    onTighten: 'keep' | 'shrink' = 'keep',
  ) =>
  ({ ruleSets }: Governance): Partial<Governance> => ({
    ruleSets: ruleSets.map((set) => ({
      ...set,
      onTighten,
      rules: set.rules.flatMap((rule) => {
        const over = Object.hasOwn(change, rule.name) ? change[rule.name] : {};
        return over === null ? [] : [{ ...rule, ...over }];
      }),
    })),
  });

const guarded =
  (
    over: Partial<Governance['organization']['guardrails'][0]>,
    require: Partial<Governance['organization']['guardrails'][0]['require']>,
  ) =>
  ({ organization }: Governance): Partial<Governance> => {
    const [guardrail] = organization.guardrails;
    if (guardrail === undefined) throw new Error('the example has guardrails');
    const one = { ...guardrail, name: 'short', subjects: [], on: {}, for: [], when: null, ...over };
    return {
      organization: {
        ...organization,
        guardrails: [{ ...one, require: { ...guardrail.require, max: null, ...require } }],
      },
    };
  };

describe('what the policies still allow of a grant', () => {
  it('is what its rule says, and what its rule set wants to become of the rest', () => {
    expect(allowance()).toEqual({ most: 4 * HOUR, by: `the rule “${RULE}”`, onTighten: 'keep' });
    expect(allowance(rules({ [RULE]: { max: HOUR } }, 'shrink'))).toEqual({
      most: HOUR,
      by: `the rule “${RULE}”`,
      onTighten: 'shrink',
    });
  });

  it('is what its own rule says, where another for the same people gives more or less', () => {
    const engineers = [{ kind: 'team', name: 'engineering' } as const];
    const other = (max: number) =>
      allowance(
        rules({ [RULE]: { max: 2 * HOUR }, "the owners' on-call reads at once": { subjects: engineers, max } }),
      );
    for (const most of [HOUR, 3 * HOUR])
      expect(other(most)).toMatchObject({ most: 2 * HOUR, by: `the rule “${RULE}”` });
  });

  it('is the most of the other rules for the same people, where its own is gone', () => {
    const engineers = [{ kind: 'team', name: 'engineering' } as const];
    const writing = { for: ['read-only'], max: 2 * HOUR };
    const onCall = { subjects: engineers, max: 3 * HOUR };
    const both = { "the owners' on-call reads at once": onCall, 'writing needs an owner and a DBA': writing };
    expect(allowance(rules({ [RULE]: null, ...both }))).toMatchObject({ most: 3 * HOUR });
    expect(allowance(rules({ [RULE]: null, 'writing needs an owner and a DBA': writing }))).toMatchObject({
      most: 2 * HOUR,
      by: 'the rule “writing needs an owner and a DBA”',
    });
  });

  it.each<[string, (governance: Governance) => Partial<Governance>]>([
    ['no rule gives it any more', rules({ [RULE]: null, "the owners' on-call reads at once": null })],
    [
      'its rule is for others now',
      rules({ [RULE]: { subjects: [{ kind: 'team', name: 'dba' }] }, "the owners' on-call reads at once": null }),
    ],
    ['no rule set is for it', () => ({ ruleSets: [] })],
  ])('is nothing where %s', (_, change) => {
    expect(allowance(change)).toMatchObject({ most: 0, by: 'no rule' });
  });

  it.each([
    ['its resource', { resource: 'gone' }],
    ['its role', { entitlement: 'gone' }],
  ])('is nothing where the catalog lost %s, and it is kept to its end', (_, change) => {
    expect(allowance(undefined, granted(change))).toEqual({
      most: 0,
      by: 'the catalog, which no longer has it',
      onTighten: 'keep',
    });
  });

  it('is in its favour where a team cannot be read', () => {
    expect(allowance(undefined, granted(), anEvidence().withoutTeam('engineering'))).toMatchObject({ most: 4 * HOUR });
  });

  it.each<[string, (governance: Governance) => Partial<Governance>, number]>([
    ['for everybody', guarded({}, { max: HOUR }), 1],
    ['on how long without a break', guarded({}, { maxContinuous: 2 * HOUR }), 2],
    ['for their team', guarded({ subjects: [{ kind: 'team', name: 'engineering' }] }, { max: HOUR }), 1],
    ['for another team', guarded({ subjects: [{ kind: 'team', name: 'contractors' }] }, { max: HOUR }), 4],
    ['for another role', guarded({ for: ['read-write'] }, { max: HOUR }), 4],
    ['for other resources', guarded({ on: { sensitivity: ['critical'] } }, { max: HOUR }), 4],
    ['under a condition, which would have to be asked again', guarded({ when: 'true' }, { max: HOUR }), 4],
  ])('is bounded by a guardrail %s', (_, change, hours) => {
    expect(allowance(change).most).toBe(hours * HOUR);
  });

  it('names the rule before a guardrail that allows as much, and the first of two rules', () => {
    expect(allowance(guarded({}, { max: 4 * HOUR })).by).toBe(`the rule “${RULE}”`);
    const engineers = [{ kind: 'team', name: 'engineering' } as const];
    const onCall = { subjects: engineers, max: 2 * HOUR };
    const writing = { for: ['read-only'], max: 2 * HOUR };
    const both = { "the owners' on-call reads at once": onCall, 'writing needs an owner and a DBA': writing };
    expect(allowance(rules({ [RULE]: null, ...both })).by).toBe("the rule “the owners' on-call reads at once”");
  });

  it('is not bounded by a guardrail for a team that cannot be read', () => {
    const change = guarded({ subjects: [{ kind: 'team', name: 'gone' }] }, { max: HOUR });
    expect(allowance(change).most).toBe(4 * HOUR);
  });

  it('of break-glass is what break-glass offers', () => {
    const what = granted({ breakGlass: true });
    expect(allowance(undefined, what)).toMatchObject({ most: HOUR, by: 'break-glass' });
    expect(
      allowance(({ organization }) => ({ organization: { ...organization, breakGlass: null } }), what),
    ).toMatchObject({
      most: 0,
      by: 'break-glass, which is no longer offered',
    });
  });

  it('of a service is told by its name', () => {
    const subject = { kind: 'service', name: 'checkout-deploy', id: null, login: null, identities: {} } as const;
    const change = rules({ [RULE]: { subjects: [{ kind: 'service', name: 'checkout-deploy' }] } });
    expect(allowance(change, granted({ subject })).most).toBe(4 * HOUR);
    expect(allowance(undefined, granted({ subject })).most).toBe(0);
  });
});
