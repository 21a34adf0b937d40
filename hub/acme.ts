/**
 * The example organisation on the look-alike: acme's people, teams, repositories, rules and the two Apps, with the real
 * `policies/`, CODEOWNERS and workflows of this project. The demo, `gatepass dev` and the tests all start from it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hub } from './hub.ts';
import type { Json, Role } from './model.ts';
import type { AddedApp } from './setup/apps.ts';
import type { File } from './setup/repositories.ts';

export const PEOPLE = {
  alice: 1001,
  bob: 1002,
  carol: 1003,
  dan: 1004,
  erin: 1005,
  frank: 1006,
  grace: 1007,
  heidi: 1008,
  mallory: 1009,
} as const;

export type Login = keyof typeof PEOPLE;

export const TEAMS = {
  engineering: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'mallory'],
  orders: ['bob', 'carol'],
  billing: ['dan', 'erin'],
  payments: ['alice', 'bob', 'erin'],
  dba: ['dan', 'carol'],
  sre: ['erin', 'dan'],
  platform: ['heidi', 'erin'],
  security: ['grace', 'heidi'],
  contractors: ['frank'],
  'vendor-managers': ['grace'],
  'payments-production': [],
} as const satisfies Record<string, readonly Login[]>;

/** The check that the gate App publishes. */
const CHECK = 'gatepass';
export const ACCESS_ID = 5001;
export const OPS_ID = 5002;

export interface AcmeOptions {
  /** More files of `acme/access`, or others in place of the real ones; `null` leaves one out. */
  readonly files?: Readonly<Record<string, File | null>>;
  readonly opsFiles?: Readonly<Record<string, File | null>>;
  /** `false`: no branch rules. */
  readonly rules?: boolean;
}

export interface Acme {
  /** Personal tokens by login. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly gate: AddedApp;
  readonly applier: AddedApp;
  /** Ed25519, PEM, PKCS#8. */
  readonly ledgerKey: string;
  readonly accessId: number;
  readonly opsId: number;
}

/** `root` is the folder of this project. */
export async function buildAcme(hub: Hub, root: string, options: AcmeOptions = {}): Promise<Acme> {
  const people = Object.entries(PEOPLE).map(([login, id]) =>
    hub.addUser({ login, id, email: `${login}@acme.example` }),
  );
  hub.addOrganization({ login: 'acme', id: 9000, owners: ['heidi'] });
  Object.entries(TEAMS).forEach(([slug, members], index) => {
    hub.addTeam('acme', { slug, id: 8001 + index, members });
  });
  const [gate, applier] = await Promise.all([
    hub.addApp(GATE),
    hub.addApp(APPLIER),
    addRepositories(hub, root, options),
  ]);
  const { privateKey } = generateKeyPairSync('ed25519');
  const ledgerKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = (key: string, value: string): void => hub.setSecret('acme', 'access', 'gatepass', key, value);
  secret('GATEPASS_APP_ID', String(applier.id));
  secret('GATEPASS_GATE_APP_ID', String(gate.id));
  secret('GATEPASS_PRIVATE_KEY', applier.privateKey);
  secret('GATEPASS_LEDGER_KEY', ledgerKey);
  if (options.rules !== false)
    for (const ruleset of rulesets(gate.id, applier.id)) hub.protect('acme', 'access', ruleset);
  const tokens = Object.fromEntries(people.map(({ login, token }) => [login, token]));
  return { tokens, gate, applier, ledgerKey, accessId: ACCESS_ID, opsId: OPS_ID };
}

/** No more than the app asks for; why each is needed is in docs/guides/real-github.md, which a test holds to this. */
export const GATE = {
  id: 7001,
  slug: 'gatepass-gate',
  permissions: {
    actions: 'write',
    checks: 'write',
    contents: 'write',
    issues: 'write',
    members: 'read',
    merge_queues: 'read',
    pull_requests: 'write',
  },
  events: [
    'check_run',
    'issue_comment',
    'membership',
    'merge_group',
    'organization',
    'pull_request',
    'pull_request_review',
    'push',
    'team',
  ],
} as const;

/** No more than the sweep and its providers ask for. It comments on nothing and publishes no check. */
export const APPLIER = {
  id: 7002,
  slug: 'gatepass-applier',
  permissions: {
    actions: 'write',
    contents: 'write',
    members: 'write',
    pull_requests: 'read',
  },
} as const;

async function addRepositories(hub: Hub, root: string, options: AcmeOptions): Promise<void> {
  const workflow = (name: string): Promise<string> => readFile(join(root, 'docs/guides/workflow', name), 'utf8');
  const [policies, requests, owners, sweep, restart] = await Promise.all([
    readFolder(root, 'policies'),
    readFolder(root, 'requests'),
    readFile(join(root, 'CODEOWNERS'), 'utf8'),
    workflow('gatepass.yml'),
    workflow('restart.yml'),
  ]);
  const access = { ...policies, ...requests, CODEOWNERS: owners, '.github/workflows/gatepass.yml': sweep };
  const writers = Object.keys(TEAMS).filter((slug) => slug !== 'payments-production');
  const accessTeams = Object.fromEntries(
    writers.map((slug): [string, Role] => [slug, slug === 'platform' ? 'maintain' : 'write']),
  );
  const acme = { owner: 'acme', private: true } as const;
  await Promise.all([
    hub.addRepository({
      ...acme,
      name: 'access',
      id: ACCESS_ID,
      files: merged(access, options.files),
      teams: accessTeams,
    }),
    hub.addRepository({
      ...acme,
      name: 'ops',
      id: OPS_ID,
      files: merged({ 'README.md': 'Runbooks of acme.\n', '.github/workflows/restart.yml': restart }, options.opsFiles),
      teams: { platform: 'write' },
    }),
  ]);
}

async function readFolder(root: string, folder: string): Promise<Record<string, File>> {
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile() && entry.name !== '.gitkeep')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, File]> => [path.slice(root.length + 1), await readFile(path)]),
  );
  return Object.fromEntries(files);
}

function merged(files: Record<string, File>, more: Readonly<Record<string, File | null>> = {}): Record<string, File> {
  const all = Object.entries({ ...files, ...more });
  return Object.fromEntries(all.filter((entry): entry is [string, File] => entry[1] !== null));
}

const MAIN = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } };
const WITNESS = { ref_name: { include: ['refs/heads/gatepass/witness'], exclude: [] } };
const LEDGER = { ref_name: { include: ['refs/heads/gatepass/ledger'], exclude: [] } };
const HEARTBEAT = { ref_name: { include: ['refs/heads/gatepass/heartbeat'], exclude: [] } };

/** The setup that the gates rely on: a pull request and our check for requests, the owners' approval for all else. */
export function rulesets(gate: number, applier: number): Json[] {
  return [
    {
      name: 'every change is a pull request that the gate allows',
      conditions: MAIN,
      rules: [
        { type: 'deletion' },
        { type: 'non_fast_forward' },
        {
          type: 'pull_request',
          parameters: {
            required_approving_review_count: 0,
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_review_thread_resolution: false,
            allowed_merge_methods: ['merge', 'squash'],
            required_reviewers: [
              reviewers('platform', ['**', '!/requests/**', '!/policies/**', '/policies/catalog/**']),
              reviewers('security', ['/policies/**', '!/policies/catalog/**']),
            ],
          },
        },
        {
          type: 'required_status_checks',
          parameters: {
            strict_required_status_checks_policy: false,
            required_status_checks: [{ context: CHECK, integration_id: gate }],
          },
        },
      ],
    },
    {
      name: 'only the applier writes the ledger',
      conditions: LEDGER,
      bypass_actors: [{ actor_id: applier, actor_type: 'Integration', bypass_mode: 'always' }],
      rules: [{ type: 'update' }],
    },
    { name: 'the ledger only grows', conditions: LEDGER, rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }] },
    {
      name: 'an owner begins the ledger',
      conditions: LEDGER,
      bypass_actors: [{ actor_id: null, actor_type: 'OrganizationAdmin', bypass_mode: 'always' }],
      rules: [{ type: 'creation' }],
    },
    {
      name: 'only the gate writes down what it saw of the ledger',
      conditions: WITNESS,
      bypass_actors: [{ actor_id: gate, actor_type: 'Integration', bypass_mode: 'always' }],
      rules: [{ type: 'creation' }, { type: 'update' }],
    },
    {
      name: 'the witness only grows',
      conditions: WITNESS,
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    },
    {
      name: 'only the applier says that sweeps live',
      conditions: HEARTBEAT,
      bypass_actors: [{ actor_id: applier, actor_type: 'Integration', bypass_mode: 'always' }],
      rules: [{ type: 'creation' }, { type: 'update' }],
    },
    {
      name: 'no sign of life is taken back',
      conditions: HEARTBEAT,
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    },
  ];
}

function reviewers(team: keyof typeof TEAMS, file_patterns: readonly string[]): Json {
  const id = 8001 + Object.keys(TEAMS).indexOf(team);
  return { file_patterns, minimum_approvals: 1, reviewer: { id, type: 'Team' } };
}
