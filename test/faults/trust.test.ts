/** What GitHub's own settings, and the targets' trust in us, can do to the gates. */
import { describe, expect } from 'vitest';
import { findingsOf, judgeSetup } from '../../core/attest/judge.ts';
import { known, unknown } from '../../core/attest/snapshot.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ProviderError } from '../../providers/provider.ts';
import { stopsOf } from '../../sweep/attest.ts';
import { aSetup, branchSetup, MAIN_RULES, moreSetup } from '../support/setup.ts';
import { alertKeys, entriesOf, grantRead, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { fault } from './fault.ts';

const { alice, bob, heidi } = people;
const OTHER = 'requests/orders-db/read-only/other.yaml';

const broken = () => {
  throw new ProviderError('unauthorized', 'the token names another subject than this role trusts');
};

describe('the trust of a target', () => {
  fault(24, 'nothing begins, in the target’s own words, and everything goes on once it is mended', async () => {
    const world = aWorld();
    grantRead(world);
    await world.as({ openProvider: async () => broken() });
    expect(world.target.held.size).toBe(0);
    const [alert] = [...(await world.ledger()).state.alerts.values()];
    expect(alert?.key).toMatch(/^not-begun:default:/);
    expect(alert?.message).toContain('the token names another subject than this role trusts');
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(await alertKeys(world)).toEqual([]);
  });

  fault(24, 'a removal is tried for ever, with an alert, until it is mended', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.target.beforeObserve = broken;
    world.target.before = broken;
    world.advance(HOUR);
    await world.sweep();
    world.advance(10 * MINUTE);
    await world.sweep();
    expect((await alertKeys(world)).some((key) => key.startsWith('revoke-stuck:'))).toBe(true);
    world.advance(48 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.target.beforeObserve = () => {};
    world.target.before = () => {};
    world.advance(25 * HOUR);
    await world.sweep();
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual([]);
  });

  fault(24, '`doctor` names the subject that targets have to trust, and warns of one by name alone', () => {
    const told = (change: { readonly isImmutable: boolean; readonly prefix: string }) => {
      const oidc = known({ isDefault: true, keys: [], ...change });
      const check = judgeSetup(aSetup({ more: moreSetup({ oidc }) })).find(({ code }) => code === 'oidc-subject');
      return { severity: check?.severity, found: check?.found };
    };
    expect(told({ isImmutable: true, prefix: 'repo:acme@9000/access@42' })).toEqual({
      severity: 'ok',
      found: 'targets have to trust `repo:acme@9000/access@42:environment:gatepass`',
    });
    expect(told({ isImmutable: false, prefix: 'repo:acme/access' })).toEqual({
      severity: 'weak',
      found: '`repo:acme/access:environment:gatepass`',
    });
  });
});

describe('passing over the rules', () => {
  fault(39, 'an administrator merges what nobody approved: nothing is granted', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.merge(number, 'squash', heidi);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect((await entriesOf(world, 'refused')).map(({ why }) => why)).toEqual([
      expect.stringContaining('merged before it was approved'),
    ]);
  });

  fault(39, 'an administrator pushes past the rules: nothing is granted, and an alert says so', async () => {
    const world = aWorld();
    world.github.push({ [READ]: aRequest() });
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await alertKeys(world)).toEqual([`quarantined:${READ}`]);
  });

  fault(39, 'while the rules let somebody by, grants wait and removals go on', async () => {
    const bypass = known([{ type: 'OrganizationAdmin', id: null }]);
    const main = known(branchSetup('main', MAIN_RULES, { 1: bypass }));
    const drift = stopsOf(judgeSetup(aSetup({ main })));
    expect(drift.map(({ key, message }) => [key, message])).toEqual([
      ['setup-drift', expect.stringContaining('some may pass over the rules')],
    ]);
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    grantRead(world, {}, OTHER);
    await world.as({ attest: async () => drift });
    expect(world.target.held.size).toBe(0);
    expect(world.target.sent.map(({ value }) => value)).toEqual(['granted', null]);
    expect(await alertKeys(world)).toEqual(['setup-drift']);
    await world.sweep();
    expect(world.target.held.size).toBe(1);
    expect(await alertKeys(world)).toEqual([]);
  });

  fault(39, 'who may pass is hidden from the sweep: that alone stops nothing, and helps nobody', async () => {
    const hidden = unknown<never>('GitHub shows bypass lists to administrators only');
    const main = known(branchSetup('main', MAIN_RULES, { 1: hidden }));
    const checks = judgeSetup(aSetup({ main }));
    expect(findingsOf(checks).map(({ code, severity }) => [code, severity])).toEqual([['bypass', 'unknown']]);
    expect(stopsOf(checks)).toEqual([]);
    const world = aWorld();
    world.github.merge(world.github.open(bob, { [READ]: aRequest() }), 'merge', heidi);
    await world.as({ attest: async () => stopsOf(checks) });
    expect(world.target.sent).toEqual([]);
  });
});
