import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { httpError } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, carol, erin, frank, grace, heidi, mallory } = people;
const COMMAND = '/gatepass return';

async function held(): Promise<{ world: TestWorld; number: number }> {
  const world = aWorld();
  const number = grantRead(world);
  await world.sweep();
  world.advance(10 * MINUTE);
  return { world, number };
}

describe('`/gatepass return`', () => {
  it('by who holds it ends the grant', async () => {
    const { world, number } = await held();
    const comment = world.github.comment(number, alice, `${COMMAND}\n\nthank you`);
    const report = await world.sweep();
    expect(report.revoked.map(({ because, result }) => [because, result])).toEqual([['returned', 'done']]);
    const [returned] = await entriesOf(world, 'returned');
    expect(returned).toMatchObject({ by: { id: 1001, login: 'alice' }, via: { comment } });
  });

  it.each([
    ['an owner of the resource', bob],
    ['another owner', carol],
  ])('by %s ends it too', async (_, who) => {
    const { world, number } = await held();
    world.github.comment(number, who, COMMAND);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it.each<[string, (world: TestWorld, number: number) => void]>([
    ['by an outsider', (world, number) => world.github.comment(number, mallory, COMMAND)],
    [
      'that was edited',
      (world, number) => world.github.editComment(world.github.comment(number, alice, 'hello'), alice, COMMAND),
    ],
    ['by a bot', (world, number) => world.github.comment(number, alice, COMMAND, { type: 'Bot' })],
    [
      'that an App wrote in the holder’s name',
      (world, number) => world.github.comment(number, alice, COMMAND, { app: 77 }),
    ],
    ['that is not the whole first line', (world, number) => world.github.comment(number, alice, `please ${COMMAND}`)],
    ['on a later line', (world, number) => world.github.comment(number, alice, `hello\n${COMMAND}`)],
    [
      'by somebody who took the holder’s old login',
      (world, number) => world.github.comment(number, { id: 6666, login: 'alice' }, COMMAND),
    ],
  ])('ends nothing %s', async (_, say) => {
    const { world, number } = await held();
    say(world, number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('by outsiders, however many and often, makes the removals of others wait for no call more', async () => {
    const outsiders = [mallory, erin, frank, grace, heidi];
    const callsBefore = async (comments: number) => {
      const world = aWorld();
      const number = grantRead(world, { duration: '4h' });
      const files = { 'requests/orders-db/read-only/erin.yaml': aRequest({ duration: '1h' }) };
      merged(world, { by: erin, approvedBy: [bob], files });
      await world.sweep();
      world.advance(MINUTE);
      for (let index = 0; index < comments; index += 1) {
        world.github.comment(number, outsiders[index % outsiders.length] ?? mallory, COMMAND);
      }
      world.advance(HOUR);
      const before = world.github.calls.length;
      let calls = 0;
      world.target.before = () => {
        calls = world.github.calls.length - before;
      };
      await world.sweep();
      expect(await entriesOf(world, 'returned')).toEqual([]);
      return calls;
    };
    // Who owns it is found for the first, and for all who come after.
    expect(await callsBefore(60)).toBe(await callsBefore(1));
  });

  it('ends nothing when it was written before the merge', async () => {
    const world = aWorld();
    const number = world.github.open(alice, {
      [READ]: 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 1h\nreason: Replay the stuck payments\n',
    });
    world.github.comment(number, alice, COMMAND);
    world.advance(MINUTE);
    world.github.approve(number, bob);
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});

describe('a request file that is removed', () => {
  it('by a merged return gives the grant back', async () => {
    const { world } = await held();
    const number = merged(world, { by: alice, approvedBy: [], files: { [READ]: null } });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'returned')).map(({ via }) => via)).toEqual([{ pullRequest: number }]);
    expect(await alertKeys(world)).toEqual([]);
  });

  it('by a merged return is not lost when GitHub did not answer at first', async () => {
    const { world } = await held();
    merged(world, { by: alice, approvedBy: [], files: { [READ]: null } });
    world.github.before = (route) => {
      if (route.endsWith('/reviews')) throw httpError(502, 'Bad gateway');
    };
    const doubtful = await world.sweep();
    expect(doubtful.stops.map(({ key }) => key.split(':')[0])).toEqual(['return-undecided']);
    world.github.before = () => {};
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual([]);
  });

  it('holds others up for an hour at most while it cannot be told', async () => {
    const { world } = await held();
    const lost = merged(world, { by: alice, approvedBy: [], files: { [READ]: null } });
    world.github.before = (route, { pull_number }) => {
      if (route.endsWith('/reviews') && pull_number === lost) throw httpError(502, 'Bad gateway');
    };
    await world.sweep();
    world.advance(HOUR);
    merged(world, { by: erin, approvedBy: [bob], files: { 'requests/payments/operator/payouts.yaml': aRequest() } });
    await world.sweep();
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
    expect(world.target.held.size).toBe(2);
  });

  it('after others put another request in its place gives nothing back', async () => {
    const { world } = await held();
    world.github.push({ [READ]: aRequest({ subject: 'person:mallory' }) });
    await world.sweep();
    merged(world, { by: mallory, approvedBy: [], files: { [READ]: null } });
    await world.sweep();
    expect(await entriesOf(world, 'returned')).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it.each<[string, (world: TestWorld) => void]>([
    ['pushed straight to the branch', (world) => world.github.push({ [READ]: null })],
    [
      'merged for somebody else without approval',
      (world) => merged(world, { by: mallory, approvedBy: [], files: { [READ]: null } }),
    ],
  ])('ends nothing when it was %s: an alert says so, and it runs to its end', async (_, remove) => {
    const { world } = await held();
    remove(world);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
    world.advance(120 * MINUTE);
    await world.sweep();
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual([]);
  });
});
