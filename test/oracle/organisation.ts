/**
 * Random organisations: the governing files that a history is decided under. Each is valid; documents are written as JSON,
 * which is YAML too, so that the oracle reads them without the parser under test.
 */
import type { GoverningFile } from '../../core/policy/evidence.ts';
import { Random } from './random.ts';

export const PEOPLE = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'heidi', 'mallory'] as const;
export const TEAMS = ['engineering', 'orders', 'billing', 'payments', 'dba', 'sre', 'security', 'contractors'] as const;
const APPROVERS = [
  'codeowners',
  'owner',
  'owner-rota',
  'any-rota',
  'team:dba',
  'team:sre',
  'person:dan',
  'rota:orders',
];
const SUBJECTS = [
  'team:engineering',
  'team:engineering',
  'team:engineering',
  'team:engineering',
  'team:orders',
  'owner',
  'owner-rota',
  'any-rota',
  'person:alice',
  'team:contractors',
  'service:deploy',
];
const DURATIONS = ['30m', '1h', '2h', '4h', '8h'];

/** Every condition that an organisation may use; `conditions.ts` says what each means. */
export const CONDITIONS = [
  'request.duration <= duration("2h")',
  'history.grants7d < 2',
  'history.live == 0',
  'signals.incident',
  '!signals.incident',
  'signals.load < 50',
  'resource.labels.tier == "one"',
  'opener.isSubject',
  'request.ticket != ""',
  'now.getHours() < 12',
] as const;

export function organisation(seed: number): readonly GoverningFile[] {
  const random = new Random(seed);
  const files: Record<string, unknown> = {
    'policies/catalog/databases.yaml': databases(random),
    'policies/catalog/teams.yaml': teams(),
    'policies/catalog/services.yaml': services(),
    'policies/organization.yaml': guardrails(random),
    'policies/people.yaml': people(random),
    'policies/rotas.yaml': rotas(),
    'policies/locks.yaml': locks(random),
    'policies/settings.yaml': document('Settings', { merge: 'auto' }),
    'policies/rules/databases.yaml': rules(random, 'database', ['read-only', 'read-write']),
    'policies/rules/teams.yaml': rules(random, 'team', ['operator']),
    'policies/rules/services.yaml': rules(random, 'service', ['restart']),
    ...delegations(random),
  };
  const broken = random.chance(0.01) ? random.pick(Object.keys(files)) : null;
  const written = Object.entries(files).map(([path, value]) => [path, broken === path ? '{' : JSON.stringify(value)]);
  return [['CODEOWNERS', codeowners(random)], ...written]
    .map(([path = '', text = '']) => ({ path, mode: '100644', blob: 'd'.repeat(40), text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function document(kind: string, fields: object): object {
  return { apiVersion: 'gatepass/v1', kind, ...fields };
}

function databases(random: Random): object {
  const roles = {
    'read-only': { grants: [{ role: 'app_read' }] },
    'read-write': { grants: [{ role: 'app_write' }], ...(random.chance(0.3) ? { conflictsWith: ['read-only'] } : {}) },
  };
  return document('Catalog', {
    labels: { class: 'database', env: 'prod', ...(random.chance(0.5) ? { tier: random.pick(['one', 'two']) } : {}) },
    sensitivity: 'high',
    provider: { type: 'postgres', zone: 'default', with: { credentials: 'ORDERS_PG' } },
    roles,
    resources: {
      'orders-db': { owner: 'team:orders' },
      'billing-db': {
        owner: random.pick(['team:billing', 'person:erin']),
        sensitivity: 'critical',
        with: { credentials: 'BILLING_PG' },
      },
    },
  });
}

function teams(): object {
  return document('Catalog', {
    labels: { class: 'team', env: 'prod' },
    sensitivity: 'medium',
    provider: { type: 'github-team', zone: 'default', with: { organization: 'acme' } },
    resources: {
      payments: {
        owner: 'team:payments',
        roles: { operator: { grants: [{ team: 'payments-production', role: 'member' }] } },
      },
    },
  });
}

function services(): object {
  const restart = {
    runs: { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main' },
    inputs: { region: { enum: ['eu-west-1', 'us-east-1'] } },
  };
  return document('Catalog', {
    labels: { class: 'service', env: 'prod' },
    sensitivity: 'medium',
    resources: { checkout: { owner: 'team:payments', actions: { restart } } },
  });
}

function requirement(random: Random): object {
  const widen = random.chance(0.25) ? { widen: { after: random.pick(['30m', '2h']), to: ['team:sre'] } } : {};
  const first = random.chance(0.5) ? 'codeowners' : random.pick(APPROVERS);
  const second = random.chance(0.2) ? random.pick(APPROVERS) : first;
  const digest = random.chance(0.1) ? { digest: 'required' } : {};
  return { from: [...new Set([first, second])], count: random.chance(0.15) ? 2 : 1, ...widen, ...digest };
}

/** No two of one list ask the same people: what that would mean is for people to say, not for a random file. */
function requirements(random: Random, most: number): object[] {
  const asked = Array.from({ length: random.below(most + 1) }, () => requirement(random));
  const key = (one: object) => JSON.stringify((one as { from: string[] }).from.toSorted());
  return asked.filter((one, index) => asked.findIndex((other) => key(other) === key(one)) === index);
}

function rules(random: Random, kind: string, entitlements: readonly string[]): object {
  const length = 1 + random.below(4);
  const rule = (index: number) => ({
    name: `${kind} rule ${index}`,
    for: random.chance(0.8) ? [...entitlements] : [random.pick(entitlements)],
    subjects: [...new Set([random.pick(SUBJECTS), random.pick(SUBJECTS)])],
    ...(random.chance(0.3)
      ? { openers: [random.pick(['team:engineering', 'team:payments', 'owner', 'person:bob'])] }
      : {}),
    ...(random.chance(0.15) ? { during: 'office' } : {}),
    ...(random.chance(0.35) ? { when: random.pick(CONDITIONS) } : {}),
    max: random.pick(['1h', '2h', '4h', '8h']),
    approvals: requirements(random, 2),
  });
  return document('RuleSet', { on: { class: [kind] }, rules: Array.from({ length }, (_, index) => rule(index)) });
}

function guardrails(random: Random): object {
  const guardrail = (index: number) => ({
    name: `guardrail ${index}`,
    ...(random.chance(0.4) ? { on: { sensitivity: random.chance(0.5) ? ['critical'] : ['high', 'medium'] } } : {}),
    ...(random.chance(0.2) ? { for: ['read-write'] } : {}),
    ...(random.chance(0.6)
      ? {
          subjects: [
            random.pick(['team:contractors', 'team:contractors', 'team:engineering', 'any-rota', 'person:bob']),
          ],
        }
      : {}),
    ...(random.chance(0.3) ? { when: random.pick(CONDITIONS) } : {}),
    require: {
      ...(random.chance(0.25) ? { max: random.pick(DURATIONS) } : {}),
      ...(random.chance(0.25) ? { maxContinuous: random.pick(['2h', '4h', '8h']) } : {}),
      ...(random.chance(0.15) ? { fields: random.chance(0.7) ? ['ticket'] : ['ticket', 'startsBy'] } : {}),
      ...(random.chance(0.1) ? { during: 'office' } : {}),
      ...(random.chance(0.15) ? { digest: true } : {}),
      approvals: requirements(random, 1),
    },
  });
  const instants = ['2026-11-23T09:00:00Z', '2026-11-23T11:00:00Z', '2026-11-23T12:30:00Z', '2026-11-23T16:00:00Z'];
  const from = random.below(3);
  const freeze = {
    name: 'freeze',
    from: instants[from],
    until: instants[from + 1],
    ...(random.chance(0.5) ? { on: { resource: ['billing-db'] } } : {}),
  };
  const toxic = {
    name: 'toxic',
    of: random.pick([
      ['orders-db/read-only', 'billing-db/read-only'],
      ['orders-db/*', 'billing-db/*'],
      ['*/read-write', 'payments/operator'],
    ]),
  };
  return document('Organization', {
    calendars: {
      office: { zone: 'Europe/Berlin', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' },
    },
    guardrails: Array.from({ length: random.below(4) }, (_, index) => guardrail(index)),
    ...(random.chance(0.15) ? { freezes: [freeze] } : {}),
    ...(random.chance(0.3) ? { toxic: [toxic] } : {}),
    ...(random.chance(0.7)
      ? {
          breakGlass: {
            subjects: [random.pick(['any-rota', 'team:orders', 'owner-rota'])],
            max: random.pick(['1h', '2h']),
            reviewWithin: '24h',
          },
        }
      : {}),
    ...(random.chance(0.5) ? { liveGrants: 1 + random.below(4) } : {}),
    signals: { incident: 'bool', load: 'int' },
  });
}

function people(random: Random): object {
  const entry = (name: string, index: number) => {
    const identities = random.chance(0.95) ? { identities: { postgres: name } } : {};
    return [name, { github: { id: 1001 + index, login: name }, zone: 'Europe/Berlin', ...identities }] as const;
  };
  const deploy = {
    controllers: [random.pick(['team:payments', 'person:bob'])],
    claims: { repository: 'acme/checkout' },
    identities: { postgres: 'deploy' },
  };
  return document('People', { people: Object.fromEntries(PEOPLE.map(entry)), services: { deploy } });
}

function rotas(): object {
  const rotation = (names: readonly string[]) => ({
    rotation: { starts: '2026-11-22T00:00:00Z', every: '4h', people: names },
  });
  return document('Rota', {
    rotas: {
      orders: {
        ...rotation(['carol', 'bob']),
        shifts: [{ person: 'erin', from: '2026-11-23T10:00:00Z', until: '2026-11-23T10:30:00Z' }],
      },
      payments: rotation(['erin', 'bob', 'alice']),
    },
  });
}

function locks(random: Random): object {
  const lock = {
    name: 'lock',
    reason: 'Leaked',
    ...(random.chance(0.5) ? { on: { resource: [random.pick(['orders-db', 'checkout'])] } } : {}),
    ...(random.chance(0.3) ? { for: ['read-write'] } : {}),
    ...(random.chance(0.6) ? { subjects: [random.pick(['person:alice', 'team:contractors', 'any-rota'])] } : {}),
    ...(random.chance(0.5) ? { until: random.pick(['2026-11-23T09:30:00Z', '2026-11-23T10:30:00Z']) } : {}),
  };
  return document('Lock', { locks: random.chance(0.12) ? [lock] : [] });
}

function delegations(random: Random): Record<string, unknown> {
  const pairs = [
    ['carol', 'dan'],
    ['bob', 'mallory'],
    ['dan', 'erin'],
    ['carol', 'bob'],
  ] as const;
  const chosen = random.some(pairs, 0.3);
  return Object.fromEntries(
    chosen.map(([from, to], index) => [
      `policies/delegations/d${index}.yaml`,
      document('Delegation', {
        from,
        to,
        seats: random.chance(0.7) ? ['team:orders', 'team:dba'] : ['team:billing'],
        starts: random.pick(['2026-11-20T00:00:00Z', '2026-11-23T09:30:00Z']),
        until: random.pick(['2026-11-23T10:15:00Z', '2026-11-28T00:00:00Z']),
        reason: 'On holiday',
      }),
    ]),
  );
}

function codeowners(random: Random): string {
  return [
    '* @acme/security',
    `/requests/orders-db/ ${random.pick(['@acme/orders', '@acme/orders', '@acme/orders @acme/dba', '@bob', '@acme/orders @dan'])}`,
    '/requests/billing-db/ @acme/billing',
    ...(random.chance(0.4) ? ['/requests/orders-db/read-write/ @acme/dba'] : []),
    '/requests/payments/ @acme/payments',
    '/requests/checkout/ @acme/payments @erin',
    '/policies/ @acme/security',
    '/docs/ @acme/sre',
    '',
  ].join('\n');
}
