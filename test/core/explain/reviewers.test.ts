import { describe, expect, it } from 'vitest';
import { reviewersToAsk } from '../../../core/explain/reviewers.ts';
import type { RequirementStatus } from '../../../core/policy/decision.ts';
import { by, pending, requirement } from './decisions.ts';

const candidates = ['ann', 'bea', 'cy', 'di'].map((login) => ({ id: 1, login, awake: login === 'di' }));
const ask = (requirements: readonly RequirementStatus[], owners: readonly string[] = []) =>
  reviewersToAsk(pending({ requirements }), 'Acme', owners);

describe('reviewersToAsk', () => {
  it.each<[string, readonly RequirementStatus[], readonly string[], { teams: string[]; users: string[] }]>([
    ['the teams that a rule names', [requirement()], [], { teams: ['orders'], users: [] }],
    ['nobody for what is filled', [requirement({ filledBy: [by('bob')] })], [], { teams: [], users: [] }],
    [
      'the teams that own the path',
      [requirement({ from: [{ kind: 'codeowners' }] })],
      ['@ACME/orders', '@other/team', '@ann'],
      { teams: ['orders'], users: [] },
    ],
    [
      'three people who may, awake ones first, where no team is named',
      [requirement({ from: [{ kind: 'owner-rota' }], candidates })],
      [],
      { teams: [], users: ['ann', 'bea', 'di'] },
    ],
    ['each team once', [requirement(), requirement({ source: 'another' })], [], { teams: ['orders'], users: [] }],
  ])('asks %s', (_, requirements, owners, wanted) => {
    expect(ask(requirements, owners)).toEqual(wanted);
  });
});
