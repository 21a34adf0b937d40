import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Governance } from '../../../core/document/documents.ts';
import { parseGovernance } from '../../../core/document/parse-governance.ts';
import { DAY, HOUR, MINUTE } from '../../../core/time.ts';
import { filesOf } from '../../support/corpus.ts';

const VALID = filesOf('valid').filter(({ path }) => !path.startsWith('requests/'));
const HEAD = 'apiVersion: gatepass/v1\n';

/** The valid tree with some files replaced or added; `null` removes one. */
function tree(changes: Readonly<Record<string, string | null>> = {}) {
  const kept = VALID.filter(({ path }) => changes[path] === undefined);
  const written = Object.entries(changes).flatMap(([path, text]) =>
    text === null ? [] : [{ path, text: `${HEAD}${text}` }],
  );
  return [...kept, ...written];
}

function governanceOf(changes: Readonly<Record<string, string | null>> = {}): Governance {
  const parsed = parseGovernance(tree(changes));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues, null, 2));
  return parsed.value;
}

function said(changes: Readonly<Record<string, string | null>>): string[] {
  return parseGovernance(tree(changes)).issues.map(({ code, file, line }) => `${code} ${file}:${line}`);
}

const RULES = `kind: RuleSet
on: { class: [database] }
rules:
  - name: everybody
    for: [read-only]
    subjects: [team:engineering]
    max: 4h
    approvals: []
`;

describe('parseGovernance', () => {
  it('reads a whole tree', () => {
    const governance = governanceOf();
    expect(Object.keys(governance.resources)).toEqual(['billing-db', 'orders-db']);
    expect(governance.ruleSets).toHaveLength(1);
    expect(governance.ruleSets[0]).toMatchObject({
      on: { class: ['database'] },
      place: { file: 'policies/rules/databases.yaml', line: 3 },
      rules: [
        {
          name: 'reading needs an owner',
          for: ['read-only'],
          subjects: [{ kind: 'team', name: 'engineering' }],
          openers: [],
          during: null,
          when: null,
          explain: null,
          max: 4 * HOUR,
          approvals: [{ from: [{ kind: 'codeowners' }], count: 1, widen: null, namesDigest: false }],
          place: { file: 'policies/rules/databases.yaml', line: 5, column: 5 },
        },
      ],
    });
    expect(governance.codeowners.path).toBe('CODEOWNERS');
  });

  it('is the same whatever the order of the files', () => {
    const files = tree();
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(JSON.stringify(parseGovernance(shuffled))).toBe(JSON.stringify(parseGovernance(files)));
      }),
      { numRuns: 10 },
    );
  });

  it('passes over files that govern nothing', () => {
    const files = [...tree(), { path: 'requests/a/b/c.yaml', text: '{' }, { path: 'policies/README.md', text: '{' }];
    expect(parseGovernance(files)).toMatchObject({ ok: true, issues: [] });
  });

  it('gives records without a prototype, so that no inherited name is found in them', () => {
    const { resources, people, rotas, organization } = governanceOf();
    for (const record of [resources, people.people, people.services, rotas, organization.calendars]) {
      expect(record['constructor']).toBeUndefined();
    }
  });

  it('never throws, whatever stands in one of the files', () => {
    const path = fc.constantFrom(
      ...VALID.map((file) => file.path),
      'policies/locks.yaml',
      'policies/rules/x.test.yaml',
    );
    const kind = fc.constantFrom('Catalog', 'RuleSet', 'People', 'Organization', 'Rota', 'Lock', 'PolicyTest');
    const field = fc.constantFrom(
      'resources',
      'rules',
      'people',
      'rotas',
      'locks',
      'tests',
      'roles',
      'on',
      'provider',
      'calendars',
    );
    fc.assert(
      fc.property(path, kind, fc.dictionary(field, fc.jsonValue({ maxDepth: 3 })), (at, name, fields) => {
        const text = JSON.stringify({ apiVersion: 'gatepass/v1', kind: name, ...fields });
        const parsed = parseGovernance([...VALID.filter((file) => file.path !== at), { path: at, text }]);
        expect(parsed.ok || parsed.issues.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what the catalog says', () => {
  const catalog = (text: string) => governanceOf({ 'policies/catalog/databases.yaml': text }).resources;

  it('applies its defaults to each resource, one level deep', () => {
    const { a, b } = catalog(`kind: Catalog
labels: { class: database, env: prod }
sensitivity: high
provider: { type: postgres, zone: eu, with: { credentials: ORDERS_PG, port: 5432 } }
roles:
  read-only: { grants: [{ role: app_read }], connect: "psql service={resource}" }
  read-write: { grants: [{ role: app_write }], conflictsWith: [read-only] }
actions:
  restart:
    runs: { repository: acme/ops, workflow: restart.yml, ref: main }
    inputs: { region: { enum: [eu, us] }, note: { type: string, required: false }, n: { type: integer, maxLength: 3 } }
resources:
  a: { owner: team:orders, with: { host: a.internal } }
  b:
    owner: person:alice
    sensitivity: critical
    labels: { env: staging, pci: "true" }
    provider: { zone: us, with: { port: 6432, host: x.internal } }
    with: { host: b.internal }
    roles:
      read-only: { grants: [{ role: b_read }, { role: replica, provider: { with: { host: c.internal } } }] }
`);
    expect(a).toMatchObject({
      name: 'a',
      owner: { kind: 'team', name: 'orders' },
      sensitivity: 'high',
      labels: { class: 'database', env: 'prod' },
      place: { line: 14, column: 3 },
    });
    expect(a?.roles['read-only']).toEqual({
      name: 'read-only',
      connect: 'psql service={resource}',
      conflictsWith: [],
      grants: [
        {
          provider: {
            type: 'postgres',
            zone: 'eu',
            with: { credentials: 'ORDERS_PG', port: 5432, host: 'a.internal' },
          },
          target: { role: 'app_read' },
        },
      ],
    });
    expect(a?.actions['restart']).toEqual({
      name: 'restart',
      runs: { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main' },
      inputs: {
        n: { type: 'integer', maxLength: 3, required: true },
        note: { type: 'string', maxLength: 200, required: false },
        region: { enum: ['eu', 'us'], required: true },
      },
    });
    expect(b).toMatchObject({ sensitivity: 'critical', labels: { class: 'database', env: 'staging', pci: 'true' } });
    const withB = { credentials: 'ORDERS_PG', port: 6432, host: 'b.internal' };
    expect(b?.roles['read-only']?.grants).toEqual([
      { provider: { type: 'postgres', zone: 'us', with: withB }, target: { role: 'b_read' } },
      {
        provider: { type: 'postgres', zone: 'us', with: { ...withB, host: 'c.internal' } },
        target: { role: 'replica' },
      },
    ]);
    expect(b?.roles['read-write']?.grants[0]?.provider.with).toEqual(withB);
  });

  it('lets no settings cross over to a provider of another type', () => {
    const { a } = catalog(`kind: Catalog
labels: { class: database }
provider: { type: postgres, zone: eu, with: { credentials: ORDERS_PG } }
roles:
  read-only: { grants: [{ role: x }, { team: readers, provider: { type: github-team, with: { organization: acme } } }] }
resources:
  a: { owner: team:orders }
`);
    expect(a?.roles['read-only']?.grants.map(({ provider }) => provider)).toEqual([
      { type: 'postgres', zone: 'eu', with: { credentials: 'ORDERS_PG' } },
      { type: 'github-team', zone: 'eu', with: { organization: 'acme' } },
    ]);
  });

  it('treats what nobody has judged as critical, and lacks labels where none are written', () => {
    const { a } = catalog(`kind: Catalog
resources:
  a:
    owner: team:orders
    labels: { class: database }
    provider: { type: postgres }
    roles: { read-only: { grants: [{ role: x }] } }
`);
    expect(a).toMatchObject({ sensitivity: 'critical', labels: { class: 'database' } });
    expect(a?.roles['read-only']?.grants[0]?.provider).toEqual({ type: 'postgres', zone: 'default', with: {} });
  });

  const two = (type: string, [first, second]: readonly [string, string], targets: readonly [string, string]) =>
    said({
      'policies/catalog/databases.yaml': `kind: Catalog
labels: { class: database }
resources:
  a:
    owner: team:orders
    provider: { type: ${type}, with: ${first} }
    roles: { read-only: { grants: [${targets[0]}] }, lead: { grants: [${targets[0]}] } }
  b:
    owner: team:orders
    provider: { type: ${type}, with: ${second} }
    roles: { read-only: { grants: [${targets[1]}] } }
`,
    });

  it.each<[string, string, readonly [string, string], readonly [string, string]]>([
    [
      'the same team',
      'github-team',
      ['{ organization: acme }', '{ organization: acme }'],
      ['{ team: t }', '{ team: t }'],
    ],
    [
      'a team in other letters',
      'github-team',
      ['{ organization: acme }', '{ organization: ACME }'],
      ['{ team: t }', '{ team: T }'],
    ],
    [
      'a team at another level',
      'github-team',
      ['{ organization: acme }', '{ organization: acme, allowMaintainer: true }'],
      ['{ team: t, role: member }', '{ team: t, role: maintainer }'],
    ],
    [
      'a role by its default port',
      'postgres',
      ['{ credentials: PG }', '{ credentials: PG, port: 5432 }'],
      ['{ role: x }', '{ role: x }'],
    ],
    [
      'a role by another database of the cluster',
      'postgres',
      [
        '{ credentials: PG, host: db.acme.internal }',
        '{ credentials: PG_2, host: DB.acme.internal, database: x, tls: require }',
      ],
      ['{ role: x }', '{ role: x }'],
    ],
    ['a slot of another provider', 'ldap', ['{ base: x }', '{ base: x }'], ['{ group: g }', '{ group: g }']],
  ])('lets two roles of one resource share a slot, but not two resources: %s', (_, type, settings, targets) => {
    expect(two(type, settings, targets)).toEqual(['catalog-binding-shared policies/catalog/databases.yaml:9']);
  });

  it.each<[string, string, readonly [string, string], readonly [string, string]]>([
    [
      'another team',
      'github-team',
      ['{ organization: acme }', '{ organization: acme }'],
      ['{ team: t }', '{ team: u }'],
    ],
    [
      'another organisation',
      'github-team',
      ['{ organization: acme }', '{ organization: other }'],
      ['{ team: t }', '{ team: t }'],
    ],
    [
      'another port',
      'postgres',
      ['{ credentials: PG }', '{ credentials: PG, port: 5433 }'],
      ['{ role: x }', '{ role: x }'],
    ],
    [
      'another host',
      'postgres',
      ['{ host: a.acme.internal }', '{ host: b.acme.internal }'],
      ['{ role: x }', '{ role: x }'],
    ],
    ['another role', 'postgres', ['{ credentials: PG }', '{ credentials: PG }'], ['{ role: x }', '{ role: X }']],
    ['no settings at all', 'postgres', ['{ credentials: PG }', '{}'], ['{ role: x }', '{ x: y }']],
  ])('tells slots apart by %s', (_, type, settings, targets) => {
    expect(two(type, settings, targets)).toEqual([]);
  });

  it.each(['ORDERS_PG', 'A', 'X9_Y'])('accepts `%s` as the NAME of a secret', (name) => {
    const text = `kind: Catalog
labels: { class: database }
provider: { type: postgres, with: { credentials: ${name}, apiKeys: [${name}_2] } }
roles: { read-only: { grants: [{ role: x }] } }
resources: { a: { owner: team:orders } }
`;
    expect(said({ 'policies/catalog/databases.yaml': text })).toEqual([]);
  });

  it.each([
    ['credentials', 'hunter2', 'catalog-secret-name'],
    ['credentials', 'orders_pg', 'catalog-secret-name'],
    ['adminPassword', 'hunter2', 'catalog-secret-name'],
    ['api_key', 'hunter2', 'catalog-secret-name'],
    ['privateKey', 'A'.repeat(65), 'catalog-secret-name'],
    ['token', 'GITHUB_TOKEN', 'catalog-secret-reserved'],
    ['token', 'ACTIONS_X', 'catalog-secret-reserved'],
    ['token', 'INPUT_LEDGER_KEY', 'catalog-secret-reserved'],
    ['token', 'RUNNER_TEMP', 'catalog-secret-reserved'],
    ['token', 'NODE_OPTIONS', 'catalog-secret-reserved'],
    ['token', 'LD_PRELOAD', 'catalog-secret-reserved'],
    ['token', 'HOME', 'catalog-secret-reserved'],
    ['note', 'ghs_16C7e42F292c6912E7710c838347Ae178B4a', 'catalog-secret-value'],
    ['note', 'AKIAIOSFODNN7EXAMPLE', 'catalog-secret-value'],
    ['note', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0', 'catalog-secret-value'],
    ['note', 'x-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0', 'catalog-secret-value'],
    ['note', 'of v1.2: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0', 'catalog-secret-value'],
    ['note', 'https://user:pass@example.com/', 'catalog-secret-value'],
    ['note', '-----BEGIN RSA PRIVATE KEY-----', 'catalog-secret-value'],
    ['note', 'host=x password=hunter2', 'catalog-secret-value'],
  ])('refuses in `with` the field %s with `%s`', (field, value, code) => {
    const text = `kind: Catalog
labels: { class: database }
provider: { type: postgres, with: { ${field}: "${value}" } }
roles: { read-only: { grants: [{ role: x }] } }
resources: { a: { owner: team:orders } }
`;
    const { issues } = parseGovernance(tree({ 'policies/catalog/databases.yaml': text }));
    expect(issues.map((issue) => issue.code)).toEqual([code]);
    if (code !== 'catalog-secret-reserved') expect(JSON.stringify(issues)).not.toContain(value);
  });

  it.each([
    'orders.db.acme.internal',
    'postgres://orders.db/app',
    'a-name-that-is-longer-than-forty-characters-in-all',
    'keyJsonSchemaVersion.longIdentifier',
    'eyJsonSchemaVersion.of',
    'eyJ.longIdentifier',
  ])('does not take `%s` for a secret', (value) => {
    const text = `kind: Catalog
labels: { class: database }
provider: { type: postgres, with: { host: "${value}" } }
roles: { read-only: { grants: [{ role: x }], connect: "psql password={password}" } }
resources: { a: { owner: team:orders } }
`;
    expect(said({ 'policies/catalog/databases.yaml': text })).toEqual([]);
  });
});

describe('what the other documents say', () => {
  it('reads the organization', () => {
    const { organization } = governanceOf({
      'policies/organization.yaml': `kind: Organization
calendars:
  nights: { zone: Europe/Berlin, days: [sat, sun, mon], from: "18:30", to: "24:00" }
guardrails:
  - name: all of it
    on: { sensitivity: [high] }
    for: [read-only]
    subjects: [any-rota]
    when: request.breakGlass
    require:
      max: 30m
      maxContinuous: 1d
      fields: [ticket]
      during: nights
      approvals: [{ from: [owner], count: 2, widen: { after: 10m, to: [owner-rota] }, digest: required }]
      digest: true
  - { name: little, require: { max: 1h } }
freezes:
  - { name: year end, on: { class: [database] }, from: "2026-12-24T00:00:00+01:00", until: "2027-01-02T00:00:00Z" }
toxic: [{ name: both, of: [orders-db/read-only, "*/read-only"] }]
breakGlass: { subjects: [any-rota], max: 1h, reviewWithin: 24h }
liveGrants: 3
signals: { incident: bool }
`,
    });
    expect(organization).toEqual({
      calendars: { nights: { zone: 'Europe/Berlin', days: [0, 1, 6], from: 1110, until: 1440 } },
      guardrails: [
        {
          name: 'all of it',
          on: { sensitivity: ['high'] },
          for: ['read-only'],
          subjects: [{ kind: 'any-rota' }],
          when: 'request.breakGlass',
          require: {
            max: 30 * MINUTE,
            maxContinuous: DAY,
            fields: ['ticket'],
            during: 'nights',
            approvals: [
              {
                from: [{ kind: 'owner' }],
                count: 2,
                widen: { after: 10 * MINUTE, to: [{ kind: 'owner-rota' }] },
                namesDigest: true,
              },
            ],
            digest: true,
          },
          place: { file: 'policies/organization.yaml', line: 6, column: 5 },
        },
        {
          name: 'little',
          on: {},
          for: [],
          subjects: [],
          when: null,
          require: { max: HOUR, maxContinuous: null, fields: [], during: null, approvals: [], digest: false },
          place: { file: 'policies/organization.yaml', line: 18, column: 5 },
        },
      ],
      freezes: [
        {
          name: 'year end',
          on: { class: ['database'] },
          from: '2026-12-23T23:00:00.000Z',
          until: '2027-01-02T00:00:00.000Z',
        },
      ],
      toxic: [{ name: 'both', of: ['orders-db/read-only', '*/read-only'] }],
      breakGlass: { subjects: [{ kind: 'any-rota' }], max: HOUR, reviewWithin: DAY },
      liveGrants: 3,
      signals: { incident: 'bool' },
    });
  });

  it('reads an organization with nothing in it', () => {
    const { organization } = governanceOf({ 'policies/organization.yaml': 'kind: Organization\n' });
    expect(organization).toMatchObject({ guardrails: [], freezes: [], toxic: [], breakGlass: null, liveGrants: null });
  });

  it('reads people and services, with logins in lower case', () => {
    const { people } = governanceOf({
      'policies/people.yaml': `kind: People
people:
  alice: { github: { id: 1001, login: Alice }, zone: Europe/Berlin, identities: { postgres: alice } }
  bob: { github: { id: 1002, login: bob } }
services:
  deploy: { controllers: [team:payments, person:bob], claims: { repository: acme/x }, identities: { postgres: deploy } }
  other: { controllers: [team:payments], claims: { repository: acme/y } }
teams: { orders: 8002 }
`,
    });
    expect(people).toEqual({
      people: {
        alice: { name: 'alice', id: 1001, login: 'alice', zone: 'Europe/Berlin', identities: { postgres: 'alice' } },
        bob: { name: 'bob', id: 1002, login: 'bob', zone: null, identities: {} },
      },
      services: {
        deploy: {
          name: 'deploy',
          controllers: [
            { kind: 'team', name: 'payments' },
            { kind: 'person', name: 'bob' },
          ],
          claims: { repository: 'acme/x' },
          identities: { postgres: 'deploy' },
        },
        other: {
          name: 'other',
          controllers: [{ kind: 'team', name: 'payments' }],
          claims: { repository: 'acme/y' },
          identities: {},
        },
      },
      teams: { orders: 8002 },
    });
  });

  it('reads rotas, and has none without the file', () => {
    const { rotas } = governanceOf({
      'policies/rotas.yaml': `kind: Rota
rotas:
  orders:
    rotation: { starts: "2026-01-05T09:00:00+01:00", every: 7d, people: [alice, bob] }
  night_shift:
    shifts: [{ person: bob, from: "2026-12-24T00:00:00Z", until: "2026-12-25T00:00:00Z" }]
`,
    });
    expect(rotas).toEqual({
      orders: {
        name: 'orders',
        shifts: [],
        rotation: { starts: '2026-01-05T08:00:00.000Z', every: 7 * DAY, people: ['alice', 'bob'] },
      },
      night_shift: {
        name: 'night_shift',
        shifts: [{ person: 'bob', from: '2026-12-24T00:00:00.000Z', until: '2026-12-25T00:00:00.000Z' }],
        rotation: null,
      },
    });
    expect(governanceOf({ 'policies/rotas.yaml': null }).rotas).toEqual({});
  });

  it('reads delegations, locks and tests', () => {
    const governance = governanceOf({
      'policies/delegations/holiday.yaml': `kind: Delegation
from: alice
to: bob
seats: [team:orders, team:dba]
starts: 2026-12-01T00:00:00Z
until: 2026-12-24T00:00:00Z
reason: On holiday
`,
      'policies/locks.yaml': `kind: Lock
locks:
  - { name: laptop, on: { resource: [orders-db] }, for: [read-only], subjects: [person:bob], reason: Stolen, until: "2026-12-01T00:00:00Z" }
  - { name: everything, reason: Incident }
`,
      'policies/rules/databases.test.yaml': `kind: PolicyTest
teams: { orders: [bob] }
tests:
  - name: full
    request: requests/orders-db/read-only/x.yaml
    subject: alice
    opener: bob
    at: "2026-11-23T10:00:00Z"
    document: { duration: 2h, reason: x }
    approvedBy: [bob]
    signals: { incident: true }
    expect: { verdict: allow, rule: reading needs an owner, reason: some-code }
  - name: least
    request: requests/orders-db/read-only/x.yaml
    subject: alice
    at: "2026-11-23T10:00:00Z"
    document: {}
    expect: { verdict: invalid }
`,
    });
    expect(governance.delegations).toEqual([
      {
        from: 'alice',
        to: 'bob',
        seats: ['orders', 'dba'],
        starts: '2026-12-01T00:00:00.000Z',
        until: '2026-12-24T00:00:00.000Z',
        reason: 'On holiday',
        place: { file: 'policies/delegations/holiday.yaml', line: 3, column: 1 },
      },
    ]);
    expect(governance.locks).toEqual([
      {
        name: 'laptop',
        on: { resource: ['orders-db'] },
        for: ['read-only'],
        subjects: [{ kind: 'person', name: 'bob' }],
        reason: 'Stolen',
        until: '2026-12-01T00:00:00.000Z',
        place: { file: 'policies/locks.yaml', line: 4, column: 5 },
      },
      {
        name: 'everything',
        on: {},
        for: [],
        subjects: [],
        reason: 'Incident',
        until: null,
        place: { file: 'policies/locks.yaml', line: 5, column: 5 },
      },
    ]);
    expect(governance.tests).toMatchObject([
      {
        name: 'full',
        subject: 'alice',
        opener: 'bob',
        at: '2026-11-23T10:00:00.000Z',
        approvedBy: ['bob'],
        signals: { incident: true },
        teams: { orders: ['bob'] },
        expect: { verdict: 'allow', rule: 'reading needs an owner', reason: 'some-code' },
      },
      {
        name: 'least',
        opener: null,
        approvedBy: [],
        signals: {},
        expect: { verdict: 'invalid', rule: null, reason: null },
      },
    ]);
    const bare = governanceOf({
      'policies/rules/databases.test.yaml': `kind: PolicyTest
tests: [{ name: x, request: requests/a/b/c.yaml, subject: bob, at: "2026-11-23T10:00:00Z", document: {}, expect: { verdict: deny } }]
`,
    });
    expect(bare.tests[0]?.teams).toEqual({});
  });

  it('reads settings, and is careful without them', () => {
    const housekeeping = { enabled: true, from: 20, after: 7 * DAY };
    const notifications = { approvals: true, expiry: true, failures: true, alerts: [] };
    const careful = { merge: 'manual', mergeMethod: 'squash', lapse: 7 * DAY, housekeeping, notifications };
    expect(governanceOf().settings).toEqual(careful);
    expect(governanceOf({ 'policies/settings.yaml': 'kind: Settings\n' }).settings).toEqual(careful);
    const text =
      'kind: Settings\nmerge: auto\nmergeMethod: merge\nlapse: 2d\nnotifications: { expiry: false, alerts: [team:platform] }\nhousekeeping: { enabled: false, after: 1d }\n';
    expect(governanceOf({ 'policies/settings.yaml': text }).settings).toEqual({
      merge: 'auto',
      mergeMethod: 'merge',
      lapse: 2 * DAY,
      housekeeping: { enabled: false, from: 20, after: DAY },
      notifications: { ...notifications, expiry: false, alerts: [{ kind: 'team', name: 'platform' }] },
    });
    const few = governanceOf({ 'policies/settings.yaml': 'kind: Settings\nhousekeeping: { from: 1 }\n' });
    expect(few.settings.housekeeping).toEqual({ ...housekeeping, from: 1 });
  });
});

describe('what one file says about another', () => {
  it('is judged by the checker of conditions, with the signals of the organization', () => {
    const asked: unknown[] = [];
    const files = tree({
      'policies/rules/databases.yaml': `${RULES}    when: ${'signals.incident || '.repeat(10)}false\n`,
      'policies/organization.yaml': 'kind: Organization\nsignals: { incident: bool }\n',
    });
    const parsed = parseGovernance(files, (text, signals) => {
      asked.push(signals);
      return `no ${text.slice(0, 7)}`;
    });
    expect(asked).toEqual([{ incident: 'bool' }]);
    expect(parsed.issues).toMatchObject([
      { code: 'condition-invalid', line: 10, message: 'this condition cannot be evaluated: no signals' },
    ]);
    expect(parsed.issues[0]?.found).toHaveLength(80);
    expect(parseGovernance(files)).toMatchObject({ ok: true });
  });

  it('may name codeowners, owners and rotas of resources without naming anybody', () => {
    const text = RULES.replace('[team:engineering]', '[owner, owner-rota, any-rota]');
    expect(said({ 'policies/rules/databases.yaml': text })).toEqual([]);
  });

  it.each([
    ['policies/people.yaml', 'kind: Peopl\n', RULES.replace('team:engineering', 'person:nobody')],
    ['policies/people.yaml', 'kind: Peopl\n', RULES.replace('team:engineering', 'service:nothing')],
    ['policies/rotas.yaml', 'kind: Rotas\n', RULES.replace('team:engineering', 'rota:nothing')],
    ['policies/organization.yaml', 'kind: Organisation\n', `${RULES}    during: never\n`],
    [
      'policies/catalog/databases.yaml',
      'kind: Catalogue\n',
      RULES.replace('read-only', 'nothing').replace('database', 'x'),
    ],
  ])('is not held against it while %s cannot be read', (path, broken, rules) => {
    expect(said({ [path]: broken, 'policies/rules/databases.yaml': rules })).toEqual([`document-kind ${path}:2`]);
  });

  it('does not miss a rule set while one of them cannot be read', () => {
    expect(said({ 'policies/rules/databases.yaml': 'kind: Rules\n' })).toEqual([
      'document-kind policies/rules/databases.yaml:2',
    ]);
  });

  it('may be selected by owner and resource', () => {
    expect(
      said({
        'policies/rules/databases.yaml': RULES.replace(
          '{ class: [database] }',
          '{ owner: [team:orders, team:billing] }',
        ),
      }),
    ).toEqual([]);
    expect(
      said({
        'policies/rules/databases.yaml': RULES.replace(
          '{ class: [database] }',
          '{ resource: [orders-db, billing-db] }',
        ),
      }),
    ).toEqual([]);
  });

  it('has no resources to be about when there are none', () => {
    expect(
      said({
        'policies/catalog/databases.yaml': null,
        'policies/rules/databases.yaml': RULES.replace('{ class: [database] }', '{ resource: [orders-db] }'),
      }),
    ).toEqual([
      'selector-value-unknown policies/rules/databases.yaml:3',
      'role-unknown policies/rules/databases.yaml:6',
    ]);
  });

  it('is not held up by a tree in which everybody is named wrongly', () => {
    const names = (prefix: string) => Array.from({ length: 1_200 }, (_, at) => `${prefix}${at.toString(36)}-xxxxxxxxx`);
    const people = names('a').map((name, at) => `  ${name}: { github: { id: ${at + 1}, login: a${at} } }`);
    const began = performance.now();
    const found = said({
      'policies/people.yaml': `kind: People\npeople:\n${people.join('\n')}\n`,
      'policies/rotas.yaml': `kind: Rota
rotas:
  r: { rotation: { starts: 2026-01-01T00:00:00Z, every: 1d, people: [${names('b').join(', ')}] } }
`,
    });
    expect(found.filter((line) => line.startsWith('person-unknown'))).toHaveLength(50);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each(['-eyJ', 'eyJ.', '.eyJaaaaaaaaaa'])('is not held up by `%s` again and again', (token) => {
    const text = `kind: Catalog
labels: { class: database }
provider: { type: postgres, with: { note: "${token.repeat(Math.floor(64_000 / token.length))}" } }
resources: { a: { owner: person:alice, roles: { read-only: { grants: [{ role: r }] } } } }
`;
    const began = performance.now();
    said({ 'policies/catalog/databases.yaml': text });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('counts teams of CODEOWNERS as approvers, whatever their case', () => {
    const text = `kind: Catalog
labels: { class: database }
provider: { type: github-team, with: { organization: acme } }
roles: { read-only: { grants: [{ team: Platform, role: member }] } }
resources: { a: { owner: person:alice } }
`;
    const { issues } = parseGovernance(tree({ 'policies/catalog/databases.yaml': text }));
    expect(issues).toMatchObject([{ code: 'catalog-binding-approver', found: 'platform, named in `CODEOWNERS`' }]);
  });
});
