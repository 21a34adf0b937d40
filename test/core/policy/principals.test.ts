/** Who is in a team or on a rota, where the list is not the one that was meant or not whole. */
import { describe, expect, it } from 'vitest';
import type { Governance, Principal } from '../../../core/document/documents.ts';
import { ancestorsOf, isOneOf, membersOf } from '../../../core/policy/principals.ts';
import { settingOf } from '../../support/ask.ts';
import { account, anEvidence, type EvidenceBuilder, type Name, NOW, REQUEST } from '../../support/evidence.ts';

const ORDERS: Principal = { kind: 'team', name: 'orders' };

function is(
  name: Name,
  principal: Principal,
  builder: EvidenceBuilder = anEvidence(),
  change: (governance: Governance) => Partial<Governance> = () => ({}),
) {
  const setting = settingOf(builder, change);
  const resource = setting.governance.resources['orders-db'] ?? null;
  return isOneOf([principal], { kind: 'person', id: account(name).id }, { setting, resource, path: REQUEST, at: NOW });
}

const pinned =
  (teams: Readonly<Record<string, number>>) =>
  ({ people }: Governance): Partial<Governance> => ({ people: { ...people, teams } });

describe('a team that `people.yaml` knows by its id (threat 27)', () => {
  const { id } = anEvidence().evidence.teams['orders'] ?? { id: 0 };

  it('has its members, and nobody else', () => {
    expect([
      is('bob', ORDERS, anEvidence(), pinned({ orders: id })),
      is('alice', ORDERS, anEvidence(), pinned({ orders: id })),
    ]).toEqual(['yes', 'no']);
  });

  it('made again under its name proves nothing: neither that somebody is in it, nor that they are not', () => {
    const other = pinned({ orders: id + 1 });
    expect([is('bob', ORDERS, anEvidence(), other), is('alice', ORDERS, anEvidence(), other)]).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('has the members of a team below it only as long as that is the one that is meant', () => {
    const below = anEvidence().team('night', { parent: 'orders', names: ['erin'] });
    expect(is('erin', ORDERS, below, pinned({ night: 900 }))).toBe('yes');
    const other = pinned({ night: 901 });
    expect([is('erin', ORDERS, below, other), is('bob', ORDERS, below, other)]).toEqual(['unknown', 'yes']);
  });
});

describe('a rota', () => {
  const both = ({ rotas }: Governance): Partial<Governance> => {
    const shift = { from: NOW, until: '2026-11-24T00:00:00.000Z' as typeof NOW };
    const shifts = ['bob', 'zoe'].map((person) => ({ person, ...shift }));
    return { rotas: { ...rotas, orders: { name: 'orders', rotation: null, shifts } } };
  };
  const rota: Principal = { kind: 'rota', name: 'orders' };

  it('with somebody on call whom nobody knows is whole for nobody else', () => {
    expect([is('bob', rota, anEvidence(), both), is('alice', rota, anEvidence(), both)]).toEqual(['yes', 'unknown']);
  });
});

describe('the owner’s rota', () => {
  const onCall = (owner: Principal) =>
    is('carol', { kind: 'owner-rota' }, anEvidence(), ({ resources }) => ({
      resources: Object.fromEntries(
        Object.entries(resources).map(([name, resource]) => [name, { ...resource, owner }]),
      ),
    }));

  it.each<[Principal['kind'], string]>([
    ['team', 'yes'],
    ['rota', 'yes'],
    ['person', 'no'],
    ['service', 'no'],
  ])('is that of an owning %s of the same name: %s', (kind, answer) => {
    expect(onCall({ kind: kind as 'team', name: 'orders' })).toBe(answer);
  });
});

it('a circle of teams leads up to each of them once, and not to itself', () => {
  const { evidence } = anEvidence().team('a', { parent: 'b' }).team('b', { parent: 'c' }).team('c', { parent: 'a' });
  expect(evidence.teams['a'] && ancestorsOf(evidence, evidence.teams['a'])).toEqual(['b', 'c']);
});

it('a team that was not read has no member that is known, and is not whole', () => {
  const setting = settingOf(anEvidence().withoutTeam('orders'));
  expect(membersOf([ORDERS], { setting, resource: null, path: REQUEST, at: NOW })).toEqual({
    ids: [],
    complete: false,
  });
});
