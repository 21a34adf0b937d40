/**
 * The organisation that simulated lives are lived in: few files, so that reading them is cheap; two zones, roles of one
 * and of several slots, two levels of one slot, an automatic role, break-glass, and an action.
 */
import { type Files, fileOf } from '../support/memory-git.ts';
import type { MemoryUser } from '../support/memory-github.ts';

const user = (id: number, login: string): MemoryUser => ({ id, login });

export const REQUESTERS = [
  user(2001, 'alice'),
  user(2002, 'bob'),
  user(2003, 'carol'),
  user(2004, 'dave'),
  user(2005, 'erin'),
  user(2006, 'frank'),
  user(2007, 'grace'),
  user(2008, 'heidi'),
] as const;
export const OWNERS = [user(2011, 'olga'), user(2012, 'oscar')] as const;
export const GUARDIANS = [user(2013, 'paul'), user(2014, 'pia')] as const;
/** Of the organisation, and of no team. */
export const STRANGER = user(2015, 'mallory');

export const TEAMS: Readonly<Record<string, readonly MemoryUser[]>> = {
  engineering: [...REQUESTERS, ...OWNERS],
  owners: OWNERS,
  guardians: GUARDIANS,
};

export const USERS: readonly MemoryUser[] = [...REQUESTERS, ...OWNERS, ...GUARDIANS, STRANGER];

export const ZONES = ['default', 'far'] as const;

/** What may be asked for, and the slots it fills: `slot` without the person, `level` the slot must hold at least. */
export interface Role {
  readonly path: string;
  /** Needs no approval. */
  readonly isAutomatic: boolean;
  readonly isAction: boolean;
  readonly fills: readonly { readonly place: string; readonly level: string; readonly zone: string }[];
}

const held = (place: string, zone = 'default') => ({ place: `postgres:${place}`, level: 'granted', zone });
const crew = (level: string) => ({ place: 'graded:crew', level, zone: 'default' });
const role = (path: string, fills: Role['fills'], isAutomatic = false): Role => ({
  path,
  isAutomatic,
  isAction: false,
  fills,
});

export const ROLES: readonly Role[] = [
  role('db/free', [held('db_free')], true),
  role('db/read', [held('db_read')]),
  role('db/wide', [held('db_a'), held('db_b'), held('db_c')]),
  role('crew/operator', [crew('low')]),
  role('crew/lead', [crew('high')]),
  role('far/read', [held('far_read', 'far')]),
  role('span/both', [held('span_here'), held('span_far', 'far')]),
  { path: 'jobs/restart', isAutomatic: false, isAction: true, fills: [] },
];

/** Of each configuration of a provider: how its slots begin. */
export const TARGETS: Readonly<Record<string, string>> = {
  DB: 'postgres:db',
  CREW: 'graded:crew',
  FAR: 'postgres:far',
  SPAN: 'postgres:span_here',
  SPAN_FAR: 'postgres:span_far',
};

/** What can be deleted, and made again under the same name. */
export const PLACES: readonly string[] = [
  'db_free',
  'db_read',
  'db_a',
  'db_b',
  'far_read',
  'span_here',
  'span_far',
].map((name) => `postgres:${name}`);

/** Lowest first. */
export function levelsOf(slot: string): readonly string[] {
  return slot.startsWith('graded:') ? ['low', 'high'] : ['granted'];
}

export function rankOf(slot: string, value: string | null): number {
  return value === null ? -1 : levelsOf(slot).indexOf(value);
}

/** Every slot of every requester that a role can fill. */
export const SLOTS: readonly { readonly key: string; readonly zone: string; readonly who: number }[] =
  REQUESTERS.flatMap(({ id }, who) => {
    const places = new Map(ROLES.flatMap(({ fills }) => fills.map(({ place, zone }) => [place, zone] as const)));
    return [...places].map(([place, zone]) => ({ key: `${place}/${id}`, zone, who }));
  });

/** Items that cannot be dealt with: their targets fail in every way, or they are no requests at all. By path. */
export function poison(): Readonly<Record<string, string>> {
  const bad = (role: string) => [
    `requests/bad/${role}/poison.yaml`,
    `${HEADER}AccessRequest\nreason: poison\nduration: 4h\n`,
  ];
  return Object.fromEntries([
    bad('shut'),
    bad('blind'),
    bad('stubborn'),
    ['requests/db/free/poison-alias.yaml', `${HEADER}AccessRequest\nreason: &a [*a, *a]\nduration: 1h\n`],
    ['requests/db/free/poison-large.yaml', `${HEADER}AccessRequest\nreason: ${'x'.repeat(70_000)}\nduration: 1h\n`],
    ['requests/db/free/poison-bytes.yaml', '\u0000\u001b[31m\ud83d'],
  ]);
}

export const HEADER = 'apiVersion: gatepass/v1\nkind: ';

const CATALOG = `${HEADER}Catalog
labels: { env: prod }
sensitivity: medium
resources:
  db:
    owner: team:owners
    provider: { type: postgres, with: { credentials: DB } }
    roles:
      free: { grants: [{ role: db_free }] }
      read: { grants: [{ role: db_read }] }
      wide: { grants: [{ role: db_a }, { role: db_b }, { role: db_c }] }
  crew:
    owner: team:owners
    provider: { type: graded, with: { credentials: CREW } }
    roles:
      operator: { grants: [{ place: crew, level: low }] }
      lead: { grants: [{ place: crew, level: high }] }
  far:
    owner: team:owners
    provider: { type: postgres, zone: far, with: { credentials: FAR } }
    roles:
      read: { grants: [{ role: far_read }] }
  span:
    owner: team:owners
    provider: { type: postgres, with: { credentials: SPAN } }
    roles:
      both: { grants: [{ role: span_here }, { role: span_far, provider: { type: postgres, zone: far, with: { credentials: SPAN_FAR } } }] }
  bad:
    owner: team:owners
    roles:
      shut: { grants: [{ provider: { type: shut }, place: shut }] }
      blind: { grants: [{ provider: { type: blind }, place: blind }] }
      stubborn: { grants: [{ provider: { type: stubborn }, place: stubborn }] }
  jobs:
    owner: team:owners
    actions:
      restart: { runs: { repository: acme/ops, workflow: restart.yml, ref: main }, inputs: {} }
`;

/** What the rules allow, as far as it changes. */
export interface Allowed {
  /** The most minutes that may be asked for. */
  readonly most: number;
  readonly onTighten: 'keep' | 'shrink';
}

export const LOOSE: Allowed = { most: 480, onTighten: 'keep' };

export const RULES = 'policies/rules/all.yaml';

export function rulesOf({ most, onTighten }: Allowed, approvals = '[{ from: [codeowners], count: 1 }]'): string {
  return `${HEADER}RuleSet
on: { env: [prod] }
onTighten: ${onTighten}
rules:
  - { name: free for engineers, for: [free, shut, blind, stubborn], subjects: [team:engineering], max: ${most}m, approvals: [] }
  - name: an owner agrees
    for: [read, wide, operator, lead, both, restart]
    subjects: [team:engineering]
    max: ${most}m
    approvals: ${approvals}
`;
}

const PEOPLE = `${HEADER}People
people:
${USERS.map(({ id, login }) => `  ${login}: { github: { id: ${id}, login: ${login} }, zone: UTC, identities: { postgres: ${login}, graded: ${login}, shut: ${login}, blind: ${login}, stubborn: ${login} } }\n`).join('')}`;

const TEXTS: Readonly<Record<string, string>> = {
  CODEOWNERS: '* @acme/guardians\n/requests/ @acme/owners\n',
  'README.md': 'Access of acme.\n',
  'policies/catalog/all.yaml': CATALOG,
  [RULES]: rulesOf(LOOSE),
  'policies/people.yaml': PEOPLE,
  'policies/organization.yaml': `${HEADER}Organization\nbreakGlass: { subjects: [rota:night], max: 1h, reviewWithin: 24h }\n`,
  'policies/rotas.yaml': `${HEADER}Rota\nrotas:\n  night:\n    rotation: { starts: "2026-01-05T00:00:00Z", every: 7d, people: [alice] }\n`,
};

export const LOCKS = 'policies/locks.yaml';

export function locksFor(login: string): string {
  return `${HEADER}Lock\nlocks:\n  - { name: simulated, subjects: [person:${login}], reason: a stolen laptop }\n`;
}

export function governingFiles(): Files {
  return new Map(Object.entries(TEXTS).map(([path, text]) => [path, fileOf(text)]));
}
