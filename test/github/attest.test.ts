import { describe, expect, it } from 'vitest';
import { findingsOf, judgeSetup } from '../../core/attest/judge.ts';
import { readSetup } from '../../github/attest.ts';
import { readMoreSetup } from '../../github/attest-more.ts';
import { type Row, wire } from '../support/wire.ts';

const REPO = '/repos/acme/access';
const TIP = 'a'.repeat(40);
const OWNERS = 'b'.repeat(40);
const ACCESS = { owner: 'acme', name: 'access' };
const APPS = { gateApp: 7001, applierApp: 7002 };

const pull = {
  type: 'pull_request',
  ruleset_id: 1,
  parameters: {
    required_approving_review_count: 0,
    require_code_owner_review: false,
    allowed_merge_methods: ['squash'],
    required_reviewers: [{ file_patterns: ['**', '!/requests/**'], minimum_approvals: 1 }],
  },
};
const checks = {
  type: 'required_status_checks',
  ruleset_id: 1,
  parameters: { required_status_checks: [{ context: 'gatepass', integration_id: 7001 }] },
};
const plain = (type: string, ruleset_id: number) => ({ type, ruleset_id });

const GOOD: Readonly<Record<string, Row | 'network'>> = {
  [`GET ${REPO}`]: { body: { default_branch: 'main', allow_rebase_merge: true } },
  [`GET ${REPO}/rules/branches/main`]: {
    body: [pull, checks, plain('non_fast_forward', 1), plain('deletion', 1), plain('creation', 1)],
  },
  [`GET ${REPO}/rules/branches/gatepass/ledger`]: {
    body: [plain('update', 2), plain('non_fast_forward', 3), plain('deletion', 3)],
  },
  [`GET ${REPO}/rulesets/1`]: { body: { name: 'main', bypass_actors: [] } },
  [`GET ${REPO}/rulesets/2`]: {
    body: { name: 'ledger', bypass_actors: [{ actor_id: 7002, actor_type: 'Integration', bypass_mode: 'always' }] },
  },
  [`GET ${REPO}/rulesets/3`]: { body: { name: 'grows', bypass_actors: [] } },
  [`GET ${REPO}/git/ref/heads/main`]: { body: { object: { sha: TIP } } },
  [`GET ${REPO}/git/trees/${TIP}`]: {
    body: { truncated: false, tree: [{ path: 'CODEOWNERS', mode: '100644', type: 'blob', sha: OWNERS, size: 3 }] },
  },
  [`GET ${REPO}/git/blobs/${OWNERS}`]: { body: { content: '* @', encoding: 'utf-8' } },
  [`GET ${REPO}/environments/gatepass`]: { body: { deployment_branch_policy: { custom_branch_policies: true } } },
  [`GET ${REPO}/environments/gatepass/deployment-branch-policies`]: { body: { branch_policies: [{ name: 'main' }] } },
};

async function findings(change: Readonly<Record<string, Row | 'network'>> = {}): Promise<readonly string[]> {
  const { github } = wire({ ...GOOD, ...change });
  const setup = await readSetup(github, { access: ACCESS, ledger: { github, repository: ACCESS }, ...APPS });
  return findingsOf(judgeSetup(setup)).map(({ code, severity, blocks }) => `${code} ${severity}${blocks ? '!' : ''}`);
}

describe('the setup as GitHub tells it', () => {
  it('is read in full with what GitHub documents', async () => {
    expect(await findings()).toEqual(['layout weak']);
  });

  it.each<[string, Readonly<Record<string, Row | 'network'>>, readonly string[]]>([
    [
      'rules that are forbidden',
      { [`GET ${REPO}/rules/branches/main`]: { status: 403 } },
      ['pull-request-required unknown!'],
    ],
    [
      'no answer about the ledger',
      { [`GET ${REPO}/rules/branches/gatepass/ledger`]: 'network' },
      ['ledger-update unknown!'],
    ],
    [
      'a rule of another shape',
      { [`GET ${REPO}/rules/branches/main`]: { body: [{ type: 'pull_request', ruleset_id: 1 }] } },
      ['pull-request-required unknown!'],
    ],
    ['bypass lists that are left out', { [`GET ${REPO}/rulesets/1`]: { body: { name: 'main' } } }, ['bypass unknown']],
    ['a ruleset that is not shown', { [`GET ${REPO}/rulesets/1`]: { status: 404 } }, ['bypass unknown']],
    [
      'an owner without a number who may pass',
      {
        [`GET ${REPO}/rulesets/1`]: {
          body: { name: 'main', bypass_actors: [{ actor_id: null, actor_type: 'OrganizationAdmin' }] },
        },
      },
      ['bypass stop!'],
    ],
    [
      'a check that counts from anybody',
      {
        [`GET ${REPO}/rules/branches/main`]: {
          body: [
            pull,
            { ...checks, parameters: { required_status_checks: [{ context: 'gatepass' }] } },
            plain('non_fast_forward', 1),
            plain('deletion', 1),
          ],
        },
      },
      ['check-pinned stop!'],
    ],
    [
      'a merge queue',
      {
        [`GET ${REPO}/rules/branches/main`]: {
          body: [pull, checks, plain('non_fast_forward', 1), plain('deletion', 1), plain('merge_queue', 1)],
        },
      },
      ['merge-queue stop!'],
    ],
    [
      'no rule about merges, and hidden settings',
      {
        [`GET ${REPO}`]: { body: { default_branch: 'main' } },
        [`GET ${REPO}/rules/branches/main`]: {
          body: [
            { ...pull, parameters: { ...pull.parameters, allowed_merge_methods: undefined } },
            checks,
            plain('non_fast_forward', 1),
            plain('deletion', 1),
          ],
        },
      },
      ['merge-methods unknown!'],
    ],
    [
      'a tree cut short',
      { [`GET ${REPO}/git/trees/${TIP}`]: { body: { truncated: true, tree: [] } } },
      ['reviews-elsewhere unknown!', 'check-name unknown!'],
    ],
    ['no environment', { [`GET ${REPO}/environments/gatepass`]: { status: 404 } }, ['environment weak']],
    [
      'an environment that is forbidden',
      { [`GET ${REPO}/environments/gatepass`]: { status: 403 } },
      ['environment unknown!'],
    ],
    [
      'an environment for any branch',
      { [`GET ${REPO}/environments/gatepass`]: { body: { deployment_branch_policy: null } } },
      ['environment stop!'],
    ],
    [
      'an environment for protected branches',
      { [`GET ${REPO}/environments/gatepass`]: { body: { deployment_branch_policy: { protected_branches: true } } } },
      ['environment stop!'],
    ],
    [
      'an environment for a tag as well',
      {
        [`GET ${REPO}/environments/gatepass/deployment-branch-policies`]: {
          body: { branch_policies: [{ name: 'main' }, { name: 'main', type: 'tag' }] },
        },
      },
      ['environment stop!'],
    ],
  ])('with %s is judged so', async (_, change, expected) => {
    expect((await findings(change)).filter((finding) => finding !== 'layout weak')).toEqual(expected);
  });

  it('is not made up when the repository itself cannot be read', async () => {
    await expect(findings({ [`GET ${REPO}`]: { status: 404 } })).rejects.toThrow('404');
  });
});

describe('what only doctor reads', () => {
  const more = (change: Readonly<Record<string, Row | 'network'>>) => {
    const { github } = wire({ ...GOOD, ...change });
    return readMoreSetup(github, { access: ACCESS, ledger: ACCESS, defaultBranch: 'main', ...APPS });
  };

  it('keeps no protection apart from protection that is not shown', async () => {
    const path = `GET ${REPO}/branches/main/protection`;
    const none = await more({ [path]: { status: 404, body: { message: 'Branch not protected' } } });
    expect(none.classic).toEqual({ isRead: true, value: null });
    const hidden = await more({ [path]: { status: 404, body: { message: 'Not Found' } } });
    expect(hidden.classic.isRead).toBe(false);
    const strict = await more({ [path]: { body: { required_status_checks: { strict: true } } } });
    expect(strict.classic).toEqual({ isRead: true, value: { strict: true } });
    const other = await more({ [path]: { body: {} } });
    expect(other.classic).toEqual({ isRead: true, value: { strict: false } });
  });

  it('finds the permissions of our Apps among the installed ones', async () => {
    const installations = [{ app_id: 7001, permissions: { checks: 'write' } }];
    const { gatePermissions, applierPermissions } = await more({
      'GET /orgs/acme/installations': { body: { installations } },
    });
    expect(gatePermissions).toEqual({ isRead: true, value: { checks: 'write' } });
    expect(applierPermissions).toEqual({ isRead: false, why: 'App 7002 is not installed in this organisation' });
  });

  it('takes the subject of OIDC tokens as GitHub tells it, with the numbers that a new repository has by itself', async () => {
    const path = `GET ${REPO}/actions/oidc/customization/sub`;
    const told = async (body: object) => (await more({ [path]: { body } })).oidc;
    const value = { isDefault: true, keys: [], isImmutable: false, prefix: null };
    expect(await told({ use_default: true })).toEqual({ isRead: true, value });
    expect(await told({ use_default: true, sub_claim_prefix: 'repo:acme@1/access@2' })).toEqual({
      isRead: true,
      value: { ...value, isImmutable: true, prefix: 'repo:acme@1/access@2' },
    });
    expect(await told({ use_default: false, include_claim_keys: ['repo'], use_immutable_subject: true })).toEqual({
      isRead: true,
      value: { ...value, isDefault: false, keys: ['repo'], isImmutable: true },
    });
    expect((await told({ use_default: false, include_claim_keys: 'repo' })).isRead).toBe(false);
  });

  it('reads the rules of the heartbeats where the ledger is', async () => {
    const { heartbeats } = await more({
      [`GET ${REPO}/rules/branches/gatepass/heartbeat`]: { body: [plain('deletion', 2)] },
    });
    expect(heartbeats).toMatchObject({ isRead: true, value: { branch: 'gatepass/heartbeat' } });
  });

  it('reads the rules of the witness like those of any branch', async () => {
    const { witness } = await more({ [`GET ${REPO}/rules/branches/gatepass/witness`]: { body: [plain('update', 2)] } });
    expect(witness).toMatchObject({ isRead: true, value: { branch: 'gatepass/witness' } });
  });

  it('cannot tell who starts actions where the policies do not parse', async () => {
    const { runs, unpinnedTeams } = await more({});
    expect(runs).toEqual({ isRead: false, why: expect.stringContaining('gatepass check') });
    expect(unpinnedTeams).toEqual(runs);
  });
});
