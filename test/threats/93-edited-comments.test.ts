/** Comments that say what their author did not write: within the second, as far as REST can tell, nobody changed them. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { GRAPHQL } from '../../github/graphql.ts';
import { ACCESS } from '../support/acme.ts';
import { request } from '../support/gate-world.ts';
import { asInstallation } from '../support/hub.ts';
import { httpError, type MemoryUser } from '../support/memory-github.ts';
import { entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { type QuietWorld, quietWorld } from './look-alike.ts';
import { threat } from './threat.ts';

const { alice, bob, carol, dan, erin } = people;
const RETURN = '/gatepass return';
const REVIEWED = '/gatepass reviewed';

/** Alice reads for two hours, and has done so for ten minutes. */
async function held(): Promise<{ world: TestWorld; number: number }> {
  const world = aWorld();
  const number = grantRead(world, { duration: '2h' });
  await world.sweep();
  world.advance(10 * MINUTE);
  return { world, number };
}

/** Dan, who may write, makes it say something else in the second in which it was written. */
function bent(world: TestWorld, number: number, by: MemoryUser, into: string): void {
  const comment = world.github.comment(number, by, 'thank you');
  world.github.editComment(comment, dan, into);
}

const isHeld = (world: TestWorld) => world.target.held.has(READ_SLOT);

describe('a comment that somebody else turned into a command', () => {
  for (const [who, by] of [
    ['who holds it', alice],
    ['an owner', bob],
  ] as const) {
    threat(93, `of ${who}, within the second: it ends nothing, and what they write themselves does`, async () => {
      const { world, number } = await held();
      bent(world, number, by, RETURN);
      await world.sweep();
      expect([isHeld(world), await entriesOf(world, 'returned')]).toEqual([true, []]);
      world.github.comment(number, by, RETURN);
      await world.sweep();
      expect(isHeld(world)).toBe(false);
    });
  }

  threat(93, 'of an owner, within the second: it clears nothing of what break-glass owes', async () => {
    const world = aWorld();
    const files = { 'requests/orders-db/read-write/fix.yaml': aRequest({ duration: '1h', breakGlass: 'true' }) };
    const number = merged(world, { by: carol, approvedBy: [], files });
    await world.sweep();
    world.advance(HOUR);
    bent(world, number, bob, REVIEWED);
    await world.sweep();
    expect(await entriesOf(world, 'reviewed')).toEqual([]);
    const own = world.github.comment(number, bob, REVIEWED);
    await world.sweep();
    expect(await entriesOf(world, 'reviewed')).toMatchObject([{ review: { review: own } }]);
  });
});

describe('whether somebody else did', () => {
  /** Erin reads until now, Alice for another hour, and gives back. */
  const twoEnds = async () => {
    const world = aWorld();
    const number = grantRead(world, { duration: '2h' });
    const files = { 'requests/orders-db/read-only/erin.yaml': aRequest({ duration: '1h' }) };
    merged(world, { by: erin, approvedBy: [bob], files });
    await world.sweep();
    world.advance(HOUR);
    world.github.comment(number, alice, RETURN);
    return { world, number };
  };
  const because = (report: Awaited<ReturnType<TestWorld['sweep']>>) => report.revoked.map((each) => each.because);

  threat(93, 'is not told: nothing is given back yet, all else goes on, and the next sweep asks again', async () => {
    const { world } = await twoEnds();
    world.github.before = (route) => {
      if (route === GRAPHQL) throw httpError(502, 'Bad gateway');
    };
    const doubtful = await world.sweep();
    expect([because(doubtful), doubtful.stops]).toEqual([['expired'], []]);
    world.github.before = () => {};
    expect(because(await world.sweep())).toEqual(['returned']);
  });

  threat(93, 'is not told of a comment that is deleted as it is asked about: the others count', async () => {
    const { world, number } = await held();
    world.github.comment(number, alice, RETURN);
    const own = world.github.comment(number, bob, RETURN);
    world.github.before = (route) => {
      const { comments } = world.github.pulls.get(number) ?? { comments: [] };
      if (route === GRAPHQL && comments.length === 2) comments.splice(0, 1);
    };
    await world.sweep();
    expect(await entriesOf(world, 'returned')).toMatchObject([{ via: { comment: own } }]);
  });

  threat(93, 'costs one question, whatever is given back and whatever outsiders write', async () => {
    const { world, number } = await twoEnds();
    for (let index = 0; index < 300; index += 1) world.github.comment(number, dan, RETURN);
    const before = world.github.calls.length;
    await world.sweep();
    expect(world.github.calls.slice(before).filter((route) => route === GRAPHQL)).toHaveLength(1);
  });

  threat(93, 'is not for REST to say, which may show a later second though nobody did', async () => {
    const { world, number } = await held();
    world.github.comment(number, alice, RETURN);
    for (const comment of world.github.pulls.get(number)?.comments ?? [])
      comment['updated_at'] = '2026-11-23T10:10:01Z';
    await world.sweep();
    expect(isHeld(world)).toBe(false);
  });
});

describe('on the look-alike', () => {
  let world: QuietWorld;
  beforeAll(async () => {
    world = await quietWorld();
  });
  afterAll(async () => {
    expect(world.problems()).toEqual([]);
    await world.stop();
  });

  threat(93, 'a writer edits the holder’s comment through the API in the second of its creation', async () => {
    const files = { 'requests/orders-db/read-only/t93.yaml': request({ duration: '2h' }) };
    const { number } = await world.ask('alice', world.folder, { branch: 't93', files });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
    const { data: pull } = await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number });
    const green = { ...ACCESS, name: 'gatepass', status: 'completed', conclusion: 'success' } as const;
    await asInstallation(world.hub, world.gate).checks.create({ ...green, head_sha: pull.head.sha });
    await world.as('heidi').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
    await world.gate2.sweep();
    expect(world.gate2.target.held.size).toBe(1);
    await world.hub.clock.advance(MINUTE);

    const said = (body: string) => world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body });
    const { data: comment } = await said('thank you');
    const bent = { ...ACCESS, comment_id: comment.id, body: RETURN };
    const { data: after } = await world.as('carol').issues.updateComment(bent);
    expect([after.body, after.updated_at]).toEqual([RETURN, after.created_at]);
    await world.gate2.sweep();
    expect(world.gate2.target.held.size).toBe(1);
    await said(RETURN);
    await world.gate2.sweep();
    expect(world.gate2.target.held.size).toBe(0);
  });
});
