/** The ledger's branch: only the applier appends, nobody rewrites or deletes it. */
import { heldBy, namesOf } from './bypass.ts';
import { ok, type SetupCheck, type Subject, stop, unread } from './check.ts';
import { ghJson, rulesPage } from './commands.ts';
import type { BranchSetup, BypassActor, Rule, Setup } from './snapshot.ts';

const LEDGER = 'refs/heads/gatepass/ledger';

export function judgeLedger(setup: Setup): readonly SetupCheck[] {
  const { ledgerBranch } = setup;
  const update = subject(setup, 'ledger-update', 'only the applier app may update the ledger', ['update']);
  if (!ledgerBranch.isRead) return [unread(update, ledgerBranch.why, true)];
  const branch = ledgerBranch.value;
  const forced = subject(setup, 'ledger-force-push', 'the ledger refuses force pushes', ['non_fast_forward']);
  const deleted = subject(setup, 'ledger-deletion', 'the ledger refuses deletion', ['deletion']);
  return [
    judgePresence(branch, 'update', update),
    judgePresence(branch, 'non_fast_forward', forced),
    judgePresence(branch, 'deletion', deleted),
    judgeBypass(setup, branch),
  ];
}

function subject(setup: Setup, code: Subject['code'], expected: string, types: readonly string[]): Subject {
  const isUpdate = types.includes('update');
  const applier = { actor_id: setup.applierApp ?? 'APPLIER_APP_ID', actor_type: 'Integration', bypass_mode: 'always' };
  const fix = ghJson('POST', `repos/${setup.ledger}/rulesets`, {
    name: `gatepass: ${expected}`,
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: [LEDGER], exclude: [] } },
    bypass_actors: isUpdate ? [applier] : [],
    rules: types.map((type) => ({ type })),
  });
  return { code, expected, fix };
}

function judgePresence(branch: BranchSetup, type: Rule['type'], about: Subject): SetupCheck {
  const isThere = branch.rules.some((rule) => rule.type === type);
  if (isThere) return ok(about, `rule \`${type}\``);
  return stop(about, `no rule of \`${branch.branch}\` says so: ${about.expected}`, `no rule \`${type}\``);
}

const PILLARS: readonly Rule['type'][] = ['update', 'non_fast_forward', 'deletion'];

/** The applier passes over `update`, and over nothing else. */
function judgeBypass(setup: Setup, branch: BranchSetup): SetupCheck {
  const fix = `${rulesPage(setup.ledger)}: leave only the applier app in the bypass list of the rule "Restrict updates"`;
  const expected = 'nobody but the applier may pass over the rules of the ledger';
  const about: Subject = { code: 'ledger-bypass', expected, fix };
  const isApplier = ({ type, id }: BypassActor): boolean => type === 'Integration' && id === setup.applierApp;
  const doubts: string[] = [];
  const passed: string[] = [];
  for (const pillar of PILLARS) {
    const rules = branch.rules.filter(({ type }) => type === pillar);
    const held = rules.length === 0 ? null : heldBy(branch, rules, pillar === 'update' ? isApplier : () => false);
    if (held?.is === 'unknown') doubts.push(held.why);
    if (held?.is === 'passed') passed.push(`${namesOf(held.actors)} over \`${pillar}\``);
  }
  if (passed.length > 0)
    return stop(about, `some may pass over the ledger's rules: ${passed.join('; ')}`, passed.join('; '));
  const [doubt] = doubts;
  return doubt === undefined ? ok(about, 'only the applier, only to append') : unread(about, doubt, false);
}
