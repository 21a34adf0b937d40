/** What is asked, for whom, and on which terms (threats 11, 40, 73–75, 79, 84, 86, 91, 92, 94). */
import { describe, expect, it } from 'vitest';
import { codesOf, issuesOf, reasonsOf, summary } from '../../support/decisions.ts';
import { account, aGrant, anEvidence, type EvidenceBuilder, instant, REQUEST } from '../../support/evidence.ts';

const RULES = 'policies/rules/databases.yaml';
const ORGANIZATION = 'policies/organization.yaml';
const RW = 'requests/orders-db/read-write/fix.yaml';
const RESTART = 'requests/checkout/restart/memory.yaml';
const approved = () => anEvidence().approvedBy('bob');
const onCall = () => anEvidence().by('carol').fields({ duration: '1h' });
const rules = (change: (text: string) => string) => approved().governing(RULES, change);
const organization = (text: string) => approved().governing(ORGANIZATION, (before) => `${before}${text}`);
const withSignal = (evidence: EvidenceBuilder) =>
  evidence.governing(ORGANIZATION, (text) => `${text}signals: { incident: bool }\n`);

type Row = readonly [what: string, expected: string, evidence: EvidenceBuilder];

describe('what is asked', () => {
  const restart = (fields: Readonly<Record<string, string>>) =>
    approved().asking(RESTART, { within: '30m', ...fields }, 'ActionRequest');
  const rows: readonly Row[] = [
    [
      'an unknown resource',
      'invalid resource-unknown',
      approved().asking('requests/order-db/read-only/x.yaml', { duration: '1h' }),
    ],
    [
      'a name that every object has',
      'invalid resource-unknown',
      approved().asking('requests/constructor/read-only/x.yaml', { duration: '1h' }),
    ],
    [
      'an unknown role',
      'invalid entitlement-unknown',
      approved().asking('requests/orders-db/admin/x.yaml', { duration: '1h' }),
    ],
    ['a role as an action', 'invalid request-kind', approved().asking(REQUEST, { within: '1h' }, 'ActionRequest')],
    ['an action as a role', 'invalid request-kind', approved().asking(RESTART, { duration: '1h' })],
    ['an action', 'allow', restart({ inputs: '{ region: eu-west-1 }' })],
    ['an action without its input', 'invalid input-invalid', restart({})],
    [
      'an action with another input',
      'invalid input-invalid',
      restart({ inputs: '{ region: eu-west-1, force: true }' }),
    ],
    ['an action with an input not on the list', 'invalid input-invalid', restart({ inputs: '{ region: mars }' })],
    [
      'an action for longer than the rule',
      'deny duration-over-max',
      restart({ within: '2h', inputs: '{ region: eu-west-1 }' }),
    ],
    ['for nobody known', 'deny subject-unknown', approved().by('zoe')],
    ['for somebody unknown', 'deny subject-unknown', approved().fields({ subject: 'person:zoe' })],
    ['for an unknown service', 'deny subject-unknown', approved().fields({ subject: 'service:zoe' })],
    ['for somebody who left', 'deny subject-inactive', approved().with({ members: [1002] })],
    ['while the members are unknown', 'fault membership-unknown', approved().with({ members: null })],
    ['for oneself by name', 'allow', approved().fields({ subject: 'person:alice' })],
    ['for a colleague, which no rule allows', 'deny no-rule-fits', approved().fields({ subject: 'person:dan' })],
    [
      'by somebody whom the provider does not know',
      'deny identity-missing',
      approved()
        .by('heidi')
        .team('engineering', { names: ['heidi'] }),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide()).startsWith(expected)).toBe(true);
  });

  it('suggests the name that was meant', () => {
    const fixes = [
      'requests/order-db/read-only/x.yaml',
      'requests/orders-db/read-onl/x.yaml',
      'requests/zzz/read-only/x.yaml',
    ].map((path) => issuesOf(approved().asking(path, { duration: '1h' }).decide())[0]?.fix);
    expect(fixes).toEqual([
      'did you mean `orders-db`?',
      'did you mean `read-only`?',
      'move the file under the right resource',
    ]);
  });

  it.each([
    ['{ name: orders, count: 3, dry: true }', 'allow'],
    ['{ name: orders, count: 3 }', 'allow'],
    ['{ count: 3 }', 'invalid'],
    ['{ name: far-too-long, count: 3 }', 'invalid'],
    ['{ name: 5, count: 3 }', 'invalid'],
    ['{ name: orders, count: 3.5 }', 'invalid'],
    ['{ name: orders, count: 3, dry: 1 }', 'invalid'],
  ])('holds the inputs %s against their rules: %s', (inputs, verdict) => {
    const evidence = restart({ inputs }).governing('policies/catalog/services.yaml', (text) =>
      text.replace(
        'region: { enum: [eu-west-1, us-east-1] }',
        'name: { type: string, maxLength: 8 }\n          count: { type: integer }\n          dry: { type: boolean, required: false }',
      ),
    );
    expect(evidence.decide().verdict).toBe(verdict);
  });

  it('hands the inputs to the workflow as text, sorted', () => {
    const evidence = restart({ inputs: '{ name: orders, count: 3, dry: true }' }).governing(
      'policies/catalog/services.yaml',
      (text) =>
        text.replace(
          'region: { enum: [eu-west-1, us-east-1] }',
          'name: { type: string, maxLength: 8 }\n          count: { type: integer }\n          dry: { type: boolean, required: false }',
        ),
    );
    const decision = evidence.decide();
    expect('run' in decision && JSON.stringify(decision.run?.inputs)).toBe(
      '{"count":"3","dry":"true","name":"orders"}',
    );
  });

  it('says that an action takes no inputs', () => {
    const evidence = restart({ inputs: '{ a: 1 }' }).governing('policies/catalog/services.yaml', (text) =>
      text.replace(/ {8}inputs:\n.*\n/, ''),
    );
    expect(issuesOf(evidence.decide()).map((issue) => issue.expected)).toEqual(['no inputs']);
  });
});

describe('the rule', () => {
  const rows: readonly Row[] = [
    ['that fits first decides', 'allow', onCall()],
    ['of the next kind does, when the first is for others', 'allow', approved()],
    ['for nobody like that denies', 'deny no-rule-fits', approved().by('heidi').asking(RW, { duration: '1h' })],
    ['set that is missing is found when the policies are read', 'fault governance-invalid', missingRuleSet()],
    [
      'that is over its maximum denies, and no looser one is tried',
      'deny duration-over-max',
      rules(
        (text) =>
          `${text}  - name: looser\n    for: [read-only]\n    subjects: [team:engineering]\n    max: 30d\n    approvals: []\n`,
      ).fields({ duration: '5d' }),
    ],
    [
      'whose team is unknown is kept, and nothing else fits',
      'fault no-rule-fits',
      approved().withoutTeam('engineering'),
    ],
    [
      'whose calendar is closed does not fit',
      'deny no-rule-fits',
      rules((text) =>
        text.replace('    explain: an owner of the database agrees\n', '    during: business-hours\n'),
      ).at('2026-11-28T10:00:00Z'),
    ],
    [
      'whose calendar is open fits',
      'allow',
      rules((text) => text.replace('    explain: an owner of the database agrees\n', '    during: business-hours\n')),
    ],
    ['that other people may open fits for the opener’s colleague', 'allow', onBehalf('[team:engineering]')],
    ['that nobody else may open does not', 'deny no-rule-fits', onBehalf('[team:dba]')],
    ['whose openers are unknown is kept', 'fault no-rule-fits', onBehalf('[team:engineering]', 'unknown')],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide()).startsWith(expected)).toBe(true);
  });

  function missingRuleSet() {
    return approved().governing('policies/catalog/databases.yaml', (text) => text.replace('env: prod', 'env: test'));
  }

  /** alice asks for dan; bob approves. */
  function onBehalf(openers: string, unknown?: 'unknown') {
    const evidence = rules((text) =>
      text.replace(
        '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
        `    subjects: [team:dba]\n    openers: ${openers}\n`,
      ),
    ).fields({ subject: 'person:dan' });
    return unknown === undefined ? evidence : evidence.withoutTeam('engineering');
  }

  it('set that is there twice is found when the policies are read', () => {
    const evidence = approved().governing(
      'policies/rules/again.yaml',
      'apiVersion: gatepass/v1\nkind: RuleSet\non: { resource: [orders-db] }\nrules:\n  - { name: x, for: [read-only], subjects: [team:engineering], max: 1h, approvals: [] }\n',
    );
    expect(evidence.decide().verdict).toBe('fault');
  });

  it('names the people whom a rule is for, when none fits', () => {
    const [issue] = issuesOf(approved().by('heidi').asking(RW, { duration: '1h' }).decide());
    expect(issue).toMatchObject({ code: 'no-rule-fits', expected: 'team:engineering' });
  });

  it('says that no rule is for it, when there is none', () => {
    const evidence = rules((text) => text.replace('for: [read-write]', 'for: [read-only]')).asking(RW, {
      duration: '1h',
    });
    expect(issuesOf(evidence.decide())[0]?.expected).toBe('nobody: no rule is for it');
  });
});

describe('a condition that fails', () => {
  const failing = (evidence: EvidenceBuilder) =>
    withSignal(evidence).governing(RULES, (text) => text.replace('&& history.grants7d < 10', '&& signals.incident'));

  it('keeps the approvals of the rule that decides instead', () => {
    expect(failing(onCall()).decide().verdict).toBe('pending');
    expect(failing(onCall()).approvedBy('bob').decide().verdict).toBe('allow');
  });

  it('keeps the maximum of the rule that could not be told (threat 73)', () => {
    const evidence = failing(onCall()).governing(RULES, (text) =>
      text.replace('max: 4h\n    approvals: []', 'max: 30m\n    approvals: []'),
    );
    expect(summary(evidence.approvedBy('bob').decide())).toBe('deny duration-over-max');
  });

  it('keeps the approvals of the rule that could not be told', () => {
    const evidence = failing(onCall()).governing(RULES, (text) =>
      text.replace('approvals: []', 'approvals: [{ from: [team:security], count: 1 }]'),
    );
    expect(evidence.approvedBy('bob').decide().verdict).toBe('pending');
    expect(evidence.approvedBy('bob').approvedBy('grace').decide().verdict).toBe('allow');
  });

  it('is a fault when no rule is left, and a denial when the signal says no', () => {
    const last = withSignal(approved()).governing(RULES, (text) =>
      text.replace('    explain: an owner of the database agrees\n', '    when: signals.incident\n'),
    );
    expect(summary(last.decide())).toContain('fault no-rule-fits');
    expect(
      reasonsOf(last.decide())
        .map((reason) => reason.message)
        .join(),
    ).toContain('the signal `incident` is unknown');
    expect(last.with({ signals: { incident: false } }).decide().verdict).toBe('deny');
    expect(last.with({ signals: { incident: true } }).decide().verdict).toBe('allow');
  });

  it('in a guardrail makes it apply', () => {
    const guardrail =
      '  - name: incidents are short\n    when: signals.incident\n    require: { max: 10m }\n  - name: no standing';
    const evidence = withSignal(approved()).governing(ORGANIZATION, (text) =>
      text.replace('  - name: no standing', guardrail),
    );
    expect(evidence.decide().verdict).toBe('deny');
    expect(evidence.with({ signals: { incident: true } }).decide().verdict).toBe('deny');
    expect(evidence.with({ signals: { incident: false } }).decide().verdict).toBe('allow');
  });
});

describe('the condition’s facts', () => {
  it.each([
    ['history.grants7d == 1 && history.grants30d == 2 && history.live == 1', 'allow'],
    ['opener.isSubject && request.ticket == "" && !request.breakGlass', 'allow'],
    ['subject.kind == "person" && subject.name == "alice"', 'allow'],
    ['request.duration == duration("2h") && request.kind == "AccessRequest"', 'allow'],
    ['now == timestamp("2026-11-23T10:00:00Z")', 'allow'],
  ])('%s', (condition, verdict) => {
    const evidence = rules((text) =>
      text.replace('    explain: an owner of the database agrees\n', `    when: '${condition}'\n`),
    ).holding(
      aGrant('alice', { role: 'read-write', starts: instant('2026-11-20T10:00:00Z') }),
      aGrant('alice', {
        role: 'read-write',
        id: '6-00000000',
        starts: instant('2026-11-01T10:00:00Z'),
        expires: instant('2026-11-01T12:00:00Z'),
      }),
      aGrant('bob'),
    );
    expect(evidence.decide().verdict).toBe(verdict);
  });

  it.each([
    ['seven days ago', '2026-11-16T10:00:00Z', 'history.grants7d == 1', 'allow'],
    ['a second more', '2026-11-16T09:59:59Z', 'history.grants7d == 0', 'allow'],
    ['thirty days ago', '2026-10-24T10:00:00Z', 'history.grants30d == 1', 'allow'],
    ['a second more', '2026-10-24T09:59:59Z', 'history.grants30d == 0', 'allow'],
  ])('count a grant that began %s, %s: %s', (_, starts, condition, verdict) => {
    const evidence = rules((text) =>
      text.replace('    explain: an owner of the database agrees\n', `    when: '${condition}'\n`),
    ).holding(aGrant('alice', { starts: instant(starts), expires: instant('2026-11-16T11:00:00Z') }));
    expect(evidence.decide().verdict).toBe(verdict);
  });

  it.each([
    ['ends at the instant of the start', '2026-11-23T10:00:00Z', 0],
    ['ends a second later', '2026-11-23T10:00:01Z', 1],
  ])('a grant that %s counts as live accordingly', (_, expires, live) => {
    const evidence = rules((text) =>
      text.replace('    explain: an owner of the database agrees\n', `    when: 'history.live == ${live}'\n`),
    ).holding(aGrant('alice', { role: 'read-write', expires: instant(expires) }));
    expect(evidence.decide().verdict).toBe('allow');
  });

  it('of an action are never of break-glass', () => {
    const evidence = approved()
      .asking(RESTART, { within: '30m', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
      .governing('policies/rules/services.yaml', (text) =>
        text.replace('    max: 1h', "    when: '!request.breakGlass'\n    max: 1h"),
      );
    expect(evidence.decide().verdict).toBe('allow');
  });

  it('are those of the start, when it lies ahead', () => {
    const evidence = rules((text) =>
      text.replace('    explain: an owner of the database agrees\n', "    when: 'now.getHours() == 15'\n"),
    );
    expect(evidence.fields({ starts: '"2026-11-23T15:00:00Z"' }).decide().verdict).toBe('allow');
    expect(evidence.decide().verdict).toBe('deny');
  });

  it('of an action are its inputs', () => {
    const evidence = approved()
      .asking(RESTART, { within: '30m', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
      .governing('policies/rules/services.yaml', (text) =>
        text.replace('    max: 1h', '    when: \'request.inputs.region == "eu-west-1"\'\n    max: 1h'),
      );
    expect(evidence.decide().verdict).toBe('allow');
  });
});

describe('the window', () => {
  it.each([
    ['starts with the merge, so nothing is fixed before', approved(), null, null],
    ['is fixed by the merge', approved().merged(), '2026-11-23T10:00:00.000Z', '2026-11-23T12:00:00.000Z'],
    [
      'starts when it is written',
      approved().fields({ starts: '"2026-11-23T16:00:00+01:00"' }),
      '2026-11-23T15:00:00.000Z',
      '2026-11-23T17:00:00.000Z',
    ],
  ] as const)('%s', (_, evidence, starts, expires) => {
    const decision = evidence.decide();
    expect('window' in decision && decision.window).toEqual({ starts, startsBy: null, expires, length: 7_200_000 });
  });

  it.each([
    ['that ended', 'deny window-over', { starts: '"2026-11-23T08:00:00Z"' }],
    ['that ends a second from now', 'allow', { starts: '"2026-11-23T08:00:01Z"' }],
    ['whose latest start has passed', 'deny start-too-late', { startsBy: '"2026-11-23T09:59:59Z"' }],
    ['whose latest start is now', 'allow', { startsBy: '"2026-11-23T10:00:00Z"' }],
    ['that starts in time', 'allow', { starts: '"2026-11-23T12:00:00Z"', startsBy: '"2026-11-23T12:00:00Z"' }],
  ] as const)('%s: %s', (_, expected, fields) => {
    expect(summary(approved().fields(fields).decide())).toBe(expected);
  });

  it('with a past start does not make last week’s on-call eligible', () => {
    const evidence = anEvidence().by('carol').at('2026-11-30T08:30:00Z');
    expect(evidence.fields({ duration: '4h', starts: '"2026-11-30T07:00:00Z"' }).decide().verdict).toBe('pending');
    expect(evidence.fields({ duration: '4h' }).at('2026-11-30T07:30:00Z').decide().verdict).toBe('allow');
  });
});

describe('guardrails', () => {
  const contractor = () => anEvidence().by('frank').fields({ duration: '1h', ticket: 'OPS-7' });
  const rows: readonly Row[] = [
    ['are met with a ticket, a sponsor and an owner', 'allow', contractor().approvedBy('bob').approvedBy('grace')],
    ['ask for the sponsor', 'pending approval-missing', contractor().approvedBy('bob')],
    [
      'ask for a ticket',
      'deny guardrail-applies field-required',
      contractor().fields({ duration: '1h' }).approvedBy('bob'),
    ],
    ['bound the time', 'deny duration-over-max', contractor().fields({ duration: '61m', ticket: 'OPS-7' })],
    [
      'hold to the hours: to the last second',
      'pending approval-missing',
      contractor()
        .at('2026-11-23T16:00:00Z')
        .pull({ openedAt: instant('2026-11-23T16:00:00Z') }),
    ],
    [
      'hold to the hours: not a second longer',
      'deny guardrail-applies outside-calendar',
      contractor().at('2026-11-23T16:00:01Z'),
    ],
    [
      'apply where the team is unknown',
      'deny guardrail-applies field-required',
      anEvidence().withoutTeam('contractors').fields({ duration: '1h' }).approvedBy('bob').approvedBy('grace'),
    ],
    ['ask for an owner of what is critical, automatic or not', 'pending approval-missing', critical()],
    [
      'count one owner for the rule and the guardrail',
      'allow',
      anEvidence().asking('requests/billing-db/read-only/x.yaml', { duration: '1h' }).namedBy('dan'),
    ],
    [
      'are for some entitlements only',
      'allow',
      approved().governing(ORGANIZATION, (text) =>
        text.replace(
          '  - name: no standing',
          '  - name: writes are short\n    for: [read-write]\n    require: { max: 10m }\n  - name: no standing',
        ),
      ),
    ],
    [
      'end renewal',
      'deny guardrail-applies continuous-over-max',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T03:59:59Z'), expires: instant('2026-11-23T10:00:00Z') }),
      ),
    ],
    [
      'let eight hours be',
      'allow',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T04:00:00Z'), expires: instant('2026-11-23T10:00:00Z') }),
      ),
    ],
    [
      'begin anew after a break of a quarter of an hour',
      'allow',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T03:00:00Z'), expires: instant('2026-11-23T09:45:00Z') }),
      ),
    ],
    [
      'leave a gap of a second, which is no break',
      'deny guardrail-applies continuous-over-max',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T03:00:00Z'), expires: instant('2026-11-23T09:59:59Z') }),
      ),
    ],
    [
      'join a chain',
      'deny guardrail-applies continuous-over-max',
      approved().holding(
        aGrant('alice', {
          id: '1-0',
          starts: instant('2026-11-23T03:00:00Z'),
          expires: instant('2026-11-23T07:00:00Z'),
        }),
        aGrant('alice', {
          id: '2-0',
          starts: instant('2026-11-23T07:00:00Z'),
          expires: instant('2026-11-23T10:00:00Z'),
        }),
      ),
    ],
    [
      'join what comes after',
      'deny guardrail-applies continuous-over-max',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T12:00:00Z'), expires: instant('2026-11-23T19:00:00Z') }),
      ),
    ],
    [
      'join what lies within',
      'allow',
      approved().holding(
        aGrant('alice', { starts: instant('2026-11-23T10:30:00Z'), expires: instant('2026-11-23T11:00:00Z') }),
      ),
    ],
    [
      'join another role that fills the same place',
      'deny guardrail-applies continuous-over-max',
      approved()
        .governing('policies/catalog/databases.yaml', (text) =>
          text.replace('[{ role: app_write }]', '[{ role: app_write }, { role: app_read }]'),
        )
        .holding(long('alice', { role: 'read-write' })),
    ],
    [
      'join another role that fills the same place by way of another database',
      'deny guardrail-applies continuous-over-max',
      approved()
        .governing('policies/catalog/databases.yaml', (text) =>
          text.replace(
            '[{ role: app_write }]',
            '[{ role: app_write }, { role: app_read, provider: { with: { database: reports } } }]',
          ),
        )
        .holding(long('alice', { role: 'read-write' })),
    ],
    [
      'join another level in the same team',
      'deny guardrail-applies continuous-over-max',
      anEvidence()
        .asking('requests/payments/lead/x.yaml', { duration: '1h' })
        .approvedBy('bob')
        .approvedBy('erin')
        .holding(long('alice', { resource: 'payments', role: 'operator' })),
    ],
    ['join no role that the catalog has lost', 'allow', approved().holding(long('alice', { role: 'gone' }))],
    [
      'do not join other roles, other resources or other people',
      'allow',
      approved().holding(
        long('alice', { role: 'read-write' }),
        long('alice', { resource: 'billing-db' }),
        long('bob', {}),
      ),
    ],
    ['do not join the request with itself', 'allow', approved().holding(long('alice', { id: '17-0a1b2c3d' }))],
    [
      'that could not be taken back keep the resource from the subject, however long ago they ended',
      'deny revoke-stuck',
      approved().holding(aGrant('alice', { stuck: true, expires: instant('2026-11-23T08:30:00Z') })),
    ],
    [
      'that could not be taken back do not keep another resource',
      'allow',
      approved().holding(aGrant('alice', { stuck: true, resource: 'billing-db' })),
    ],
    ['of others that could not be taken back say nothing', 'allow', approved().holding(aGrant('bob', { stuck: true }))],
    ['count live grants', 'deny too-many-grants', approved().holding(...many(10))],
    ['allow the tenth', 'allow', approved().holding(...many(9))],
    [
      'do not count actions',
      'allow',
      approved()
        .asking(RESTART, { within: '30m', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
        .holding(...many(10)),
    ],
    [
      'do not count without a limit',
      'allow',
      approved()
        .governing(ORGANIZATION, (text) => text.replace('liveGrants: 10\n', ''))
        .holding(...many(10)),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toBe(expected);
  });

  function critical() {
    return anEvidence()
      .by('carol')
      .asking('requests/billing-db/read-only/x.yaml', { duration: '1h' })
      .governing(RULES, (text) => text.replace('subjects: [owner-rota]', 'subjects: [any-rota]'));
  }

  function long(name: 'alice' | 'bob', over: Parameters<typeof aGrant>[1]) {
    return aGrant(name, { starts: instant('2026-11-23T02:00:00Z'), expires: instant('2026-11-23T10:30:00Z'), ...over });
  }

  function many(count: number) {
    return Array.from({ length: count }, (_, index) =>
      aGrant('alice', { id: `${index + 100}-0`, resource: 'payments', role: 'operator' }),
    );
  }

  it('fail closed over a calendar that does not exist', () => {
    const evidence = approved().governing(ORGANIZATION, (text) =>
      text.replace('  - name: no standing', '  - name: hours\n    require: { during: nights }\n  - name: no standing'),
    );
    expect(['deny', 'fault']).toContain(evidence.decide().verdict);
  });

  it('asked for twice say an issue once', () => {
    const evidence = anEvidence()
      .by('frank')
      .fields({ duration: '1h' })
      .governing(ORGANIZATION, (text) =>
        text.replace(
          '  - name: no standing',
          '  - name: tickets\n    require: { fields: [ticket] }\n  - name: no standing',
        ),
      );
    expect(issuesOf(evidence.decide()).map((issue) => issue.code)).toEqual(['field-required']);
  });
});

describe('freezes and locks', () => {
  const freeze = (from: string, until: string, on = '') =>
    organization(`freezes:\n  - { name: year end, from: "${from}", until: "${until}"${on} }\n`);
  const lock = (fields: string) =>
    approved().governing(
      'policies/locks.yaml',
      `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: leak, reason: Leaked, ${fields} }\n`,
    );
  const rows: readonly Row[] = [
    ['a freeze in the middle', 'deny frozen', freeze('2026-11-23T11:00:00Z', '2026-11-23T11:01:00Z')],
    ['a freeze that begins when it ends', 'allow', freeze('2026-11-23T12:00:00Z', '2026-11-24T00:00:00Z')],
    ['a freeze that begins a second earlier', 'deny frozen', freeze('2026-11-23T11:59:59Z', '2026-11-24T00:00:00Z')],
    ['a freeze that ends when it begins', 'allow', freeze('2026-11-22T00:00:00Z', '2026-11-23T10:00:00Z')],
    ['a freeze that ends a second later', 'deny frozen', freeze('2026-11-22T00:00:00Z', '2026-11-23T10:00:01Z')],
    [
      'a freeze of other resources',
      'allow',
      freeze('2026-11-23T11:00:00Z', '2026-11-23T11:01:00Z', ', on: { sensitivity: [critical] }'),
    ],
    ['a lock of the resource', 'deny locked', lock('on: { resource: [orders-db] }')],
    ['a lock by owner', 'deny locked', lock('on: { owner: ["team:orders"] }')],
    ['a lock by label', 'deny locked', lock('on: { class: [database] }')],
    ['a lock by a label of others', 'allow', lock('on: { class: [service] }')],
    ['a lock of the other role', 'allow', lock('on: { resource: [orders-db] }, for: [read-write]')],
    ['a lock of the person', 'deny locked', lock('subjects: [person:alice]')],
    ['a lock of somebody else', 'allow', lock('subjects: [person:bob]')],
    ['a lock of a team that cannot be read', 'deny locked', lock('subjects: [team:platform]').withoutTeam('platform')],
    ['a lock that ended now', 'allow', lock('on: { resource: [orders-db] }, until: "2026-11-23T10:00:00Z"')],
    [
      'a lock that ends in a second',
      'deny locked',
      lock('on: { resource: [orders-db] }, until: "2026-11-23T10:00:01Z"'),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toMatch(new RegExp(`^${expected}`));
  });
});

describe('what must not be held together', () => {
  const toxic = (of: string) => organization(`toxic:\n  - { name: make and pay, of: [${of}] }\n`);
  const held = aGrant('alice', { resource: 'billing-db', role: 'read-write' });
  const rows: readonly Row[] = [
    [
      'two entries, one asked, one held',
      'deny toxic-combination',
      toxic('orders-db/read-only, billing-db/read-write').holding(held),
    ],
    ['with stars', 'deny toxic-combination', toxic('"orders-db/*", "billing-db/*"').holding(held)],
    ['a star for the resource', 'deny toxic-combination', toxic('orders-db/read-only, "*/read-write"').holding(held)],
    [
      'the held one ended',
      'allow',
      toxic('"orders-db/*", "billing-db/*"').holding({ ...held, expires: instant('2026-11-23T10:00:00Z') }),
    ],
    [
      'the held one ended, and could not be taken back',
      'deny toxic-combination',
      toxic('"orders-db/*", "billing-db/*"').holding({
        ...held,
        expires: instant('2026-11-23T08:30:00Z'),
        stuck: true,
      }),
    ],
    [
      'the held one begins later',
      'allow',
      toxic('"orders-db/*", "billing-db/*"').holding({
        ...held,
        starts: instant('2026-11-23T12:00:00Z'),
        expires: instant('2026-11-23T13:00:00Z'),
      }),
    ],
    ['the held one is a bystander', 'allow', toxic('"orders-db/*", "payments/*"').holding(held)],
    [
      'the held one falls under the same entry',
      'allow',
      toxic('"orders-db/*", "payments/*"').holding(
        aGrant('alice', { role: 'read-write', starts: instant('2026-11-23T09:30:00Z') }),
      ),
    ],
    [
      'the same is held already',
      'allow',
      toxic('"orders-db/*", "*/read-only"').holding(aGrant('alice', { starts: instant('2026-11-23T09:30:00Z') })),
    ],
    ['another role of the resource, named by the asked', 'deny role-conflict', conflict('read-only', 'read-write')],
    ['another role of the resource, named by the held', 'deny role-conflict', conflict('read-write', 'read-only')],
    [
      'the role of that name of another resource',
      'allow',
      conflict('read-only', 'read-write').holding({ ...held, starts: instant('2026-11-23T09:30:00Z') }),
    ],
    [
      'another role that nobody names',
      'allow',
      approved().holding(aGrant('alice', { role: 'read-write', starts: instant('2026-11-23T09:30:00Z') })),
    ],
    [
      'a role that is gone from the catalog',
      'allow',
      approved().holding(aGrant('alice', { role: 'gone', starts: instant('2026-11-23T09:30:00Z') })),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toBe(expected);
  });

  function conflict(of: string, other: string) {
    return approved()
      .governing('policies/catalog/databases.yaml', (text) =>
        text.replace(`  ${of}:\n`, `  ${of}:\n    conflictsWith: [${other}]\n`),
      )
      .holding(aGrant('alice', { role: 'read-write', starts: instant('2026-11-23T09:30:00Z') }));
  }
});

describe('break-glass', () => {
  const glass = (over: Readonly<Record<string, string>> = {}) =>
    anEvidence()
      .by('carol')
      .asking(RW, { duration: '1h', breakGlass: 'true', ...over });
  const earlier = (over: Parameters<typeof aGrant>[1]) =>
    glass().holding(aGrant('carol', { breakGlass: true, reviewed: false, ...over }));
  const past = { starts: instant('2026-11-22T08:00:00Z'), expires: instant('2026-11-22T09:00:00Z') };
  const rows: readonly Row[] = [
    ['needs nobody', 'allow', glass()],
    [
      'is for those on call',
      'deny break-glass-not-eligible',
      anEvidence().asking(RW, { duration: '1h', breakGlass: 'true' }),
    ],
    ['is short', 'deny duration-over-max', glass({ duration: '61m' })],
    ['needs a rule all the same', 'deny no-rule-fits', glass().team('engineering', { names: ['alice'] })],
    [
      'is refused by a lock all the same',
      'deny locked',
      glass().governing(
        'policies/locks.yaml',
        'apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: leak, on: { resource: [orders-db] }, reason: Leaked }\n',
      ),
    ],
    ['waits for the last one to be reviewed', 'deny break-glass-owed', earlier(past)],
    ['waits for the last one to end', 'deny break-glass-owed', earlier({ reviewed: true })],
    ['may follow one that is over and reviewed', 'allow', earlier({ ...past, reviewed: true })],
    [
      'may follow one that ended this very instant and is reviewed',
      'allow',
      earlier({ expires: instant('2026-11-23T10:00:00Z'), reviewed: true }),
    ],
    ['is not held up by what could not be taken back', 'allow', earlier({ ...past, breakGlass: false, stuck: true })],
    ['may follow an ordinary grant', 'allow', earlier({ ...past, breakGlass: false })],
    [
      'is not offered everywhere',
      'deny break-glass-not-offered',
      glass().governing(ORGANIZATION, (text) => text.replace(/breakGlass: .*\n/, '')),
    ],
    [
      'faults when the team cannot be read',
      'fault membership-unknown',
      glass().governing(ORGANIZATION, (text) => text.replace('subjects: [any-rota]', 'subjects: [team:heroes]')),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toMatch(new RegExp(`^${expected}`));
  });

  it('owes a review in the time that the organisation gives', () => {
    const decision = glass().decide();
    expect(decision.verdict === 'allow' && decision.reviewWithin).toBe(24 * 3_600_000);
    const ordinary = approved().decide();
    expect(ordinary.verdict === 'allow' && ordinary.reviewWithin).toBeNull();
  });
});

describe('what would be granted', () => {
  const team = () =>
    anEvidence().by('erin').asking('requests/payments/operator/x.yaml', { duration: '1h' }).approvedBy('bob');
  const catalog = (change: (text: string) => string) => team().governing('policies/catalog/teams.yaml', change);
  const service = (evidence: EvidenceBuilder) =>
    evidence
      .fields({ subject: 'service:checkout-deploy' })
      .governing(RULES, (text) =>
        text.replace(
          '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
          '    subjects: [service:checkout-deploy]\n    openers: [team:engineering]\n',
        ),
      );
  const anotherService = () =>
    service(approved())
      .fields({ subject: 'service:search-deploy' })
      .governing(
        'policies/people.yaml',
        (text) =>
          `${text}  search-deploy:\n    controllers: [team:payments]\n    claims: { repository: acme/search }\n    identities: { postgres: search_deploy }\n`,
      );
  const amongOthers = () =>
    service(anEvidence().approvedBy('carol')).governing(RULES, (text) =>
      text.replace('subjects: [service:checkout-deploy]', 'subjects: [team:dba, service:checkout-deploy]'),
    );
  const namesake = () =>
    service(anEvidence().approvedBy('carol')).governing(RULES, (text) =>
      text.replace('subjects: [service:checkout-deploy]', 'subjects: [team:checkout-deploy]'),
    );
  const unknownService = () =>
    service(approved()).governing('policies/catalog/databases.yaml', (text) =>
      text.replace('type: postgres', 'type: mysql'),
    );
  const rows: readonly Row[] = [
    ['a team that governs nothing', 'allow', team()],
    [
      'a team below one that governs',
      'deny binding-governs',
      team().team('payments-production', { parent: 'payments' }),
    ],
    [
      'a team further below',
      'deny binding-governs',
      team().team('payments-production', { parent: 'middle' }).team('middle', { parent: 'payments' }),
    ],
    [
      'a team below one that does not',
      'allow',
      team().team('payments-production', { parent: 'middle' }).team('middle', {}),
    ],
    [
      'a team in a circle',
      'allow',
      team().team('payments-production', { parent: 'middle' }).team('middle', { parent: 'payments-production' }),
    ],
    ['a team that cannot be read', 'fault membership-unknown', team().withoutTeam('payments-production')],
    [
      'a team whose parent cannot be read',
      'fault membership-unknown',
      team().team('payments-production', { parent: 'gone' }),
    ],
    [
      'a team of another organisation',
      'allow',
      catalog((text) => text.replace('organization: acme', 'organization: other')).withoutTeam('payments-production'),
    ],
    [
      'the access repository',
      'deny binding-governs',
      anEvidence()
        .asking(RESTART, { within: '30m', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
        .governing('policies/catalog/services.yaml', (text) => text.replace('acme/ops', 'Acme/Access'))
        .approvedBy('bob'),
    ],
    ['a database to a service', 'allow', service(anEvidence().approvedBy('carol'))],
    ['a database to a service that the rule names among others', 'allow', amongOthers()],
    ['a database to a service named like a team that the rule names', 'deny no-rule-fits rule-skipped', namesake()],
    ['a database to another service than the rule names', 'deny no-rule-fits rule-skipped', anotherService()],
    ['a database that does not know the service', 'deny identity-missing', unknownService()],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toBe(expected);
  });

  it('a team that governs is refused when the catalog is read', () => {
    expect(catalog((text) => text.replaceAll('team: payments-production', 'team: payments')).decide().verdict).toBe(
      'fault',
    );
  });

  it('the access repository by any provider', () => {
    const evidence = approved().governing('policies/catalog/databases.yaml', (text) =>
      text.replace('with: { credentials: ORDERS_PG }', 'with: { credentials: ORDERS_PG, repository: acme/access }'),
    );
    expect(summary(evidence.decide())).toBe('deny binding-governs');
  });

  it('a GitHub team to a service cannot be', () => {
    const evidence = team()
      .asking('requests/payments/operator/x.yaml', { duration: '1h', subject: 'service:checkout-deploy' })
      .governing('policies/rules/teams.yaml', (text) =>
        text.replace(
          '    subjects: [team:payments]\n    max: 8h',
          '    subjects: [service:checkout-deploy]\n    openers: [team:payments]\n    max: 8h',
        ),
      );
    expect(issuesOf(evidence.decide())[0]).toMatchObject({
      code: 'identity-missing',
      fix: 'ask for a person: a service is no GitHub account',
    });
  });

  it.each([
    ['a controller does not approve', 'review-by-controller', (evidence: EvidenceBuilder) => evidence],
    [
      'whether somebody is a controller cannot be read',
      'membership-unknown',
      (evidence: EvidenceBuilder) => evidence.withoutTeam('payments'),
    ],
    [
      'others approve',
      'review-counts',
      (evidence: EvidenceBuilder) => evidence.with({ reviews: [] }).approvedBy('carol'),
    ],
  ])('to a service: %s', (_, code, change) => {
    const decision = change(service(approved())).decide();
    expect(decision.reviews.at(-1)?.code).toBe(code);
  });

  it('to a person named like a service bars none of its controllers', () => {
    const named = approved().governing('policies/people.yaml', (text) =>
      text.replace('  checkout-deploy:\n    controllers: [team:payments]', '  alice:\n    controllers: [team:orders]'),
    );
    expect(summary(named.decide())).toBe('allow');
  });

  it('to somebody else bars the receiver (threat 12)', () => {
    const evidence = anEvidence()
      .fields({ subject: 'person:bob' })
      .governing(RULES, (text) =>
        text.replace('    explain: an owner of the database agrees\n', '    openers: [team:engineering]\n'),
      )
      .approvedBy('bob');
    expect(evidence.decide().reviews.at(-1)?.code).toBe('review-by-subject');
  });
});

describe('approvals', () => {
  const rows: readonly Row[] = [
    [
      'from two levels by one person lack one',
      'pending approval-missing',
      anEvidence().asking(RW, { duration: '1h' }).approvedBy('carol'),
    ],
    [
      'from two levels by two people, one in both, are complete',
      'allow',
      anEvidence().asking(RW, { duration: '1h' }).approvedBy('carol').approvedBy('bob'),
    ],
    ['by two of three colleagues are complete', 'allow', lead().approvedBy('bob').approvedBy('alice')],
    ['by the same colleague twice lack one', 'pending approval-missing', lead().approvedBy('bob').approvedBy('bob')],
    [
      'widened a second too early',
      'pending approval-missing',
      anEvidence().at('2026-11-23T10:14:59Z').approvedBy('erin'),
    ],
    ['widened after half an hour', 'allow', anEvidence().at('2026-11-23T10:15:00Z').approvedBy('erin')],
    ...(['headPushedAt', 'readyAt'] as const).flatMap((field) => {
      const since = (at: string) =>
        anEvidence()
          .pull({ openedAt: instant('2026-11-23T08:00:00Z'), [field]: instant(at) })
          .approvedBy('erin');
      return [
        [
          `widened before the owners had half an hour, by opening early: ${field}`,
          'pending approval-missing',
          since('2026-11-23T09:31:00Z'),
        ],
        [`widened half an hour later: ${field}`, 'allow', since('2026-11-23T09:30:00Z')],
      ] as const;
    }),
    [
      'widened before the owners had half an hour, by a change of the base',
      'pending approval-missing',
      anEvidence()
        .pull({ openedAt: instant('2026-11-23T08:00:00Z'), retargetedAt: [instant('2026-11-23T09:31:00Z')] })
        .approvedBy('erin'),
    ],
    [
      'widened by nobody where it cannot be told when the head was pushed',
      'pending approval-missing',
      anEvidence()
        .pull({ openedAt: instant('2026-11-23T08:00:00Z') })
        .with({ pushers: null })
        .approvedBy('erin'),
    ],
    [
      'widened as of the merge, not as of now',
      'pending approval-missing',
      anEvidence()
        .approvedBy('erin')
        .pull({ state: 'merged', mergedAt: instant('2026-11-23T10:14:59Z') })
        .at('2026-11-23T11:00:00Z'),
    ],
    [
      'that nobody can give',
      'pending approver-none-left',
      anEvidence()
        .by('bob')
        .team('orders', { names: ['bob'] }),
    ],
    ['from a team that cannot be read', 'fault membership-unknown', anEvidence().withoutTeam('orders')],
    [
      'from a team of which some are known',
      'pending approval-missing',
      anEvidence().team('orders', { complete: false }),
    ],
    ['from a person', 'allow', owners('@bob')],
    ['from a person who is in no people file', 'fault membership-unknown', owners('@zoe')],
    ['from a team of another organisation', 'fault membership-unknown', owners('@other/orders')],
    ['from a team in other letters', 'allow', owners('@ACME/Orders')],
    ['from a rota, on call when reviewing', 'allow', from('rota:orders').approvedBy('carol')],
    ['from a rota, not on call', 'pending approval-missing', from('rota:orders').approvedBy('bob')],
    ['from the owner', 'allow', from('owner').approvedBy('bob')],
    ['from the owner’s rota', 'allow', from('owner-rota').approvedBy('carol')],
    ['from any rota', 'allow', from('any-rota').approvedBy('carol')],
    [
      'from a service, which cannot review',
      'pending approver-none-left',
      from('service:checkout-deploy').approvedBy('carol'),
    ],
    ['from a person by name', 'allow', from('person:dan').approvedBy('dan')],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    const decision = evidence.decide();
    // The service is refused when the policies are read, if it is refused at all.
    expect([expected, 'fault governance-invalid']).toContain(summary(decision));
    if (!expected.startsWith('pending approver')) expect(summary(decision)).toBe(expected);
  });

  function lead() {
    return anEvidence().by('erin').asking('requests/payments/lead/x.yaml', { duration: '1h' });
  }

  function owners(written: string) {
    return approved().governing('CODEOWNERS', (text) =>
      text.replace('/requests/orders-db/ @acme/orders', `/requests/orders-db/ ${written}`),
    );
  }

  function from(principal: string) {
    return anEvidence().governing(RULES, (text) =>
      text.replace(
        '{ from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }',
        `{ from: ["${principal}"], count: 1 }`,
      ),
    );
  }
});

describe('the hint', () => {
  it.each([
    ['the automatic time', '4h is automatic', anEvidence().by('carol').fields({ duration: '8h' })],
    ['the time that needs one', '4h needs 1 of code owners (team:orders)', anEvidence().fields({ duration: '3d' })],
    [
      'the time that needs two',
      '2h needs 1 of code owners (team:orders) and 1 of team:dba',
      anEvidence().asking(RW, { duration: '3h' }),
    ],
    [
      'a round time, before a freeze',
      '1h needs 1 of code owners (team:orders)',
      organization('freezes:\n  - { name: x, from: "2026-11-23T11:20:00Z", until: "2026-11-24T00:00:00Z" }\n'),
    ],
    ['nothing, when no time would do', null, anEvidence().by('frank').fields({ duration: '3h' })],
  ])('names %s', (_, hint, evidence) => {
    const decision = evidence.decide();
    expect(decision.verdict === 'deny' && decision.hint).toBe(hint);
  });

  it('can be asked for, and is then not denied', () => {
    const decision = anEvidence().fields({ duration: '4h' }).decide();
    expect(decision.verdict).toBe('pending');
  });
});

it('shows what is too long at its line, with the fix', () => {
  expect(issuesOf(anEvidence().fields({ duration: '3d' }).decide())).toEqual([
    {
      code: 'duration-over-max',
      severity: 'error',
      file: REQUEST,
      line: 4,
      column: 11,
      length: 2,
      message: 'duration is longer than the rule “reading needs an owner” allows',
      found: '3d',
      expected: 'at most 4h',
      fix: 'use 4h or less',
    },
  ]);
});

it('shows the strictest of several bounds, and for an action the line that says how long', () => {
  const contractor = anEvidence().by('frank').fields({ duration: '5h', ticket: 'OPS-7' });
  expect(issuesOf(contractor.decide()).filter(({ code }) => code === 'duration-over-max')).toMatchObject([
    { expected: 'at most 1h', message: expect.stringContaining('the guardrail “contractors are sponsored”') },
  ]);
  const action = approved().asking(RESTART, { within: '2h', inputs: '{ region: eu-west-1 }' }, 'ActionRequest');
  expect(issuesOf(action.decide())).toMatchObject([
    { line: 4, column: 9, found: '2h', message: 'within is longer than the rule “restarting needs an owner” allows' },
  ]);
});

it('shows what the policies that govern warn of', () => {
  const early = '  - { name: early, on: { class: [vault] }, require: { max: 1h } }';
  const evidence = approved().governing(ORGANIZATION, (text) => text.replace('guardrails:', `guardrails:\n${early}`));
  expect(evidence.decide()).toMatchObject({ verdict: 'allow', warnings: [{ code: 'selector-matches-nothing' }] });
});

it('denies by its length what is longer than calendars reach', () => {
  expect(summary(approved().fields({ duration: '999999d' }).decide())).toBe('deny duration-over-max');
});

it.each([
  ['as long as it may be', '4h', 'pending'],
  ['one minute longer', '241m', 'deny'],
])('bounds the time: %s', (_, duration, verdict) => {
  expect(anEvidence().fields({ duration }).decide().verdict).toBe(verdict);
});

it('says nothing of the thrown, only that nothing is granted', () => {
  const decision = anEvidence()
    .with({ teams: null as never })
    .approvedBy('bob')
    .decide();
  expect(summary(decision)).toBe('fault internal-error');
  expect(codesOf(decision)).toEqual(['internal-error']);
  expect(account('bob').id).toBe(1002);
});
