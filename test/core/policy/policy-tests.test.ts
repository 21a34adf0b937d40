import { describe, expect, it } from 'vitest';
import type { Governance } from '../../../core/document/documents.ts';
import { whatCan } from '../../../core/policy/can.ts';
import { readGovernance } from '../../../core/policy/governance.ts';
import { governingTeams, teamsToRead } from '../../../core/policy/governing-teams.ts';
import { runPolicyTests } from '../../../core/policy/policy-tests.ts';
import { HOUR } from '../../../core/time.ts';
import { anEvidence, type EvidenceBuilder, type Name, NOW } from '../../support/evidence.ts';

function governanceOf(evidence: EvidenceBuilder): Governance {
  const governed = readGovernance(evidence.evidence.governing.files);
  if (!governed.ok) throw new Error(JSON.stringify(governed.issues));
  return governed.value.governance;
}

const TESTS = 'policies/rules/databases.test.yaml';
const example = governanceOf(anEvidence());

describe('runPolicyTests', () => {
  it('finds the example in order', () => {
    const results = runPolicyTests(example);
    expect(results.length).toBeGreaterThanOrEqual(6);
    expect(results.filter((result) => !result.passed)).toEqual([]);
  });

  it.each([
    [
      'another verdict',
      'verdict: pending, rule: reading needs an owner',
      'verdict: allow',
      'expected allow; found pending, rule “reading needs an owner”, because approval-missing',
    ],
    [
      'another rule',
      'verdict: pending, rule: reading needs an owner',
      'verdict: pending, rule: no such rule',
      'expected pending, rule “no such rule”; found pending, rule “reading needs an owner”, because approval-missing',
    ],
    [
      'another reason',
      'verdict: deny, reason: duration-over-max',
      'verdict: deny, reason: frozen',
      'expected deny, because frozen; found deny, because duration-over-max',
    ],
    [
      'a reason of what is allowed, which has none',
      'verdict: allow, rule: reading needs an owner',
      'verdict: allow, rule: reading needs an owner, reason: subject-not-eligible',
      'expected allow, rule “reading needs an owner”, because subject-not-eligible; found allow, rule “reading needs an owner”',
    ],
  ])('says what is different: %s', (_, before, after, why) => {
    const governance = governanceOf(anEvidence().governing(TESTS, (text) => text.replace(before, after)));
    const [failed, ...others] = runPolicyTests(governance).filter((result) => !result.passed);
    expect(failed?.why).toBe(why);
    expect(failed?.place).toMatch(/^policies\/rules\/databases\.test\.yaml:\d+$/);
    expect(others).toEqual([]);
  });

  it.each([
    [
      'an action',
      '{ within: 30m, reason: Memory is full, inputs: { region: eu-west-1 } }',
      'requests/checkout/restart/x.yaml',
      '',
      'pending',
    ],
    [
      'a request for a colleague',
      '{ duration: 1h, reason: Look at it }',
      'requests/orders-db/read-only/x.yaml',
      '    opener: bob\n',
      'deny',
    ],
    [
      'a request that one opens oneself',
      '{ duration: 1h, reason: Look at it }',
      'requests/orders-db/read-only/x.yaml',
      '    opener: alice\n',
      'pending',
    ],
  ])('decides %s', (_, document, path, opener, verdict) => {
    const test = `apiVersion: gatepass/v1\nkind: PolicyTest\nteams: { engineering: [alice], orders: [bob], payments: [bob], contractors: [] }\ntests:\n  - name: x\n    request: ${path}\n    subject: alice\n${opener}    at: "2026-11-23T10:00:00Z"\n    document: ${document}\n    expect: { verdict: ${verdict} }\n`;
    const evidence = anEvidence().governing('policies/rules/more.test.yaml', test);
    const [result] = runPolicyTests({
      ...example,
      tests: parsedTests(evidence).filter((one) => one.place.file.includes('more')),
    });
    expect(result?.why).toBe('');
  });

  describe('another opener than the subject', () => {
    /** As the rules are when bob, an owner, may ask for anybody. */
    const onBehalf = governanceOf(
      anEvidence().governing('policies/rules/databases.yaml', (text) =>
        text.replace(
          '    explain: an owner of the database agrees\n',
          '    openers: [team:orders]\n    explain: an owner of the database agrees\n',
        ),
      ),
    );
    const tried = (over: Partial<(typeof example.tests)[number]>) => {
      const [test] = example.tests;
      if (test === undefined) throw new Error('no test');
      const [result] = runPolicyTests({ ...onBehalf, tests: [{ ...test, subject: 'alice', opener: 'bob', ...over }] });
      return result?.decision;
    };

    it('opens it, and the subject receives it', () => {
      expect(tried({ approvedBy: ['carol'] })).toMatchObject({
        verdict: 'allow',
        asked: { opener: { login: 'bob' }, subject: { name: 'alice' } },
      });
    });

    it.each([
      ['the opener', 'bob', 'review-by-requester'],
      ['the subject', 'alice', 'review-by-subject'],
    ])('is approved by neither: %s', (_, name, code) => {
      expect(tried({ approvedBy: [name] })).toMatchObject({ verdict: 'pending', reviews: [{ code }] });
    });

    it('must be one of the openers', () => {
      expect(tried({ opener: 'mallory', approvedBy: ['carol'] })?.verdict).toBe('deny');
    });

    it('is the subject itself where the test names nobody, or the same', () => {
      for (const opener of [null, 'alice']) {
        expect(tried({ opener, approvedBy: ['bob'] })).toMatchObject({
          verdict: 'allow',
          asked: { opener: { login: 'alice' }, subject: { name: 'alice' } },
        });
      }
    });
  });

  it('lets people approve under their logins, which need not be their names', () => {
    const [test] = example.tests;
    const carol = example.people.people['carol'];
    if (test === undefined || carol === undefined) throw new Error('nobody');
    const people = {
      ...example.people,
      people: { ...example.people.people, carol: { ...carol, login: 'carol-acme' } },
    };
    const [result] = runPolicyTests({ ...example, people, tests: [{ ...test, approvedBy: ['carol'] }] });
    expect(result?.decision.reviews).toMatchObject([{ user: { id: 1003, login: 'carol-acme' } }]);
  });

  it('supposes that a pinned team is the one that is meant', () => {
    const pinned = { ...example, people: { ...example.people, teams: { orders: 4711 } } };
    expect(runPolicyTests(pinned).filter((result) => !result.passed)).toEqual([]);
  });

  it('supposes that approvals name the digest, where one is asked for', () => {
    const [test] = example.tests;
    if (test === undefined) throw new Error('no test');
    const critical = {
      ...test,
      request: 'requests/billing-db/read-only/x.yaml',
      teams: { ...test.teams },
      approvedBy: ['dan'],
    };
    const [result] = runPolicyTests({ ...example, tests: [critical] });
    expect(result?.decision.verdict).toBe('allow');
  });

  function parsedTests(evidence: EvidenceBuilder) {
    const governed = readGovernance(evidence.evidence.governing.files);
    if (!governed.ok) throw new Error(governed.issues.map((issue) => `${issue.message} ${issue.found}`).join());
    return governed.value.governance.tests;
  }

  it('lets a lock be added in an incident, whatever the tests expect', () => {
    const locked = governanceOf(
      anEvidence().governing('policies/locks.yaml', (text) =>
        text.replace('locks: []', 'locks:\n  - { name: incident, reason: Leaked keys, on: { resource: [orders-db] } }'),
      ),
    );
    expect(locked.locks).toHaveLength(1);
    expect(runPolicyTests(locked).filter((result) => !result.passed)).toEqual([]);
  });

  it('refuses a path that is none', () => {
    const [test] = example.tests;
    if (test === undefined) throw new Error('no test');
    const [result] = runPolicyTests({ ...example, tests: [{ ...test, request: 'policies/x.yaml' }] });
    expect(result?.decision.verdict).toBe('invalid');
  });

  it('knows nobody whom the people do not know', () => {
    const [test] = example.tests;
    if (test === undefined) throw new Error('no test');
    const [result] = runPolicyTests({ ...example, tests: [{ ...test, subject: 'zoe', approvedBy: ['yan'] }] });
    expect(result?.decision.verdict).toBe('deny');
  });

  it('works where CODEOWNERS names no organisation', () => {
    const codeowners = { ...example.codeowners, text: '* @heidi\n' };
    expect(runPolicyTests({ ...example, codeowners }).map((result) => result.passed)).toContain(true);
  });
});

describe('whatCan', () => {
  const can = (name: Name, builder = anEvidence(), teams = anEvidence().evidence.teams) => {
    const governance = governanceOf(builder);
    const person = governance.people.people[name];
    if (person === undefined) throw new Error('nobody');
    return whatCan(governance, person, { at: NOW, teams, signals: {} });
  };

  it('lists what an engineer may ask for and what it takes', () => {
    expect(
      can('alice').map((one) => [
        `${one.resource}/${one.entitlement}`,
        ...one.ways.map((way) => `${way.max / HOUR}h: ${way.approvals.join(' and ')}`),
      ]),
    ).toEqual([
      ['billing-db/read-only', '4h: 1 of code owners (team:billing), naming the digest'],
      [
        'billing-db/read-write',
        '2h: 1 of code owners (team:billing), naming the digest and 1 of team:dba, naming the digest',
      ],
      ['checkout/restart', '1h: 1 of code owners (team:payments)'],
      ['orders-db/read-only', '4h: 1 of code owners (team:orders)'],
      ['orders-db/read-write', '2h: 1 of code owners (team:orders) and 1 of team:dba'],
      ['payments/lead', '2h: 2 of code owners (team:payments)'],
      ['payments/operator', '8h: 1 of code owners (team:payments)'],
    ]);
  });

  it('lists fields and calendars by name, each once', () => {
    const asked = anEvidence().governing('policies/organization.yaml', (text) =>
      text
        .replace(
          'guardrails:',
          [
            'guardrails:',
            '  - { name: a, require: { fields: [ticket, starts], during: nights } }',
            '  - { name: b, require: { fields: [startsBy, ticket], during: business-hours } }',
            '  - { name: c, require: { during: nights } }',
          ].join('\n'),
        )
        .replace(
          'calendars:',
          'calendars:\n  nights: { zone: Europe/Berlin, days: [mon], from: "18:00", to: "22:00" }',
        ),
    );
    const [way] = can('alice', asked).flatMap(({ ways }) => ways);
    expect(way).toMatchObject({
      fields: ['starts', 'startsBy', 'ticket'],
      during: ['business-hours', 'nights'],
    });
  });

  it('lists the automatic way of whoever is on call first', () => {
    const [orders] = can('carol').filter((one) => one.resource === 'orders-db');
    expect(orders?.ways.map((way) => [way.rule, way.holds, way.approvals.length])).toEqual([
      ["the owners' on-call reads at once", true, 0],
      ['reading needs an owner', true, 1],
    ]);
  });

  it('adds what guardrails ask of a contractor', () => {
    const [orders] = can('frank').filter((one) => one.resource === 'orders-db');
    expect(orders?.ways[0]).toMatchObject({
      max: HOUR,
      fields: ['ticket'],
      during: ['business-hours'],
      approvals: ['1 of code owners (team:orders)', '1 of team:vendor-managers'],
    });
  });

  it('says what is unknown, where nobody asked GitHub', () => {
    const [first] = can('alice', anEvidence(), {});
    expect(first?.ways[0]).toMatchObject({ holds: null });
    expect(first?.ways[0]?.because.map((reason) => reason.code)).toContain('membership-unknown');
  });

  it('is nothing for somebody in no team', () => {
    expect(can('heidi')).toEqual([]);
  });

  it('is nothing where the rule sets overlap', () => {
    const governance = { ...example, ruleSets: [...example.ruleSets, ...example.ruleSets] };
    const alice = example.people.people['alice'];
    if (alice === undefined) throw new Error('nobody');
    expect(whatCan(governance, alice, { at: NOW, teams: anEvidence().evidence.teams, signals: {} })).toEqual([]);
  });
});

describe('the teams', () => {
  it('that govern are those that the policies and CODEOWNERS name', () => {
    const { evidence } = anEvidence();
    const governed = readGovernance(evidence.governing.files);
    if (!governed.ok) throw new Error('broken');
    expect(governingTeams({ evidence, ...governed.value })).toEqual([
      'billing',
      'contractors',
      'dba',
      'engineering',
      'orders',
      'payments',
      'platform',
      'security',
      'sre',
      'vendor-managers',
    ]);
  });

  it('to read are these and those that are bound', () => {
    expect(teamsToRead(example, 'ACME')).toEqual([
      'billing',
      'contractors',
      'dba',
      'engineering',
      'orders',
      'payments',
      'payments-production',
      'platform',
      'security',
      'sre',
      'vendor-managers',
    ]);
  });

  it('to read are those of this organisation alone, whoever else CODEOWNERS names', () => {
    const codeowners = { ...example.codeowners, text: '* @acme/platform @other/night @acme @bob x@acme.test\n' };
    const named = {
      ...example,
      codeowners,
      ruleSets: [],
      organization: { ...example.organization, guardrails: [], breakGlass: null },
    };
    expect(teamsToRead({ ...named, resources: {}, people: { people: {}, services: {}, teams: {} } }, 'acme')).toEqual([
      'platform',
    ]);
  });

  it('to read are without those of another organisation’s CODEOWNERS', () => {
    expect(teamsToRead(example, 'other')).not.toContain('platform');
  });

  it('include the seats that are delegated, and the heroes who break glass', () => {
    const evidence = anEvidence()
      .governing(
        'policies/delegations/carol.yaml',
        'apiVersion: gatepass/v1\nkind: Delegation\nfrom: carol\nto: dan\nseats: [team:night]\nstarts: "2026-11-20T00:00:00Z"\nuntil: "2026-11-28T00:00:00Z"\nreason: On holiday\n',
      )
      .governing(
        'policies/locks.yaml',
        'apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: x, reason: x, subjects: [team:leavers] }\n',
      )
      .governing('policies/organization.yaml', (text) =>
        text.replace('subjects: [any-rota]', 'subjects: [team:heroes]'),
      );
    expect(teamsToRead(governanceOf(evidence), 'acme')).toEqual(expect.arrayContaining(['heroes', 'leavers', 'night']));
    const without = anEvidence().governing('policies/organization.yaml', (text) =>
      text.replace(/breakGlass: .*\n/, ''),
    );
    expect(teamsToRead(governanceOf(without), 'acme')).not.toContain('heroes');
  });
});
