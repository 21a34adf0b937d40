import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETUP_CODES, type SetupCheck } from '../../../core/attest/check.ts';
import { findingsOf, judgeSetup } from '../../../core/attest/judge.ts';
import { APPLIER_PERMISSIONS, GATE_PERMISSIONS } from '../../../core/attest/judge-more.ts';
import {
  known,
  type OidcSetup,
  type Rule,
  type Setup,
  type SweepsSetup,
  unknown,
} from '../../../core/attest/snapshot.ts';
import { APPLIER as APPLIER_APP, GATE as GATE_APP } from '../../../hub/acme.ts';
import {
  APPLIER,
  aSetup,
  branchSetup,
  checkRule,
  GATE,
  LEDGER_RULES,
  MAIN_RULES,
  moreSetup,
  plainRule,
  pullRule,
  treeSetup,
  WITNESS_RULES,
} from '../../support/setup.ts';

function findings(change: Partial<Setup>): readonly string[] {
  return findingsOf(judgeSetup(aSetup(change))).map(
    ({ code, severity, blocks }) => `${code} ${severity}${blocks ? ' blocks' : ''}`,
  );
}

function only(change: Partial<Setup>, code: string): SetupCheck {
  const found = judgeSetup(aSetup(change)).find((check) => check.code === code);
  if (found === undefined) throw new Error(`no check ${code}`);
  return found;
}

/** `contents write`, sorted, from the table of permissions in a guide. */
function permissionRows(page: string): readonly string[] {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\s*\| ([A-Z][a-z ]+?)(?: \(organisation\))? \| (read|write)[^|]*\|/gm)];
  return rows.map(([, name = '', level]) => `${name.toLowerCase().replace(' ', '_')} ${level}`).sort();
}

const without = (type: Rule['type']): Partial<Setup> => ({
  main: known(
    branchSetup(
      'main',
      MAIN_RULES.filter((rule) => rule.type !== type),
    ),
  ),
});
const main = (rules: readonly Rule[], bypass = {}): Partial<Setup> => ({
  main: known(branchSetup('main', rules, bypass)),
});
const ledger = (rules: readonly Rule[], bypass = {}): Partial<Setup> => ({
  ledgerBranch: known(branchSetup('gatepass/ledger', rules, bypass)),
});
const replaced = (rule: Rule): readonly Rule[] => [...MAIN_RULES.filter(({ type }) => type !== rule.type), rule];
const HEIDI = known([{ type: 'OrganizationAdmin', id: null }]);
const heartbeats = (rules: readonly Rule[], bypass: Parameters<typeof branchSetup>[2] = {}): Partial<Setup> => ({
  more: moreSetup({ heartbeats: known(branchSetup('gatepass/heartbeat', rules, bypass)) }),
});
const witness = (rules: readonly Rule[], bypass: Parameters<typeof branchSetup>[2] = {}): Partial<Setup> => ({
  more: moreSetup({ witness: known(branchSetup('gatepass/witness', rules, bypass)) }),
});
const oidc = (change: Partial<OidcSetup>): Partial<Setup> => ({
  more: moreSetup({ oidc: known({ isDefault: true, keys: [], isImmutable: true, prefix: 'repo:a@1/b@2', ...change }) }),
});
const SILENCE = { since: '2026-11-23T09:00:00.000Z', why: 'no sweep of zone default was heard since then' };
const sweeps = (change: Partial<SweepsSetup>): Partial<Setup> => ({
  more: moreSetup({
    sweeps: known({ heardAt: SILENCE.since, silence: null, workflow: known('active'), ...change }),
  }),
});
const GATE_PASSES = known([{ type: 'Integration', id: GATE }]);
const HIDDEN = unknown<never>('hidden');
const APPLIER_PASSES = known([{ type: 'Integration', id: APPLIER }]);

describe('the setup of GitHub', () => {
  it('as the guides describe it has no finding, and every check says what is expected', () => {
    const checks = judgeSetup(aSetup({ more: moreSetup() }));
    expect(findingsOf(checks)).toEqual([]);
    expect(checks.map(({ code }) => code)).toEqual(SETUP_CODES);
    for (const check of checks) expect([check.message, check.fix]).toEqual([check.expected, '']);
  });

  it.each<[string, Partial<Setup>, readonly string[]]>([
    [
      'no pull request is required',
      without('pull_request'),
      ['pull-request-required stop blocks', 'merge-methods stop blocks', 'reviews-elsewhere stop blocks'],
    ],
    ['no check is required', without('required_status_checks'), ['check-required stop blocks']],
    ['another check is required', main(replaced(checkRule('ci'))), ['check-required stop blocks']],
    ['the check counts from anybody', main(replaced(checkRule('gatepass', null))), ['check-pinned stop blocks']],
    ['the check counts from another App', main(replaced(checkRule('gatepass', 9))), ['check-pinned stop blocks']],
    ['the gate app is not told', { gateApp: null }, ['check-pinned unknown blocks']],
    ['force pushes are allowed', without('non_fast_forward'), ['force-push-refused stop blocks']],
    ['deletion is allowed', without('deletion'), ['deletion-refused stop blocks']],
    ['an owner may pass over the rules', main(MAIN_RULES, { 1: HEIDI }), ['bypass stop blocks']],
    ['bypass lists are hidden', main(MAIN_RULES, { 1: HIDDEN }), ['bypass unknown']],
    [
      'rebase is allowed',
      main(replaced(pullRule({ mergeMethods: ['merge', 'rebase'] }))),
      ['merge-methods stop blocks'],
    ],
    [
      'rebase is not spoken of, and allowed',
      main(replaced(pullRule({ mergeMethods: [] }))),
      ['merge-methods stop blocks'],
    ],
    [
      'rebase is not spoken of, and hidden',
      { ...main(replaced(pullRule({ mergeMethods: [] }))), allowsRebase: HIDDEN },
      ['merge-methods unknown blocks'],
    ],
    ['the merge queue is on', main([...MAIN_RULES, plainRule('merge_queue')]), ['merge-queue stop blocks']],
    [
      'nobody reviews policies',
      main(replaced(pullRule({ reviewers: [{ patterns: ['**', '!/policies/**', '!/requests/**'], approvals: 1 }] }))),
      ['reviews-elsewhere stop blocks'],
    ],
    [
      'reviewers of zero approvals',
      main(replaced(pullRule({ reviewers: [{ patterns: ['**'], approvals: 0 }] }))),
      ['reviews-elsewhere stop blocks'],
    ],
    [
      'reviewers of everything',
      main(replaced(pullRule({ reviewers: [{ patterns: ['**'], approvals: 1 }] }))),
      ['reviews-of-requests weak'],
    ],
    [
      'code owners of everything',
      main(replaced(pullRule({ reviewers: [], codeOwners: true }))),
      ['reviews-of-requests weak'],
    ],
    ['an approval of everything', main(replaced(pullRule({ approvals: 1 }))), ['reviews-of-requests weak']],
    ['branches must be up to date', main(replaced(checkRule('gatepass', GATE, true))), ['up-to-date weak']],
    ['the rules cannot be read', { main: HIDDEN }, ['pull-request-required unknown blocks']],
    ['the tree cannot be read', { tree: HIDDEN }, ['reviews-elsewhere unknown blocks', 'check-name unknown blocks']],
    ['anybody may append to the ledger', ledger(LEDGER_RULES.slice(1)), ['ledger-update stop blocks']],
    [
      'the ledger may be forced',
      ledger([plainRule('update', 3), plainRule('deletion', 4)], { 3: APPLIER_PASSES }),
      ['ledger-force-push stop blocks'],
    ],
    [
      'the ledger may be deleted',
      ledger([plainRule('update', 3), plainRule('non_fast_forward', 4)], { 3: APPLIER_PASSES }),
      ['ledger-deletion stop blocks'],
    ],
    [
      'another App may append',
      ledger(LEDGER_RULES, { 3: known([{ type: 'Integration', id: 9 }]) }),
      ['ledger-bypass stop blocks'],
    ],
    [
      'the applier may force',
      ledger(LEDGER_RULES, { 3: APPLIER_PASSES, 4: APPLIER_PASSES }),
      ['ledger-bypass stop blocks'],
    ],
    ['who may append is hidden', ledger(LEDGER_RULES, { 3: HIDDEN }), ['ledger-bypass unknown']],
    [
      'the ledger has no rules',
      ledger([]),
      ['ledger-update stop blocks', 'ledger-force-push stop blocks', 'ledger-deletion stop blocks'],
    ],
    ['the ledger’s rules cannot be read', { ledgerBranch: HIDDEN }, ['ledger-update unknown blocks']],
    [
      'the environment admits any branch',
      { environment: known({ branches: 'all' as const }) },
      ['environment stop blocks'],
    ],
    [
      'the environment admits protected branches',
      { environment: known({ branches: 'protected' as const }) },
      ['environment stop blocks'],
    ],
    [
      'the environment admits another branch too',
      { environment: known({ branches: ['main', 'next'] }) },
      ['environment stop blocks'],
    ],
    ['the environment admits no branch', { environment: known({ branches: [] }) }, ['environment stop blocks']],
    ['there is no environment', { environment: known(null) }, ['environment weak']],
    ['the environment cannot be read', { environment: HIDDEN }, ['environment unknown blocks']],
    ['one repository holds both', { ledger: 'ACME/access' }, ['layout weak']],
    [
      'a job is called as the check',
      { tree: known(treeSetup({ workflows: new Map([['.github/workflows/ci.yml', 'jobs:\n  gatepass: {}\n']]) })) },
      ['check-name weak'],
    ],
    [
      'a workflow is no text',
      { tree: known(treeSetup({ workflows: new Map([['.github/workflows/ci.yml', null]]) })) },
      ['check-name unknown'],
    ],
    ['Actions may approve', { more: moreSetup({ actionsMayApprove: known(true) }) }, ['actions-approve weak']],
    [
      'classic protection is strict',
      { more: moreSetup({ classic: known({ strict: true }) }) },
      ['classic-protection weak'],
    ],
    ['classic protection is there', { more: moreSetup({ classic: known({ strict: false }) }) }, []],
    [
      'the gate app may administer',
      { more: moreSetup({ gatePermissions: known({ administration: 'read' }) }) },
      ['gate-permissions weak'],
    ],
    [
      'the applier may write more',
      { more: moreSetup({ applierPermissions: known({ issues: 'write', contents: 'admin' }) }) },
      ['applier-permissions weak'],
    ],
    [
      'requesters write where actions run',
      {
        more: moreSetup({ runs: known([{ repository: 'acme/ops', writers: known(['a', 'b', 'c', 'd', 'e', 'f']) }]) }),
      },
      ['runs-writers weak'],
    ],
    [
      'few requesters write where actions run',
      { more: moreSetup({ runs: known([{ repository: 'acme/ops', writers: known(['erin']) }]) }) },
      ['runs-writers weak'],
    ],
    [
      'who writes where actions run is hidden',
      { more: moreSetup({ runs: known([{ repository: 'acme/ops', writers: HIDDEN }]) }) },
      ['runs-writers unknown'],
    ],
    ['there are no actions', { more: moreSetup({ runs: known([]) }) }, []],
    ['the sweep is silent', sweeps({ silence: SILENCE }), ['heartbeat stop blocks']],
    [
      'the sweep is silent because it is off',
      sweeps({ silence: SILENCE, workflow: known('disabled_inactivity') }),
      ['heartbeat stop blocks'],
    ],
    ['the sweep was switched off a moment ago', sweeps({ workflow: known('disabled_manually') }), ['heartbeat weak']],
    ['only the workflow of the sweep is hidden', sweeps({ workflow: HIDDEN }), []],
    [
      'a person sees none of the settings',
      {
        more: {
          actionsMayApprove: HIDDEN,
          classic: HIDDEN,
          gatePermissions: HIDDEN,
          applierPermissions: HIDDEN,
          runs: HIDDEN,
          witness: HIDDEN,
          heartbeats: HIDDEN,
          unpinnedTeams: HIDDEN,
          oidc: HIDDEN,
          sweeps: HIDDEN,
        },
      },
      [
        'actions-approve unknown',
        'classic-protection unknown',
        'gate-permissions unknown',
        'applier-permissions unknown',
        'runs-writers unknown',
        'witness unknown',
        'heartbeat-branch unknown',
        'team-pins unknown',
        'oidc-subject unknown',
        'heartbeat unknown',
      ],
    ],
    ...WITNESS_RULES.map(({ type }): [string, Partial<Setup>, readonly string[]] => [
      `the witness has no rule \`${type}\``,
      witness(WITNESS_RULES.filter((rule) => rule.type !== type)),
      ['witness weak'],
    ]),
    ['others may write the witness', witness(WITNESS_RULES, { 5: HEIDI }), ['witness weak']],
    ['others may rewrite the witness', witness(WITNESS_RULES, { 5: GATE_PASSES, 6: HEIDI }), ['witness weak']],
    ['the gate may rewrite the witness', witness(WITNESS_RULES, { 5: GATE_PASSES, 6: GATE_PASSES }), ['witness weak']],
    ['who may write the witness is hidden', witness(WITNESS_RULES, { 5: HIDDEN }), ['witness unknown']],
    ['nobody may write the witness', witness(WITNESS_RULES), []],
    ['others may write heartbeats', heartbeats(WITNESS_RULES, { 5: HEIDI }), ['heartbeat-branch weak']],
    ['others may delete heartbeats', heartbeats(WITNESS_RULES, { 6: HEIDI }), ['heartbeat-branch weak']],
    ['the gate may write heartbeats', heartbeats(WITNESS_RULES, { 5: GATE_PASSES }), ['heartbeat-branch weak']],
    ['heartbeats have no rules', heartbeats([]), ['heartbeat-branch weak']],
    ['teams are not pinned', { more: moreSetup({ unpinnedTeams: known(['dba', 'sre']) }) }, ['team-pins weak']],
    ['the subject names the repository only', oidc({ isImmutable: false }), ['oidc-subject weak']],
    ['the subject is not shown', oidc({ isImmutable: false, prefix: null }), ['oidc-subject weak']],
    ['the subject leaves out the environment', oidc({ isDefault: false, keys: ['repo'] }), ['oidc-subject weak']],
    ['the subject is the organisation’s own', oidc({ isDefault: false, keys: ['repository_id', 'context'] }), []],
    ['the subject has the environment', oidc({ isDefault: false, keys: ['environment'] }), []],
  ])('is found out when %s', (_, change, expected) => {
    expect(findings(change)).toEqual(expected);
  });

  it('asks of each App what the look-alike’s has, and what its guide lists', () => {
    expect(GATE_PERMISSIONS).toEqual({ ...GATE_APP.permissions, metadata: 'read' });
    expect(APPLIER_PERMISSIONS).toEqual({ ...APPLIER_APP.permissions, metadata: 'read' });
    // The guide for real GitHub is held to the look-alike's Apps by `docs-facts.test.ts`.
    const needed = Object.entries(GATE_APP.permissions).map(([name, level]) => `${name} ${level}`);
    expect(permissionRows('docs/guides/app.md')).toEqual(needed.sort());
    const applier = Object.keys(APPLIER_APP.permissions).sort();
    expect(permissionRows('docs/guides/action.md').map((row) => row.split(' ')[0])).toEqual(applier);
  });

  it('names the subject that targets have to trust', () => {
    const { found, fix } = only({ more: moreSetup() }, 'oidc-subject');
    expect([found, fix]).toEqual(['targets have to trust `repo:acme@9000/operations@43:environment:gatepass`', '']);
    const old = only(oidc({ isImmutable: false, prefix: null }), 'oidc-subject');
    expect(old.found).toBe('`repo:acme/operations:environment:gatepass`');
    expect(old.fix).toContain('use_immutable_subject');
  });

  it('says who the gate is where it was not told', () => {
    const change = { ...witness([]), gateApp: null };
    expect(only(change, 'witness').fix).toContain('GATE_APP_ID');
    expect(only({ ...heartbeats([]), applierApp: null }, 'heartbeat-branch').fix).toContain('APPLIER_APP_ID');
    expect(findings({ ...witness(WITNESS_RULES, { 5: GATE_PASSES }), gateApp: null })).toContain('witness weak');
  });

  it('is good where the repository itself refuses rebase', () => {
    expect(findings({ ...main(replaced(pullRule({ mergeMethods: [] }))), allowsRebase: known(false) })).toEqual([]);
  });

  it('is good where one of two rulesets has no bypass list', () => {
    const doubled = MAIN_RULES.flatMap((rule) => [rule, { ...rule, ruleset: 2 }]);
    expect(findings(main(doubled, { 1: HEIDI }))).toEqual([]);
    expect(findings(main(doubled, { 1: HEIDI, 2: HIDDEN }))).toEqual(['bypass unknown']);
  });

  it('takes no notice of who may pass over another check', () => {
    expect(findings(main([...MAIN_RULES, { ...checkRule('ci'), ruleset: 2 }], { 2: HEIDI }))).toEqual([]);
  });

  it('is not known where a ruleset was not read', () => {
    const setup = branchSetup('main', MAIN_RULES);
    expect(findings({ main: known({ ...setup, bypass: new Map() }) })).toEqual(['bypass unknown']);
  });

  it('says that a check by GitHub Actions is anybody’s, and refuses a job of its name', () => {
    const byActions = { ...main(replaced(checkRule('gatepass', 15368))), gateApp: 15368 };
    expect(findings(byActions)).toEqual(['check-pinned weak']);
    const workflows = new Map([['.github/workflows/gate.yml', 'jobs:\n  x: { name: Gatepass }\n']]);
    expect(findings({ ...byActions, tree: known(treeSetup({ workflows })) })).toEqual([
      'check-pinned weak',
      'check-name stop blocks',
    ]);
  });

  it('counts code owners only for paths that somebody owns', () => {
    const owned = main(replaced(pullRule({ reviewers: [], codeOwners: true })));
    expect(findings({ ...owned, tree: known(treeSetup({ codeowners: '/policies/ @acme/security\n' })) })).toEqual([
      'reviews-elsewhere stop blocks',
      'reviews-of-requests weak',
    ]);
    expect(findings({ ...owned, tree: known(treeSetup({ codeowners: null })) })[0]).toBe(
      'reviews-elsewhere stop blocks',
    );
  });

  it('names the first bare paths and counts the others', () => {
    const few = [{ patterns: ['/policies/**', '/.github/**', '/docs/**', 'CODEOWNERS'], approvals: 1 }];
    const { message } = only(main(replaced(pullRule({ reviewers: few }))), 'reviews-elsewhere');
    expect(message).toBe(
      'a pull request may change these without a native review: `gatepass-sample`, `gatepass-sample/gatepass-sample`',
    );
    expect(only(main(replaced(pullRule({ reviewers: [] }))), 'reviews-elsewhere').message).toMatch(/ and 5 more$/);
  });

  it('names the merge queue’s setting and ruleset', () => {
    const { message, fix } = only(main([...MAIN_RULES, plainRule('merge_queue')]), 'merge-queue');
    expect(message).toContain('"Require merge queue"');
    expect(fix).toContain('`ruleset 1`');
    const unnamed = { ...branchSetup('main', [...MAIN_RULES, plainRule('merge_queue', 8)]), names: new Map() };
    expect(only({ main: known(unnamed) }, 'merge-queue').found).toBe('8');
  });

  it('gives a command that carries the apps’ numbers, quoted for a shell', () => {
    expect(only(main([]), 'check-required').fix).toContain('"integration_id":7001');
    expect(only({ ...main([]), gateApp: null }, 'check-required').fix).not.toContain('integration_id');
    expect(only(ledger([]), 'ledger-update').fix).toContain('"actor_id":7002');
    expect(only({ ...ledger([]), applierApp: null }, 'ledger-update').fix).toContain('APPLIER_APP_ID');
    const odd = only(
      { sweepBranch: "main'; rm -rf $HOME", environment: known({ branches: ['x'] }) },
      'environment',
    ).fix;
    expect(odd.endsWith("-f name='main'\\''; rm -rf $HOME'")).toBe(true);
  });
});
