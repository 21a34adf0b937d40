/** How GitHub is set up when everything is as it should be; a test changes one fact. */
import {
  type BranchSetup,
  type BypassActor,
  type Fact,
  known,
  type MoreSetup,
  type Rule,
  type Setup,
  type TreeSetup,
} from '../../core/attest/snapshot.ts';

export const GATE = 7001;
export const APPLIER = 7002;

type PullRule = Extract<Rule, { type: 'pull_request' }>;

export function pullRule(change: Partial<PullRule> = {}): Rule {
  return {
    type: 'pull_request',
    ruleset: 1,
    approvals: 0,
    codeOwners: false,
    mergeMethods: ['merge', 'squash'],
    reviewers: [{ patterns: ['**', '!/requests/**'], approvals: 1 }],
    ...change,
  };
}

export function checkRule(name = 'gatepass', app: number | null = GATE, strict = false): Rule {
  return { type: 'required_status_checks', ruleset: 1, strict, checks: [{ name, app }] };
}

export function plainRule(type: 'deletion' | 'non_fast_forward' | 'update' | 'merge_queue', ruleset = 1): Rule {
  return { type, ruleset };
}

/** The bypass lists by ruleset; one that is not given is empty. */
export function branchSetup(
  branch: string,
  rules: readonly Rule[],
  bypass: Readonly<Record<number, Fact<readonly BypassActor[]>>> = {},
): BranchSetup {
  const ids = [...new Set(rules.map(({ ruleset }) => ruleset))];
  return {
    branch,
    rules,
    bypass: new Map(ids.map((id) => [id, bypass[id] ?? known([])])),
    names: new Map(ids.map((id) => [id, `ruleset ${id}`])),
  };
}

export const MAIN_RULES: readonly Rule[] = [
  pullRule(),
  checkRule(),
  plainRule('non_fast_forward'),
  plainRule('deletion'),
];
export const LEDGER_RULES: readonly Rule[] = [
  plainRule('update', 3),
  plainRule('non_fast_forward', 4),
  plainRule('deletion', 4),
];

export const WITNESS_RULES: readonly Rule[] = [
  plainRule('update', 5),
  plainRule('non_fast_forward', 6),
  plainRule('deletion', 6),
];

export function treeSetup(change: Partial<TreeSetup> = {}): TreeSetup {
  return {
    paths: ['CODEOWNERS', 'policies/organization.yaml', 'requests/orders-db/read-only/a.yaml'],
    codeowners: '* @acme/platform\n',
    workflows: new Map([['.github/workflows/gatepass.yml', 'jobs:\n  sweep: {}\n']]),
    ...change,
  };
}

export function aSetup(change: Partial<Setup> = {}): Setup {
  return {
    access: 'acme/access',
    defaultBranch: 'main',
    ledger: 'acme/operations',
    sweepBranch: 'main',
    gateApp: GATE,
    applierApp: APPLIER,
    main: known(branchSetup('main', MAIN_RULES)),
    ledgerBranch: known(
      branchSetup('gatepass/ledger', LEDGER_RULES, { 3: known([{ type: 'Integration', id: APPLIER }]) }),
    ),
    tree: known(treeSetup()),
    allowsRebase: known(true),
    environment: known({ branches: ['main'] }),
    more: null,
    ...change,
  };
}

export function moreSetup(change: Partial<MoreSetup> = {}): MoreSetup {
  return {
    actionsMayApprove: known(false),
    classic: known(null),
    gatePermissions: known({ checks: 'write', contents: 'write', metadata: 'read' }),
    applierPermissions: known({ contents: 'write', metadata: 'read' }),
    runs: known([{ repository: 'acme/ops', writers: known([]) }]),
    witness: known(branchSetup('gatepass/witness', WITNESS_RULES, { 5: known([{ type: 'Integration', id: GATE }]) })),
    heartbeats: known(
      branchSetup('gatepass/heartbeat', WITNESS_RULES, { 5: known([{ type: 'Integration', id: APPLIER }]) }),
    ),
    unpinnedTeams: known([]),
    oidc: known({ isDefault: true, keys: [], isImmutable: true, prefix: 'repo:acme@9000/operations@43' }),
    sweeps: known({ heardAt: '2026-11-23T10:00:00.000Z', silence: null, workflow: known('active') }),
    ...change,
  };
}
