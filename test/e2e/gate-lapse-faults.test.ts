/** GitHub fails while a request lapses: its people are told all the same, and once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY } from '../../core/time.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

let world: GateWorld;
beforeAll(async () => {
  world = await startGateWorld();
});
afterAll(() => world.close());

async function stateOf(number: number): Promise<string> {
  return (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.state;
}

async function bodies(number: number): Promise<readonly string[]> {
  const { data } = await world.as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
  return data.map(({ body }) => body ?? '');
}

it.each([
  ['the comment', 'POST', (number: number) => new RegExp(`/issues/${number}/comments$`)],
  ['the closing', 'PATCH', (number: number) => new RegExp(`/pulls/${number}$`)],
])('is told so, once, though GitHub fails at %s', async (name, method, pathOf) => {
  const number = await world.open('alice', {
    [`requests/orders-db/read-only/fails-${name.slice(4)}.yaml`]: request({ duration: '2h' }),
  });
  await world.hub.clock.advance(7 * DAY);
  world.hub.faults.answer({ method, path: pathOf(number) }, 502, 100);
  await world.later();
  expect(await stateOf(number)).toBe('open');
  world.hub.faults.clear();
  await world.later();
  await world.later();
  expect(await stateOf(number)).toBe('closed');
  expect((await bodies(number)).filter((body) => body.includes('so it lapsed'))).toHaveLength(1);
});
