/** Reviews that name a digest, and reviews that are edited, seen by the running gate on the look-alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const CRITICAL = 'requests/billing-db/read-only/numbers.yaml';
const WRITE = 'requests/orders-db/read-write/fix.yaml';

let world: GateWorld;
beforeAll(async () => {
  world = await startGateWorld();
});
afterAll(async () => {
  expect(world.problems).toEqual([]);
  await world.close();
});

/** The line that the gate shows, as an approver copies it. */
async function lineOf(number: number): Promise<string> {
  const [sticky, check] = await Promise.all([world.sticky(number), world.check(number)]);
  const [shown] = /`(digest: [0-9a-f]{32})`/.exec(sticky ?? '')?.slice(1) ?? [];
  expect(check?.summary).toContain(`\`${shown}\``);
  return shown ?? '';
}

describe('a request for something critical', () => {
  it('is merged once an approval names the digest that the gate shows', async () => {
    const number = await world.open('alice', { [CRITICAL]: request({ duration: '1h' }) });
    const shown = await lineOf(number);
    await world.review('dan', number, 'APPROVE', 'fine');
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.sticky(number)).toMatch(/Reviews that do not count[\s\S]*`@dan`: it has no line `digest: /);
    await world.push('alice', number, { [CRITICAL]: request({ duration: '2h' }) });
    // `gh pr review` sends no commit: it binds to the newest.
    await world.review('dan', number, 'APPROVE', shown);
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.sticky(number)).toContain('`@dan`: it names another digest');
    expect(await lineOf(number)).not.toBe(shown);
    await world.review('dan', number, 'APPROVE', `I read it.\n\n${await lineOf(number)}`);
    expect(await world.isMerged(number)).toBe(true);
  });
});

describe('an approval that somebody edits', () => {
  it('does not count any more, for whoever approves next', async () => {
    const number = await world.open('alice', { [WRITE]: request({ duration: '2h' }) });
    await world.review('bob', number, 'APPROVE', 'limit: 1h');
    const { data: reviews } = await world.as('alice').pulls.listReviews({ ...ACCESS, pull_number: number });
    const review_id = reviews[0]?.id ?? 0;
    await world.as('alice').pulls.updateReview({ ...ACCESS, pull_number: number, review_id, body: 'limit: 2h' });
    await world.settle();
    await world.review('dan', number, 'APPROVE');
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.sticky(number)).toContain('`@bob`: its text was edited after it was submitted');
    await world.hub.clock.advance(60_000);
    await world.review('bob', number, 'APPROVE', 'limit: 1h');
    expect(await world.isMerged(number)).toBe(true);
  });
});
