import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { githubTeam } from '../../../providers/github-team/github-team.ts';
import type { Identity, Provider } from '../../../providers/provider.ts';
import { providerContract } from './contract.ts';
import { type HubWorld, ioOf, startHubWorld, teamHarness } from './hub-world.ts';

providerContract('github-team on the look-alike', githubTeam, async () => {
  const { world, ...harness } = await teamHarness();
  const close = async () => {
    await harness.close();
    // Every request we sent and every answer we relied on is one of GitHub's own.
    expect(world.problems).toEqual([]);
  };
  return { ...harness, close };
});

describe('github-team on the look-alike', () => {
  let world: HubWorld;
  let provider: Provider;
  beforeEach(async () => {
    world = await startHubWorld();
    provider = await githubTeam.open({ organization: 'acme', allowMaintainer: true }, world.io);
  });
  afterEach(() => world.close());

  const person = (id: number, login: string): Identity => ({ name: login, github: { id, login }, identity: null });
  const resolve = (who: Identity, role = 'member') => provider.resolve({ team: 'payments-production', role }, who);

  it('invites somebody from outside, sees the invitation, and takes it back at the end', async () => {
    const { slot } = await resolve(person(1007, 'grace'));
    const invited = { is: 'pending', afterSeconds: 300, why: 'invitation' };
    const grant = { slot, value: 'member', until: null, endSessions: false };
    expect([await provider.set(grant), await provider.set(grant)]).toEqual([invited, invited]);
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'member', pending: true }]);
    expect(await provider.set({ ...grant, value: null })).toEqual({ is: 'done', changed: true });
    world.hub.acceptInvitation('acme', 'grace');
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
  });

  it('holds an invitation that was accepted', async () => {
    const { slot } = await resolve(person(1007, 'grace'));
    const grant = { slot, value: 'member', until: null, endSessions: false };
    await provider.set(grant);
    world.hub.acceptInvitation('acme', 'grace');
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'member' }]);
    expect(await provider.set(grant)).toEqual({ is: 'done', changed: false });
  });

  it('refuses to make an owner a member, and makes them a maintainer when asked', async () => {
    const { slot } = await resolve(person(1008, 'heidi'));
    const set = (value: string | null) => provider.set({ slot, value, until: null, endSessions: false });
    expect(await set('member')).toMatchObject({ is: 'refused', why: 'immutable' });
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
    expect(await set('maintainer')).toEqual({ is: 'done', changed: true });
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'maintainer' }]);
    expect(await set(null)).toEqual({ is: 'done', changed: true });
  });

  it('grants no maintainer, who could add others, unless it was told to', async () => {
    const careful = await githubTeam.open({ organization: 'acme' }, world.io);
    const asked = careful.resolve({ team: 'payments-production', role: 'maintainer' }, person(1001, 'alice'));
    await expect(asked).rejects.toMatchObject({ code: 'policy', message: expect.stringContaining('allowMaintainer') });
  });

  it('counts everybody in a team that nobody else fills, with their slots', async () => {
    expect(provider.inventory).toBeUndefined();
    const only = await githubTeam.open({ organization: 'acme', exclusive: true }, world.io);
    const { slot } = await only.resolve({ team: 'payments-production' }, person(1001, 'alice'));
    expect(await only.inventory?.([slot])).toEqual([]);
    await only.set({ slot, value: 'member', until: null, endSessions: false });
    const member = '/orgs/acme/teams/payments-production/memberships/mallory';
    expect((await world.asOwner('PUT', member, { role: 'maintainer' })).status).toBe(200);
    const mallory = (await only.resolve({ team: 'payments-production' }, person(1009, 'mallory'))).slot;
    expect(await only.inventory?.([slot, mallory])).toEqual([
      { slot, value: 'member' },
      { slot: mallory, value: 'maintainer' },
    ]);
    world.hub.addTeam('acme', { slug: 'oncall', parent: 'payments-production', members: ['alice'] });
    await expect(only.inventory?.([slot])).rejects.toMatchObject({ code: 'policy' });
  });

  it('does not guess where a child team hides what is held directly', async () => {
    const { slot } = await resolve(person(1001, 'alice'));
    world.hub.addTeam('acme', { slug: 'oncall', parent: 'payments-production', members: ['alice'] });
    await expect(provider.observe([slot])).rejects.toMatchObject({
      code: 'policy',
      message: expect.stringContaining('`oncall`'),
    });
    await expect(resolve(person(1001, 'alice'))).rejects.toMatchObject({ code: 'policy' });
  });

  it('says which permission is missing', async () => {
    const poor = await githubTeam.open({ organization: 'acme' }, await ioOf(world.hub, 'poor', { checks: 'write' }));
    expect(await poor.check()).toMatchObject([
      { severity: 'error', fix: expect.stringContaining('Members: read and write') },
    ]);
    const reader = await githubTeam.open(
      { organization: 'acme' },
      await ioOf(world.hub, 'reader', { members: 'read' }),
    );
    const { slot } = await resolve(person(1001, 'alice'));
    const grant = { slot, value: 'member', until: null, endSessions: false };
    await expect(reader.set(grant)).rejects.toMatchObject({ code: 'forbidden', retry: 'no' });
  });
});
