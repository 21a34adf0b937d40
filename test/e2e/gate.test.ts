import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const ORDERS = 'requests/orders-db/read-only/replay.yaml';

describe('the gate, from a pull request to its merge', () => {
  let world: GateWorld;
  let number: number;

  beforeAll(async () => {
    world = await startGateWorld();
  });
  afterAll(() => world.close());

  it('denies three days at the line that asks for them', async () => {
    number = await world.open('alice', { [ORDERS]: request({ duration: '3d' }) });
    const check = await world.check(number);
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check?.annotations[0]).toMatchObject({
      path: ORDERS,
      line: 4,
      message: expect.stringContaining('use 4h or less'),
    });
    expect(await world.sticky(number)).toContain('🔴');
  });

  it('published a pending check before it read any fact, after one look at which lane it is for', () => {
    const first = world.calls.indexOf('POST /repos/acme/access/check-runs');
    const facts = world.calls.indexOf(`GET /repos/acme/access/pulls/${number}/reviews`);
    expect(first).toBeGreaterThan(-1);
    expect(first).toBeLessThan(facts);
  });

  it('waits for an owner once the request is fixed, and asks them for a review', async () => {
    await world.push('alice', number, { [ORDERS]: request({ duration: '2h' }) });
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
    expect(await world.sticky(number)).toContain('`@bob`');
    const { data } = await world.as('heidi').pulls.listRequestedReviewers({ ...ACCESS, pull_number: number });
    expect(data.teams.map(({ slug }) => slug)).toEqual(['orders']);
  });

  it('has edited its one comment instead of writing another', async () => {
    expect(await world.comments(number)).toBe(1);
  });

  it('writes nothing when it is asked again and nothing has changed', async () => {
    world.calls.length = 0;
    await world.gate.gate.queue.push(number);
    expect(world.calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
  });

  it('lets nobody approve their own request: GitHub answers 422', async () => {
    await expect(world.review('alice', number, 'APPROVE')).rejects.toMatchObject({ status: 422 });
  });

  it('does not count the approval of somebody who is no owner, and says so', async () => {
    await world.review('dan', number, 'APPROVE');
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    expect(await world.sticky(number)).toMatch(/Reviews that do not count[\s\S]*`@dan`/);
  });

  it('forgets an approval that a push made stale', async () => {
    // Approved and pushed to before the gate could merge: the review names the older commit.
    const { data: pull } = await world.as('bob').pulls.get({ ...ACCESS, pull_number: number });
    const before = pull.head.sha;
    await world.push('alice', number, { [ORDERS]: request({ duration: '90m' }) });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: before });
    await world.settle();
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.sticky(number)).toMatch(/Reviews that do not count[\s\S]*`@bob`/);
  });

  it('merges by itself once an owner approves the head, and narrows as the owner said', async () => {
    await world.review('bob', number, 'APPROVE', 'fine\n\nlimit: 1h');
    expect(await world.isMerged(number)).toBe(true);
    const check = await world.check(number);
    expect(check).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(check?.title).toBe('Approved: alice gets orders-db read-only for 1h');
  });

  it('turns its comment into the timeline', async () => {
    expect(await world.comments(number)).toBe(1);
    expect(await world.sticky(number)).toContain('Merged, waiting to be applied');
  });

  it('spoke GitHub’s language all along', () => {
    expect(world.problems).toEqual([]);
  });
});
