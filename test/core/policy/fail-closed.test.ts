/** What parsing the governing files refuses already is refused by the decision as well, should it ever get that far. */
import { describe, expect, it } from 'vitest';
import type { Calendar, Principal } from '../../../core/document/documents.ts';
import { understand } from '../../../core/policy/asked.ts';
import { calendarReason } from '../../../core/policy/calendar-reason.ts';
import { decidePolicy } from '../../../core/policy/decide-policy.ts';
import { decideReturn } from '../../../core/policy/decide-return.ts';
import { labelOf } from '../../../core/policy/labels.ts';
import { isOneOf, membersOf } from '../../../core/policy/principals.ts';
import { combine, type Requirement } from '../../../core/policy/requirements.ts';
import { termsFor } from '../../../core/policy/terms.ts';
import { commonOf } from '../../../core/policy/verdicts.ts';
import { HOUR, MINUTE } from '../../../core/time.ts';
import { askOf, settingOf, understood, unowned } from '../../support/ask.ts';
import { issuesOf, summary } from '../../support/decisions.ts';
import { aChange, anEvidence, document, NOW, REQUEST } from '../../support/evidence.ts';

describe('terms', () => {
  it('are denied without a rule set', () => {
    const terms = termsFor(askOf(settingOf(anEvidence(), () => ({ ruleSets: [] }))));
    const why = 'no rule set is for `orders-db`';
    expect(terms).toMatchObject({
      is: 'deny',
      issues: [{ code: 'no-rule-set', message: why }],
      reasons: [{ code: 'no-rule-set', message: why, holds: false }, ...Array(2).fill({ holds: true })],
    });
  });

  it('are a fault under two rule sets', () => {
    const terms = termsFor(
      askOf(settingOf(anEvidence(), ({ ruleSets }) => ({ ruleSets: [...ruleSets, ...ruleSets] }))),
    );
    const place = 'policies/rules/databases.yaml:4';
    expect(terms).toMatchObject({ is: 'fault', issues: [] });
    expect(terms.reasons[0]).toMatchObject({
      code: 'rule-sets-overlap',
      holds: null,
      message: `\`orders-db\` falls under 2 rule sets: ${place} and ${place}`,
    });
  });

  it('are denied under two rule sets, where something definite stands against them as well', () => {
    const locks = [
      { name: 'x', on: {}, for: [], subjects: [], reason: 'x', until: null, place: { file: 'x', line: 1, column: 1 } },
    ];
    const terms = termsFor(
      askOf(settingOf(anEvidence(), ({ ruleSets }) => ({ ruleSets: [...ruleSets, ...ruleSets], locks }))),
    );
    expect(terms.is).toBe('deny');
  });

  it('are denied for a team that approves', () => {
    const builder = anEvidence().by('erin').asking('requests/payments/operator/x.yaml', { duration: '1h' });
    const terms = termsFor(
      askOf(
        settingOf(builder, ({ resources }) => {
          const json = JSON.stringify(resources).replaceAll('payments-production', 'Payments');
          return { resources: JSON.parse(json) };
        }),
      ),
    );
    expect(terms).toMatchObject({ is: 'deny' });
    expect(terms.reasons.map((reason) => reason.code)).toContain('binding-governs');
  });
});

describe('a team of a provider that names no organisation', () => {
  it('is held to be one of ours', () => {
    const builder = anEvidence().by('erin').asking('requests/payments/operator/x.yaml', { duration: '1h' });
    const setting = settingOf(builder, ({ resources }) => ({
      resources: JSON.parse(
        JSON.stringify(resources)
          .replaceAll('"organization":"acme",', '')
          .replaceAll('payments-production', 'payments'),
      ),
    }));
    const terms = termsFor(askOf(setting));
    expect(terms.is).toBe('deny');
    expect(terms.reasons.map(({ code }) => code)).toContain('binding-governs');
  });
});

describe('a calendar', () => {
  const closed: Calendar = { zone: 'Mars/Olympus', days: [1], from: 0, until: 1440 };
  const ask = askOf(
    settingOf(anEvidence(), ({ organization }) => ({ organization: { ...organization, calendars: { mars: closed } } })),
  );

  it.each(['mars', 'constructor', 'nights'])('`%s` is unknown, which is neither open nor closed', (name) => {
    expect(calendarReason(name, ask)).toMatchObject({ code: 'calendar-unknown', holds: null });
  });
});

describe('a receiver', () => {
  it('that is a team is invalid', () => {
    const setting = settingOf();
    const ask = askOf(setting);
    const answer = understand(setting, { ...ask.request, subject: { kind: 'team', name: 'orders' } });
    expect(answer).toMatchObject({ is: 'invalid', issues: [{ code: 'subject-kind', found: 'team' }] });
  });

  it('that is nobody is denied', () => {
    expect(
      understood(settingOf(anEvidence(), () => ({ people: { people: {}, services: {}, teams: {} } }))),
    ).toMatchObject({
      is: 'deny',
    });
  });
});

describe('principals', () => {
  const scope = (setting = settingOf()) => ({ setting, resource: null, path: REQUEST, at: NOW });

  it.each<readonly [string, Principal, string]>([
    ['a rota that does not exist', { kind: 'rota', name: 'nights' }, 'unknown'],
    ['a person who does not exist', { kind: 'person', name: 'zoe' }, 'unknown'],
    ['a service, which no person is', { kind: 'service', name: 'checkout-deploy' }, 'no'],
    ['the owner of no resource', { kind: 'owner' }, 'no'],
    ['the rota of no owner', { kind: 'owner-rota' }, 'no'],
  ])('%s: %s', (_, principal, answer) => {
    expect(isOneOf([principal], { kind: 'person', id: 1001 }, scope())).toBe(answer);
  });

  it('an owner that is not named is nobody', () => {
    const setting = settingOf();
    const resource = setting.governance.resources['orders-db'];
    if (resource === undefined) throw new Error('no resource');
    expect(
      membersOf([{ kind: 'owner' }], { ...scope(setting), resource: { ...resource, owner: { kind: 'owner' } } }),
    ).toEqual({ ids: [], complete: true });
  });

  it('a person who owns a resource has no rota', () => {
    const setting = settingOf();
    const resource = setting.governance.resources['orders-db'];
    if (resource === undefined) throw new Error('no resource');
    const owner = { kind: 'person', name: 'bob' } as const;
    expect(membersOf([{ kind: 'owner-rota' }], { ...scope(setting), resource: { ...resource, owner } })).toEqual({
      ids: [],
      complete: true,
    });
  });

  it('of a path without owners are nobody, and said to be', () => {
    expect(labelOf([{ kind: 'codeowners' }], scope(unowned(settingOf())))).toBe('code owners (nobody)');
  });
});

describe('a path without owners', () => {
  const gone = aChange(REQUEST, document({ duration: '1h', reason: 'Look at it' }), { status: 'removed' });

  it.each([
    ['policy change', decidePolicy, anEvidence().changing(aChange('README.md', null, { status: 'modified' }))],
    ['return', decideReturn, anEvidence().changing(gone)],
  ] as const)('denies a %s', (_, decide, builder) => {
    const setting = unowned(settingOf(builder));
    const decision = decide(setting, commonOf(setting.evidence, 'policy'));
    expect(summary(decision)).toBe('deny no-code-owner');
    expect(issuesOf(decision)).toMatchObject([{ fix: 'give it an owner in CODEOWNERS first' }]);
  });
});

describe('a delegation by or to somebody who is gone', () => {
  it.each(['from', 'to'])('%s is nobody’s seat', (end) => {
    const delegation = {
      from: 'carol',
      to: 'dan',
      seats: ['orders'],
      starts: NOW,
      until: NOW,
      reason: 'x',
      place: { file: 'x', line: 1, column: 1 },
    };
    const builder = anEvidence().approvedBy('dan').at('2026-11-23T10:00:00Z');
    const setting = settingOf(builder, () => ({
      delegations: [
        {
          ...delegation,
          [end]: 'zoe',
          starts: '2026-01-01T00:00:00.000Z' as typeof NOW,
          until: '2027-01-01T00:00:00.000Z' as typeof NOW,
        },
      ],
    }));
    const evidence = builder.changing(aChange('requests-readme.md', null)).evidence;
    expect(decidePolicy({ ...setting, evidence }, commonOf(evidence, 'policy')).verdict).toBe('pending');
  });
});

describe('combine', () => {
  const owners: Requirement = {
    source: 'a rule',
    place: null,
    from: [{ kind: 'codeowners' }],
    count: 1,
    widen: { after: 30 * MINUTE, to: [{ kind: 'team', name: 'sre' }] },
    namesDigest: false,
  };

  it('takes the larger count and the later widening of the same people', () => {
    const other = {
      ...owners,
      source: 'a guardrail',
      count: 2,
      widen: { after: HOUR, to: [{ kind: 'team', name: 'sre' }] },
    } as const;
    expect(combine([owners, other])).toEqual([
      { ...owners, source: 'a rule and a guardrail', count: 2, widen: other.widen },
    ]);
  });

  it.each([
    ['when only one is widened', null],
    ['when the two are widened to others', { after: HOUR, to: [{ kind: 'team', name: 'dba' }] }],
  ] as const)('does not widen %s', (_, widen) => {
    expect(combine([owners, { ...owners, source: 'a guardrail', widen }])[0]?.widen).toBeNull();
  });

  it('does not widen what is not widened', () => {
    expect(
      combine([
        { ...owners, widen: null },
        { ...owners, source: 'a guardrail' },
      ])[0]?.widen,
    ).toBeNull();
  });

  it.each([
    ['the rule', true, false],
    ['the guardrail', false, true],
  ])('asks for the digest where %s does', (_, rule, guardrail) => {
    const both = [
      { ...owners, namesDigest: rule },
      { ...owners, source: 'a guardrail', namesDigest: guardrail },
    ];
    expect(combine(both)).toMatchObject([{ namesDigest: true }]);
  });

  it('takes the same people in another order for the same people', () => {
    const [a, b] = [{ kind: 'team', name: 'sre' }, { kind: 'codeowners' }] as const;
    const one = { ...owners, from: [a, b] };
    expect(combine([one, { ...one, source: 'a guardrail', from: [b, a] }])).toHaveLength(1);
  });

  it('keeps two demands of one source, and demands of other people', () => {
    const dba = { ...owners, from: [{ kind: 'team', name: 'dba' }] } as const;
    expect(combine([owners, owners, dba])).toHaveLength(3);
  });
});
