/** Faults of our own while targets are asked or served: they keep no removal from being sent, and nothing from being said. */
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../core/ledger/entry.ts';
import { HOUR } from '../../core/time.ts';
import { type Provider, ProviderError } from '../../providers/provider.ts';
import { observe } from '../../sweep/observe.ts';
import type { ProviderPool } from '../../sweep/provider-pool.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { START } from '../support/ledger.ts';
import { alertKeys, entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const TEAM = 'github-team:payments-production';
const JOIN = 'requests/payments/operator/payouts.yaml';

async function inBoth(): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world, { duration: '1h' });
  merged(world, { by: people.alice, approvedBy: [people.bob], files: { [JOIN]: aRequest({ duration: '1h' }) } });
  await world.sweep();
  expect(world.target.held.size).toBe(2);
  return world;
}

/** Providers that are as before but for what is given. */
const but = (world: TestWorld, change: Partial<Provider>): Partial<SweepWorld> => ({
  openProvider: async (type, config) => ({ ...world.target.open(type, config), ...change }),
});

describe('what nobody foresaw', () => {
  it('in what a target lists is said, keeps what was said before, and holds up no removal', async () => {
    const world = await inBoth();
    world.target.held.set(`${TEAM}/${people.mallory.id}`, 'member');
    await world.sweep();
    const stranger = `drift-member:default:${TEAM}/${people.mallory.id}`;
    expect(await alertKeys(world)).toEqual([stranger]);
    world.advance(HOUR);
    await world.as(but(world, { inventory: async () => [null as never] }));
    expect(await alertKeys(world)).toEqual([stranger, 'sweep-failed']);
    expect([...world.target.held.keys()]).toEqual([`${TEAM}/${people.mallory.id}`]);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([stranger]);
  });

  it('after a removal was sent is a try that failed, and its outcome is written', async () => {
    const world = await inBoth();
    world.advance(HOUR);
    world.target.before = ({ slot }) => {
      if (slot.provider === 'postgres')
        throw new ProviderError('limited', 'wait', { retry: 'backoff', afterSeconds: 1 });
    };
    const pause = async () => {
      throw new TypeError('out of paper');
    };
    await world.as({ pause });
    expect([...world.target.held.keys()]).toEqual([READ_SLOT]);
    const outcomes = (await entriesOf(world, 'outcome')).filter(({ effect }) => effect === 'remove');
    expect(outcomes.map(({ result, detail }) => `${result} ${detail}`).sort()).toEqual([
      'done null',
      'failed out of paper',
    ]);
  });

  it.each([
    ['an error', new TypeError('out of paper'), 'out of paper'],
    ['what has no text', Object.create(null), 'something was thrown that has no text'],
  ])('while a target is looked at leaves its slots untold, and no other: %s', async (_, thrown, why) => {
    const slot = (provider: string): Slot => ({
      provider,
      zone: 'default',
      key: `${provider}:1`,
      config: {},
      ids: {},
      levels: ['granted'],
      label: provider,
    });
    const pool = {
      open: async (type: string) => {
        if (type === 'bad') throw new ProviderError('limited', 'wait', { retry: 'backoff', afterSeconds: 600 });
        return { observe: async () => [{ slot: 'good:1', value: null }] };
      },
      now: () => START,
      hold: () => {
        throw thrown;
      },
    } as unknown as ProviderPool;
    const { seen, unseen } = await observe(pool, [slot('bad'), slot('good')], 'default');
    expect([...seen.keys()]).toEqual(['good:1']);
    expect([...unseen]).toEqual([['bad:1', why]]);
  });
});
