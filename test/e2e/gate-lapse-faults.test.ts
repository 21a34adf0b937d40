/** GitHub fails, or takes no comment, while a request lapses: it is closed all the same, and its people are told once. */
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

it('is closed though somebody locked the conversation, so that nothing may be said there', async () => {
  const file = 'requests/orders-db/read-only/fails-locked.yaml';
  const number = await world.open('alice', { [file]: request({ duration: '2h' }) });
  await world.hub.clock.advance(7 * DAY);
  world.hub.faults.answer({ method: 'POST', path: new RegExp(`/issues/${number}/comments$`) }, 403, 100);
  await world.later();
  expect(await stateOf(number)).toBe('closed');
  world.hub.faults.clear();
});
