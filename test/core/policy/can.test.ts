/** What `gatepass can` lists of a resource that has roles and an action, and of rules that ask for a kind of request. */
import { describe, expect, it } from 'vitest';
import type { Governance } from '../../../core/document/documents.ts';
import { whatCan } from '../../../core/policy/can.ts';
import { settingOf } from '../../support/ask.ts';
import { anEvidence, NOW } from '../../support/evidence.ts';

const RULES = 'policies/rules/databases.yaml';

function can(builder = anEvidence(), change: (governance: Governance) => Partial<Governance> = () => ({})) {
  const { governance, evidence } = settingOf(builder, change);
  const alice = governance.people.people['alice'];
  if (alice === undefined) throw new Error('nobody');
  return whatCan(governance, alice, { at: NOW, teams: evidence.teams, signals: {} });
}

/** `orders-db` can be failed over too; a rule says so, for these requests. */
const withAction = (when = '') =>
  anEvidence()
    .governing('policies/catalog/databases.yaml', (text) =>
      text.replace(
        '  orders-db:\n    owner: team:orders\n',
        '  orders-db:\n    owner: team:orders\n    actions:\n      failover: { runs: { repository: acme/ops, workflow: failover.yml, ref: main } }\n',
      ),
    )
    .governing(
      RULES,
      (text) =>
        `${text}  - name: anything\n    for: [failover, read-only]\n    subjects: [team:engineering]\n${when}    max: 1h\n    approvals: []\n`,
    );

describe('whatCan', () => {
  it('lists roles and actions of a resource by name, each by its kind and with how it ends', () => {
    const orders = can(withAction()).filter(({ resource }) => resource === 'orders-db');
    const ends = ['by the sweep; an open session may outlive it until it is closed'];
    expect(orders.map((one) => [one.entitlement, one.kind, one.ends])).toEqual([
      ['failover', 'action', []],
      ['read-only', 'role', ends],
      ['read-write', 'role', ends],
    ]);
  });

  it('lists each way to end once, sorted', () => {
    const change = ({ resources }: Governance): Partial<Governance> => {
      const orders = resources['orders-db'];
      const role = orders?.roles['read-only'];
      if (orders === undefined || role === undefined) throw new Error('no role');
      const [grant] = role.grants;
      if (grant === undefined) throw new Error('no grant');
      const by = (type: string) => ({ ...grant, provider: { ...grant.provider, type } });
      const grants = [by('vault'), by('github-team'), by('postgres'), by('postgres')];
      return { resources: { 'orders-db': { ...orders, roles: { 'read-only': { ...role, grants } } } } };
    };
    expect(can(anEvidence(), change).map(({ ends }) => ends)).toEqual([
      [
        'by the sweep; an open session may outlive it until it is closed',
        'by the sweep; no session outlives it',
        'not known',
      ],
    ]);
  });

  it.each([
    ['request.kind == "ActionRequest"', ['failover']],
    ['request.kind == "AccessRequest" && !request.breakGlass', ['read-only']],
    ['!request.breakGlass', ['failover', 'read-only']],
  ])('lists the way of a rule where its condition holds, for a request of that kind: %s', (condition, names) => {
    const found = can(withAction(`    when: '${condition}'\n`)).filter(({ ways }) =>
      ways.some(({ rule }) => rule === 'anything'),
    );
    expect(found.filter(({ resource }) => resource === 'orders-db').map(({ entitlement }) => entitlement)).toEqual(
      names,
    );
  });

  it('asks for no field of a guardrail that is for others', () => {
    const [orders] = can().filter(({ resource }) => resource === 'orders-db');
    expect(orders?.ways).toMatchObject([{ fields: [], during: [] }]);
  });
});
