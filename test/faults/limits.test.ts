/** GitHub says that we write too often: what is ordinary rests, what ends access does not, and nothing is written twice. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { holdWebhooks, type WebhookRelay } from '../support/webhook-relay.ts';
import { fault } from './fault.ts';

const MANY = 30;

let world: GateWorld;
let relay: WebhookRelay;
beforeAll(async () => {
  world = await startGateWorld();
  relay = await holdWebhooks(world);
});
afterEach(() => world.hub.faults.clear());
afterAll(async () => {
  await relay.close();
  await world.close();
});

const numbers: number[] = [];
const isWrite = (call: string) =>
  !call.startsWith('GET ') && !call.includes('graphql') && !call.includes('access_tokens');
const writes = () => world.calls.filter(isWrite);
const DISPATCH = 'POST /repos/acme/access/actions/workflows/gatepass.yml/dispatches';

fault(21, 'a burst of pull requests costs each a handful of writes', async () => {
  for (let at = 0; at < MANY; at += 1) {
    const path = `requests/orders-db/read-only/burst-${at}.yaml`;
    numbers.push(await world.open('alice', { [path]: request({ duration: '2h' }) }));
  }
  world.calls.length = 0;
  await relay.send(relay.take());
  // The check, twice, and one comment; the owners were asked by GitHub itself.
  expect(writes().length).toBeLessThanOrEqual(3 * MANY);
  for (const number of [numbers[0] ?? 0, numbers.at(-1) ?? 0]) {
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    expect(await world.comments(number)).toBe(1);
  }
});

fault(21, 'looking at all of them again writes nothing, and asks only whether something is new', async () => {
  await world.later();
  world.calls.length = 0;
  world.hub.state.notModified = 0;
  await world.later();
  expect(writes()).toEqual([]);
  const reads = world.calls.filter((call) => call.startsWith('GET ')).length;
  const paid = reads - world.hub.state.notModified;
  expect(reads).toBeGreaterThan(10 * MANY);
  // Of the hour's requests: none for a pull request that has not moved.
  expect(paid).toBeLessThanOrEqual(2 * MANY);
  expect(paid / MANY).toBeLessThan(1);
});

fault(21, 'one refusal, and nothing ordinary is sent until the time is over', async () => {
  world.hub.faults.secondaryLimit({ method: 'POST', path: /\/check-runs$/ }, { retryAfter: 120, times: 1 });
  for (const number of numbers) {
    const { data } = await world.as('bob').pulls.get({ ...ACCESS, pull_number: number });
    const body = request({ duration: '90m' });
    const file = `requests/orders-db/read-only/burst-${numbers.indexOf(number)}.yaml`;
    await world.push('alice', number, { [file]: body });
    expect(data.merged).toBe(false);
  }
  const pushed = relay.take('pull_request.synchronize');
  await relay.send(pushed);
  world.calls.length = 0;
  await relay.send([...pushed, ...pushed]);
  expect(world.calls).toEqual([]);
  expect((await world.check(numbers[0] ?? 0))?.conclusion ?? null).toBeNull();
});

fault(21, 'while it rests, a return still starts a sweep', async () => {
  const number = await held();
  for (let at = 0; at < 10; at += 1) {
    await world.as('carol').issues.createComment({ ...ACCESS, issue_number: number, body: '/gatepass return' });
  }
  await world.settle();
  world.calls.length = 0;
  await relay.send(relay.take('issue_comment.created'));
  // One, and nothing else is asked, however many want it: anybody may comment.
  expect(world.calls.filter((call) => call === DISPATCH)).toHaveLength(1);
  expect(world.calls.filter((call) => call.includes('/comments'))).toEqual([]);
});

fault(21, 'while it rests, breaking the glass is decided and merged', async () => {
  const path = 'requests/orders-db/read-only/glass.yaml';
  const glass = await world.open('erin', { [path]: request({ duration: '1h', breakGlass: 'true' }) });
  const patient = path.replace('glass', 'patient');
  const asked = await world.open('alice', { [patient]: request({ duration: '1h' }) });
  await relay.send(relay.take('pull_request.opened'));
  expect(await world.check(asked)).toBeNull();
  expect(await world.check(glass)).toMatchObject({ status: 'completed', conclusion: 'success' });
  expect(await world.isMerged(glass)).toBe(true);
});

/** Merged by a person, since the gate rests. */
async function held(): Promise<number> {
  const manual = await world.open('carol', { 'requests/orders-db/read-only/held.yaml': request({ duration: '1h' }) });
  const pull = world.hub.state.repositories.get('acme/access')?.pulls.get(manual);
  if (pull === undefined) throw new Error('no pull request');
  Object.assign(pull, { state: 'closed', mergedAt: world.hub.clock.now(), mergeCommitSha: pull.head.sha });
  relay.take('pull_request.opened');
  return manual;
}

fault(21, 'when the time is over, all are decided', async () => {
  world.hub.faults.clear();
  await world.later();
  await world.later();
  for (const number of numbers) {
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
    expect(await world.comments(number)).toBe(1);
  }
});
