import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../core/time.ts';
import { httpError } from '../support/memory-github.ts';
import { alertKeys, entriesOf, merged } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, carol, mallory } = people;
const WRITE = 'requests/orders-db/read-write/fix.yaml';
const GLASS = aRequest({ duration: '1h', breakGlass: 'true' });
const COMMAND = '/gatepass reviewed';

/** Carol, on call, broke the glass an hour ago. */
async function broken(): Promise<{ world: TestWorld; number: number }> {
  const world = aWorld();
  const number = merged(world, { by: carol, approvedBy: [], files: { [WRITE]: GLASS } });
  expect((await world.sweep()).granted).toHaveLength(1);
  world.advance(HOUR);
  await world.sweep();
  return { world, number };
}

const isReviewed = async (world: TestWorld) => (await entriesOf(world, 'reviewed')).map(({ review }) => review);

describe('the review of a break-glass grant', () => {
  it.each<[string, (world: TestWorld, number: number) => void]>([
    ['an approval by an owner', (world, number) => world.github.approve(number, bob)],
    ['an owner’s command', (world, number) => void world.github.comment(number, bob, COMMAND)],
  ])('is given by %s after the merge', async (_, give) => {
    const { world, number } = await broken();
    give(world, number);
    await world.sweep();
    expect(await isReviewed(world)).toMatchObject([{ user: { id: 1002, login: 'bob' }, fills: 'break-glass review' }]);
    expect((await world.sweep()).written).toEqual([]);
  });

  it.each<[string, (world: TestWorld, number: number) => void]>([
    ['who broke it', (world, number) => world.github.approve(number, carol)],
    ['who broke it, by command', (world, number) => void world.github.comment(number, carol, COMMAND)],
    ['who owns nothing of it', (world, number) => world.github.approve(number, mallory)],
    ['who owns nothing of it, by command', (world, number) => void world.github.comment(number, alice, COMMAND)],
    ['a bot', (world, number) => void world.github.comment(number, bob, COMMAND, { type: 'Bot' })],
    [
      'an owner whose comment was changed',
      (world, number) => world.github.editComment(world.github.comment(number, bob, 'hello'), bob, COMMAND),
    ],
    ['an owner who says more', (world, number) => void world.github.comment(number, bob, `${COMMAND} not yet`)],
    [
      'an owner whose approval was dismissed',
      (world, number) => {
        world.github.approve(number, bob);
        world.github.dismiss(number);
      },
    ],
    [
      'an owner who left the team',
      (world, number) => {
        world.github.approve(number, bob);
        world.github.teams.set('orders', { id: 9101, parent: null, members: [carol] });
      },
    ],
    [
      'an owner who left the organisation',
      (world, number) => {
        world.github.approve(number, bob);
        world.github.users.splice(world.github.users.indexOf(bob), 1);
      },
    ],
  ])('is not given by %s', async (_, give) => {
    const { world, number } = await broken();
    give(world, number);
    await world.sweep();
    expect(await isReviewed(world)).toEqual([]);
  });

  it.each<[string, (world: TestWorld, number: number) => void]>([
    ['approval', (world, number) => world.github.approve(number, bob)],
    ['command', (world, number) => void world.github.comment(number, bob, COMMAND)],
  ])('is not given by the %s of an owner who pushed what was merged', async (_, give) => {
    const world = aWorld();
    const number = world.github.open(carol, { [WRITE]: GLASS }, bob);
    world.github.merge(number);
    expect((await world.sweep()).granted).toHaveLength(1);
    world.advance(HOUR);
    give(world, number);
    await world.sweep();
    expect(await isReviewed(world)).toEqual([]);
  });

  it('waits while who had part in it cannot be read', async () => {
    const { world, number } = await broken();
    world.github.approve(number, bob);
    world.github.before = (route) => {
      if (route.endsWith('/pulls/{pull_number}/commits')) throw httpError(502, 'Bad Gateway');
    };
    await world.sweep();
    expect(await isReviewed(world)).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(await isReviewed(world)).toHaveLength(1);
  });

  it('is not given by an approval from before the merge', async () => {
    const world = aWorld();
    merged(world, { by: carol, approvedBy: [bob], files: { [WRITE]: GLASS } });
    await world.sweep();
    await world.sweep();
    expect(await isReviewed(world)).toEqual([]);
  });

  it('waits while GitHub does not give the reviews, or who is who', async () => {
    const { world, number } = await broken();
    world.github.approve(number, bob);
    for (const failing of ['/reviews', '/members']) {
      world.github.before = (route) => {
        if (route.endsWith(failing)) throw httpError(502, 'Bad Gateway');
      };
      await world.sweep();
      expect(await isReviewed(world)).toEqual([]);
    }
    world.github.before = () => {};
    await world.sweep();
    expect(await isReviewed(world)).toHaveLength(1);
  });

  it('is an alert once it is overdue, until it is given', async () => {
    const { world, number } = await broken();
    world.advance(DAY - HOUR - MINUTE);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    world.advance(MINUTE);
    await world.sweep();
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['review-overdue']);
    world.github.comment(number, bob, COMMAND);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
  });

  it('is owed by no other grant', async () => {
    const world = aWorld();
    const number = merged(world, {
      by: alice,
      approvedBy: [bob],
      files: { 'requests/orders-db/read-only/a.yaml': aRequest() },
    });
    await world.sweep();
    world.advance(MINUTE);
    world.github.approve(number, bob);
    world.advance(2 * DAY);
    await world.sweep();
    expect(await isReviewed(world)).toEqual([]);
    expect(await alertKeys(world)).toEqual([]);
  });
});
