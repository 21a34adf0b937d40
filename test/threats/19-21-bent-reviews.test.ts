/** Reviews that say something else afterwards, or were never of what they seem to approve: at both gates. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requestDigest } from '../../core/policy/request-digest.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ACCESS } from '../support/acme.ts';
import { anEvidence, instant } from '../support/evidence.ts';
import { request } from '../support/gate-world.ts';
import { asInstallation } from '../support/hub.ts';
import { entriesOf, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atGate1, codesOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { type QuietWorld, quietWorld } from './look-alike.ts';
import { threat } from './threat.ts';

const { alice, bob, carol, dan, heidi, erin } = people;
const BILLING = 'requests/billing-db/read-only/numbers.yaml';
const digested = () =>
  anEvidence().governing('policies/organization.yaml', (text) =>
    text.replace('guardrails:', 'guardrails:\n  - { name: of these bytes, require: { digest: true } }'),
  );

describe('a review sent without a commit', () => {
  threat(19, 'where a policy asks for the digest, an approval that names another is none', () => {
    expectAllowed(digested().namedBy('bob'));
    expectStopped(digested().approvedBy('bob'), 'review-digest-missing');
    const [shown] = anEvidence().evidence.changes;
    const digest = requestDigest(shown?.path ?? '', shown?.text ?? '');
    expectStopped(digested().fields({ duration: '4h' }).approvedBy('bob', { digest }), 'review-digest-wrong');
  });

  threat(19, 'the branch moves while the approver of something critical reads', async () => {
    const world = aWorld();
    const shown = aRequest({ duration: '1h' });
    const number = world.github.open(alice, { [BILLING]: shown });
    world.github.amend(number, { [BILLING]: aRequest({ duration: '4h' }) });
    // The API binds it to the newest commit.
    world.github.approve(number, dan, `digest: ${requestDigest(BILLING, shown)}`);
    expect(codesOf(await atGate1(world, number))).toContain('review-digest-wrong');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [BILLING]: 'refused' });
  });

  threat(19, 'what was read is granted', async () => {
    const world = aWorld();
    const shown = aRequest({ duration: '1h' });
    const number = world.github.open(alice, { [BILLING]: shown });
    world.github.approve(number, dan, `digest: ${requestDigest(BILLING, shown)}`);
    expect((await atGate1(world, number)).verdict).toBe('allow');
    world.github.merge(number);
    await world.sweep();
    expect(await entriesOf(world, 'authorised')).toHaveLength(1);
  });
});

describe('a verdict that is dismissed', () => {
  /** Merged, with what was said of it; a minute passes. */
  const afterMerge = (say: (world: TestWorld, number: number) => void) => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '2h' }) });
    say(world, number);
    world.github.merge(number, 'squash', heidi);
    world.advance(MINUTE);
    return { world, number };
  };

  threat(20, 'an approval dismissed after the merge stands, with its limit', async () => {
    const { world, number } = afterMerge((one, pull) => one.github.approve(pull, bob, 'limit: 1h'));
    world.github.dismiss(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(HOUR - MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(20, 'one dismissed by the merge does not', async () => {
    const { world } = afterMerge((one, pull) => {
      one.github.approve(pull, bob);
      one.github.dismiss(pull);
    });
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(20, 'requested changes dismissed after a merge by hand block all the same', async () => {
    const { world, number } = afterMerge((one, pull) => {
      one.github.approve(pull, bob);
      one.github.requestChanges(pull, carol);
    });
    world.github.dismiss(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(20, 'both gates: at the merge or before it counts, after it does not', () => {
    const at = (text: string) =>
      anEvidence().approvedBy('bob', { state: 'DISMISSED', dismissed: { at: instant(text), was: 'APPROVED' } });
    expectStopped(at('2026-11-23T10:00:00Z'), 'review-dismissed');
    expect(at('2026-11-23T10:00:01Z').merged().decide().verdict).toBe('allow');
    expect(at('2026-11-23T10:00:01Z').decide().verdict).toBe('pending');
  });
});

describe('the text of an approval', () => {
  threat(21, 'edited, it says nothing any more: neither a limit that was taken away, nor a digest put in', () => {
    const at = instant('2026-11-23T09:59:00Z');
    expectStopped(anEvidence().approvedBy('bob', { edited: { at, by: 1001 } }), 'review-edited');
    expectStopped(anEvidence().approvedBy('bob', { limit: '4h', edited: { at, by: 1002 } }), 'review-edited');
    const [shown] = digested().evidence.changes;
    const digest = requestDigest(shown?.path ?? '', shown?.text ?? '');
    expectStopped(digested().approvedBy('bob', { digest, edited: { at, by: 1001 } }), 'review-edited');
    expectAllowed(anEvidence().approvedBy('bob', { edited: null }));
  });

  threat(21, 'edited between the merge and the sweep', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '4h' }) });
    world.github.approve(number, bob, 'limit: 1h');
    world.github.merge(number);
    world.advance(MINUTE);
    world.github.editReviews(number, alice, 'limit: 4h');
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(21, 'while GitHub does not tell whether it was edited, nothing is granted, and nothing is lost', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, erin);
    world.github.approve(number, bob);
    world.github.merge(number);
    world.github.before = (route) => {
      if (route.endsWith('/graphql')) throw Object.assign(new Error('Bad gateway'), { status: 502, response: {} });
    };
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'deferred' });
    world.github.before = () => {};
    world.advance(MINUTE);
    await world.sweep();
    expect(await entriesOf(world, 'authorised')).toHaveLength(1);
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

  const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;

  /** Asked by alice for 4 h, approved by bob for one, merged by hand. */
  const approved = async (slug: string) => {
    const files = { [path(slug)]: request({ duration: '4h' }) };
    const { number } = await world.ask('alice', world.folder, { branch: slug, files });
    const review = { ...ACCESS, pull_number: number, event: 'APPROVE', body: 'limit: 1h' } as const;
    const { data } = await world.as('bob').pulls.createReview(review);
    await world.hub.clock.advance(MINUTE);
    return { ...ACCESS, pull_number: number, review_id: data.id };
  };
  /** Whatever lets it through gate 1: gate 2 reads no check. */
  const merge = async (review: { readonly pull_number: number }) => {
    const { data: pull } = await world.as('heidi').pulls.get({ ...ACCESS, pull_number: review.pull_number });
    const green = { ...ACCESS, name: 'gatepass', status: 'completed', conclusion: 'success' } as const;
    await asInstallation(world.hub, world.gate).checks.create({ ...green, head_sha: pull.head.sha });
    await world.as('heidi').pulls.merge({ ...ACCESS, pull_number: review.pull_number, merge_method: 'squash' });
    await world.hub.clock.advance(MINUTE);
  };

  threat(21, 'the requester, who may write, edits the approver’s review through the API', async () => {
    const review = await approved('t21-edited');
    await merge(review);
    await world.as('alice').pulls.updateReview({ ...review, body: 'limit: 4h' });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t21-edited')]).toBe('refused');
  });

  threat(20, 'an owner dismisses it after the merge: what was granted stays granted', async () => {
    const review = await approved('t20-dismissed');
    await merge(review);
    await world.as('carol').pulls.dismissReview({ ...review, message: 'too late' });
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t20-dismissed')]).toBe('authorised');
  });

  threat(20, 'an owner dismisses it before the merge', async () => {
    const review = await approved('t20-before');
    await world.as('carol').pulls.dismissReview({ ...review, message: 'in time' });
    await merge(review);
    await world.gate2.sweep();
    expect((await world.gate2.fates())[path('t20-before')]).toBe('refused');
  });
});
