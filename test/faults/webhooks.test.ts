/** Webhooks that are lost, come twice, in another order or hours late: the gate comes to the same end, and never a wrong one. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { HOUR } from '../../core/time.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { type HeldWebhook, holdWebhooks, type WebhookRelay } from '../support/webhook-relay.ts';
import { fault } from './fault.ts';

let world: GateWorld;
let relay: WebhookRelay;
let asked = 0;
beforeAll(async () => {
  world = await startGateWorld();
  relay = await holdWebhooks(world);
});
beforeEach(() => relay.take());
afterAll(async () => {
  await relay.close();
  await world.close();
});

const path = () => {
  asked += 1;
  return `requests/orders-db/read-only/heard-${asked}.yaml`;
};
/** Needs an approval of the owners: bob can give it. */
const pending = () => world.open('alice', { [path()]: request({ duration: '2h' }) });
/** Merges by itself. */
const automatic = () => world.open('carol', { [path()]: request({ duration: '1h' }) });

const explain = (number: number) =>
  world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: '/gatepass explain' });
const reactions = async (comment: number) =>
  (await world.as('heidi').reactions.listForIssueComment({ ...ACCESS, comment_id: comment })).data.map(
    (each) => each.content,
  );

fault(18, 'every second one: what is open is decided within one round', async () => {
  const numbers: number[] = [];
  for (let at = 0; at < 6; at += 1) {
    numbers.push(await automatic());
    const heard = relay.take();
    if (at % 2 === 0) await relay.send(heard);
  }
  const merged = async () => Promise.all(numbers.map((number) => world.isMerged(number)));
  expect(await merged()).toEqual([true, false, true, false, true, false]);
  await world.later();
  // A merge that GitHub refuses because another was quicker is tried again after five seconds.
  await world.later();
  expect(await merged()).toEqual(Array(6).fill(true));
});

fault(18, 'an approval and a push that nobody heard of', async () => {
  const number = await pending();
  await relay.send(relay.take());
  await world.push('alice', number, {
    [`requests/orders-db/read-only/heard-${asked}.yaml`]: request({ duration: '90m' }),
  });
  await world.review('bob', number, 'APPROVE');
  expect(await world.isMerged(number)).toBe(false);
  await world.later();
  expect(await world.isMerged(number)).toBe(true);
});

fault(18, 'news of the ledger that nobody heard of', async () => {
  await writeLedger(world, [{ type: 'alert', key: 'setup-drift', severity: 'critical', message: 'm', next: 'n' }]);
  const issues = () => world.as('heidi').issues.listForRepo({ ...ACCESS, labels: 'gatepass-alerts' });
  expect((await issues()).data).toEqual([]);
  await world.later();
  expect((await issues()).data).toHaveLength(1);
});

fault(18, 'a command that came while the gate was away', async () => {
  const number = await pending();
  await relay.close();
  await world.gate.stop();
  const { data } = await explain(number);
  await world.hub.idle();
  await world.restart();
  await world.hub.clock.advance(2 * 60_000);
  await world.later();
  expect(await reactions(data.id)).toEqual(['eyes']);
  relay = await holdWebhooks(world);
});

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Opened, pushed to, approved and asked about, before the gate hears a word. */
async function eventful(): Promise<{ number: number; comment: number; events: readonly HeldWebhook[] }> {
  const number = await pending();
  const file = `requests/orders-db/read-only/heard-${asked}.yaml`;
  await world.push('alice', number, { [file]: request({ duration: '90m' }) });
  await world.review('bob', number, 'APPROVE');
  const { data } = await explain(number);
  await world.settle();
  const names = [
    'pull_request.opened',
    'pull_request.synchronize',
    'pull_request_review.submitted',
    'issue_comment.created',
  ];
  const events = names.map((name) => relay.take(name)[0]).filter((event) => event !== undefined);
  expect(events.map(({ name }) => name)).toEqual(names);
  relay.take();
  return { number, comment: data.id, events };
}

/** The command, the last of the four, is told at another place each time. */
const ORDERS = permutations([0, 1, 2]).map((order, at) => order.toSpliced(at % 4, 0, 3));

fault(19, 'all orders of three events and a command, each twice, end alike', async () => {
  const ends = new Set<string>();
  for (const order of ORDERS) {
    const { number, comment, events } = await eventful();
    const ordered = order.map((at) => events[at]).filter((event) => event !== undefined);
    await relay.send(ordered.flatMap((event) => [event, event]));
    const [merged, sticky, comments] = [
      await world.isMerged(number),
      await world.sticky(number),
      await world.comments(number),
    ];
    ends.add(JSON.stringify([merged, sticky, comments, new Set(await reactions(comment)).size]));
    relay.take();
  }
  expect([...ends]).toHaveLength(1);
  expect([...ends][0]).toMatch(/^\[true,".*Merged, waiting to be applied.*",1,1\]$/);
});

fault(19, 'once more changes nothing, and writes nothing', async () => {
  const number = await pending();
  const heard = relay.take();
  await relay.send(heard);
  world.calls.length = 0;
  await relay.send([...heard, ...heard].reverse());
  expect(world.calls.filter((call) => !call.startsWith('GET ') && call !== 'POST /graphql')).toEqual([]);
  expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
});

const green = async (number: number) => (await world.check(number))?.conclusion === 'success';

fault(20, 'an opening that is told after the merge changes nothing of it', async () => {
  const number = await automatic();
  const opened = relay.take('pull_request.opened');
  await world.later();
  expect(await world.isMerged(number)).toBe(true);
  const before = await world.sticky(number);
  await world.hub.clock.advance(4.5 * HOUR);
  await relay.send(opened);
  expect(await world.sticky(number)).toBe(before);
});

fault(20, 'an approval that is told after a push never greens the new head', async () => {
  const number = await pending();
  await relay.send(relay.take());
  await world.review('bob', number, 'APPROVE');
  const late = relay.take('pull_request_review.submitted');
  await world.push('mallory', number, {
    [`requests/orders-db/read-only/heard-${asked}.yaml`]: request({ duration: '2h', ticket: 'X-1' }),
  });
  const pushed = relay.take('pull_request.synchronize');
  await world.hub.clock.advance(4.5 * HOUR);
  for (const webhooks of [late, [...late, ...pushed], pushed, late]) {
    await relay.send(webhooks);
    expect([await green(number), await world.isMerged(number)]).toEqual([false, false]);
  }
});

fault(20, 'a push that is told hours late leaves its head without a check, which GitHub does not merge', async () => {
  const number = await pending();
  await relay.send(relay.take());
  expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
  await world.push('alice', number, {
    [`requests/orders-db/read-only/heard-${asked}.yaml`]: request({ duration: '2h', ticket: 'X-2' }),
  });
  await world.hub.clock.advance(4.5 * HOUR);
  expect(await world.check(number)).toBeNull();
  const merge = world.as('bob').pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
  await expect(merge).rejects.toMatchObject({ status: 405 });
  await relay.send(relay.take());
  expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
});
