import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import type { Provider, SetSlot } from '../../providers/provider.ts';
import { lookingOnly, removingOnly } from '../../sweep/restrict.ts';
import { sweep } from '../../sweep/sweep.ts';
import { alertKeys, entriesOf, grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';

describe('a sweep that only takes back', () => {
  it('takes back what is over, begins nothing, and says so until an ordinary one comes', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR + MINUTE);
    grantRead(world, {}, 'requests/orders-db/read-only/later.yaml');
    const report = await sweep(removingOnly(world.anew()));
    expect(report.revoked).toMatchObject([{ result: 'done' }]);
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual(['revokes-only']);
    expect((await world.sweep()).granted).toMatchObject([{ result: 'done' }]);
    expect(await alertKeys(world)).toEqual([]);
  });

  it('says everything else that stops grants as well, so that no open alert is closed by it', async () => {
    const world = aWorld();
    const stop = { key: 'setup-drift', severity: 'critical', message: 'a rule is off', next: 'put it right' } as const;
    const narrowed = removingOnly({ ...world.anew(), attest: async () => [stop] });
    expect((await sweep(narrowed)).stops.map(({ key }) => key)).toEqual(['revokes-only', 'setup-drift']);
  });

  const levels = ['member', 'maintainer'];
  const slot = { provider: 'p', zone: 'z', key: 'k', config: {}, ids: {}, levels, label: 'alice in a team' };
  const change = (value: string | null): SetSlot => ({ slot, value, until: null, endSessions: false });

  async function narrowedOn(held: string | null | 'untold') {
    const sent: (string | null)[] = [];
    const provider: Provider = {
      check: async () => [],
      resolve: async () => ({ slot, value: 'member' }),
      observe: async () => (held === 'untold' ? [] : [{ slot: 'k', value: held }]),
      set: async ({ value }) => {
        sent.push(value);
        return { is: 'done', changed: true };
      },
      close: async () => undefined,
    };
    const world = removingOnly({ ...aWorld().anew(), openProvider: async () => provider });
    return { provider: await world.openProvider('p', {}), sent };
  }

  it.each<[string, string | null | 'untold', string | null]>([
    ['empties a slot', 'member', null],
    ['empties a slot that it cannot see', 'untold', null],
    ['lowers a slot', 'maintainer', 'member'],
  ])('%s', async (_, held, value) => {
    const { provider, sent } = await narrowedOn(held);
    await provider.set(change(value));
    expect(sent).toEqual([value]);
  });

  it.each<[string, string | null | 'untold', string, string]>([
    ['fill a slot', null, 'member', 'holds nothing'],
    ['raise a slot', 'member', 'maintainer', 'holds member'],
    ['set what is there already', 'member', 'member', 'holds member'],
    ['set a slot that it cannot see', 'untold', 'member', 'could not be told'],
  ])('does not %s', async (_, held, value, why) => {
    const { provider, sent } = await narrowedOn(held);
    await expect(provider.set(change(value))).rejects.toThrow(why);
    expect(sent).toEqual([]);
  });

  it('starts no workflow', async () => {
    const { runner } = removingOnly(aWorld().anew());
    const run = { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: {} };
    await expect(runner.start(run, 'c')).rejects.toThrow('it starts no workflow');
  });
});

describe('a world to look at', () => {
  it('sets nothing, starts nothing and signs nothing, whoever asks', async () => {
    const world = aWorld();
    grantRead(world);
    const before = (await world.ledger()).entries.length;
    const narrowed = lookingOnly(world.anew());
    await expect(sweep(narrowed)).resolves.toMatchObject({ problems: [{ key: 'ledger-unwritable' }] });
    expect(world.target.sent).toEqual([]);
    expect((await world.ledger()).entries).toHaveLength(before);
    const run = { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: {} };
    await expect(narrowed.runner.start(run, 'c')).rejects.toThrow('this only looks');
    const provider = await narrowed.openProvider('github-team', {});
    await expect(provider.set({} as SetSlot)).rejects.toThrow('this only looks');
    expect(await entriesOf(world, 'intent')).toEqual([]);
  });
});
