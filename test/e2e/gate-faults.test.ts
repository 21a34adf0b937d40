import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;
const TWO_HOURS = request({ duration: '2h' });

describe('the gate when GitHub fails', () => {
  let world: GateWorld;

  beforeAll(async () => {
    world = await startGateWorld();
  });
  afterEach(() => world.hub.faults.clear());
  afterAll(() => world.close());

  it('stays in progress, says that GitHub failed, and decides once it answers again', async () => {
    world.hub.faults.answer({ path: /\/reviews/ }, 502);
    const number = await world.open('carol', { [path('outage')]: request({ duration: '1h' }) });
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', title: 'GitHub returned 502, retrying' });
    expect(await world.isMerged(number)).toBe(false);
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  it('is not green for a moment when GitHub fails while an approval comes in', async () => {
    const number = await world.open('alice', { [path('limited')]: TWO_HOURS });
    world.hub.faults.secondaryLimit({ path: /\/files/ }, { retryAfter: 60 });
    await world.review('bob', number, 'APPROVE');
    // Whoever is limited writes nothing more, not even that.
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
    expect(await world.isMerged(number)).toBe(false);
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  it('merges once, though the answer to the merge was lost', async () => {
    world.hub.faults.loseAnswer({ method: 'PUT', path: /\/merge$/ });
    const number = await world.open('carol', { [path('lost')]: request({ duration: '1h' }) });
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
    expect(await world.sticky(number)).toContain('Merged, waiting to be applied');
  });

  it('asks for a new token when the old one is over', async () => {
    world.hub.faults.expireTokens();
    const number = await world.open('carol', { [path('token')]: request({ duration: '1h' }) });
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  it('finds on its patrol what a lost webhook did not tell', async () => {
    world.hub.faults.drop({ event: 'pull_request' }, 5);
    const number = await world.open('carol', { [path('dropped')]: request({ duration: '1h' }) });
    expect(await world.check(number)).toBeNull();
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });

  it('comes to the same end when events come twice and out of order', async () => {
    world.hub.faults.duplicate({ event: 'pull_request' }, 3);
    world.hub.faults.reorder({ event: 'pull_request_review' }, 2);
    const number = await world.open('alice', { [path('order')]: TWO_HOURS });
    await world.as('dan').pulls.createReview({ ...ACCESS, pull_number: number, event: 'COMMENT', body: 'hm' });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
    await world.settle();
    expect(await world.isMerged(number)).toBe(true);
    expect(await world.comments(number)).toBe(1);
  });

  it('decides though somebody has locked the conversation, so that it may not comment', async () => {
    world.hub.faults.answer({ method: 'POST', path: /\/issues\/\d+\/comments$/ }, 403, 100);
    const number = await world.open('alice', { [path('locked')]: TWO_HOURS });
    expect(await world.check(number)).toMatchObject({ title: expect.stringContaining('Waiting for 1 approval') });
    await world.review('bob', number, 'APPROVE');
    expect(await world.isMerged(number)).toBe(true);
  });

  it('turns nothing green when a permission is taken from it', async () => {
    const number = await world.open('alice', { [path('blind')]: TWO_HOURS });
    const app = world.hub.state.apps.get(world.acme.gate.id);
    if (app === undefined) throw new Error('the app is gone');
    const { members: _, ...blind } = app.permissions;
    const before = app.permissions;
    Object.assign(app, { permissions: blind });
    world.hub.faults.expireTokens();
    await world.review('bob', number, 'APPROVE');
    await world.later();
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
    Object.assign(app, { permissions: before });
    world.hub.faults.expireTokens();
    await world.later();
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
  });
});

describe('the gate without a ledger', () => {
  let world: GateWorld;

  beforeAll(async () => {
    world = await startGateWorld({ ledger: false });
  });
  afterAll(() => world.close());

  it('allows no request, and says what to do', async () => {
    const number = await world.open('carol', { [path('none')]: request({ duration: '1h' }) });
    expect(await world.check(number)).toMatchObject({
      status: 'in_progress',
      title: 'Cannot decide yet: the ledger is unreadable',
    });
    expect(await world.sticky(number)).toContain('`gatepass init --ledger`');
    expect(await world.isMerged(number)).toBe(false);
  });

  it('still denies what can never be allowed', async () => {
    const number = await world.open('alice', { [path('long')]: request({ duration: '3d' }) });
    expect(await world.check(number)).toMatchObject({ conclusion: 'failure' });
  });
});

describe('what people can say to the gate', () => {
  let world: GateWorld;
  let merged: number;
  let waiting: number;

  beforeAll(async () => {
    const manual =
      'apiVersion: gatepass/v1\nkind: Settings\nmerge: manual\nmergeMethod: squash\nlapse: 7d\nnotifications: { approvals: false }\n';
    world = await startGateWorld({ files: { 'policies/settings.yaml': manual } });
    merged = await world.open('carol', { [path('done')]: request({ duration: '1h' }) });
    waiting = await world.open('mallory', { [path('wait')]: TWO_HOURS });
  });
  afterAll(() => world.close());

  const say = async (login: 'alice' | 'carol', number: number, body: string) => {
    const { data } = await world.as(login).issues.createComment({ ...ACCESS, issue_number: number, body });
    await world.settle();
    const { data: reactions } = await world
      .as('heidi')
      .reactions.listForIssueComment({ ...ACCESS, comment_id: data.id });
    return reactions.map(({ content }) => content);
  };

  it('leaves the merge to people where the organisation wants that', async () => {
    expect(await world.check(merged)).toMatchObject({ conclusion: 'success' });
    expect(await world.isMerged(merged)).toBe(false);
    await world.as('carol').pulls.merge({ ...ACCESS, pull_number: merged, merge_method: 'squash' });
    await world.settle();
    expect(await world.sticky(merged)).toContain('Merged, waiting to be applied');
  });

  it('asks nobody for a review where the organisation wants that', async () => {
    world.calls.length = 0;
    const path = 'requests/orders-db/read-write/quiet.yaml';
    const number = await world.open('alice', { [path]: request({ duration: '1h' }) });
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
    expect(world.calls.filter((call) => call.includes('requested_reviewers'))).toEqual([]);
  });

  it.each([
    ['explain', '/gatepass explain', ['eyes']],
    ['retry, in the middle of other words', 'hello\n/gatepass retry\nthanks', ['eyes']],
    ['an unknown command', '/gatepass approve', ['confused']],
    ['a return of what is not merged', '/gatepass return', ['confused']],
    ['a quotation', '> /gatepass retry', []],
    ['small talk', 'please /gatepass retry', []],
  ])('answers %s', async (_, body, reactions) => {
    expect(await say('alice', waiting, body)).toEqual(reactions);
  });

  it('starts a sweep for a return, without believing it', async () => {
    world.calls.length = 0;
    expect(await say('carol', merged, '/gatepass return')).toEqual(['eyes']);
    expect(world.calls).toContain('POST /repos/acme/access/actions/workflows/gatepass.yml/dispatches');
  });

  it('decides again when its check is asked to', async () => {
    const check = await world.check(waiting);
    world.calls.length = 0;
    world.hub.rerequest('acme', 'access', check?.id ?? 0, 'alice');
    await world.settle();
    expect(world.calls).toContain(`GET /repos/acme/access/pulls/${waiting}/reviews`);
  });

  it('looks again at everything open when a policy reaches the default branch', async () => {
    const strict =
      'apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - name: stolen laptop\n    subjects: [person:mallory]\n    reason: Incident 77\n';
    const policy = await world.open('bob', { 'policies/locks.yaml': strict });
    await world.review('grace', policy, 'APPROVE');
    await world.as('bob').pulls.merge({ ...ACCESS, pull_number: policy, merge_method: 'squash' });
    await world.settle();
    expect(await world.check(waiting)).toMatchObject({ conclusion: 'failure' });
    expect(await world.sticky(waiting)).toContain('Incident 77');
  });

  it('shows on its health page that it lives and sees GitHub, and names nobody', async () => {
    world.calls.length = 0;
    const response = await fetch(`${world.gate.url}/healthz`);
    expect(response.status).toBe(200);
    const health = await response.json();
    expect(health).toMatchObject({ status: 'alive', github: 'reachable', work: { running: 0, waiting: 0 } });
    expect(JSON.stringify(health)).not.toMatch(/alice|carol|orders/);
    expect(world.calls).toEqual([]);
    expect((await fetch(`${world.gate.url}/healthz`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${world.gate.url}/`)).status).toBe(404);
  });

  it('takes no webhook that GitHub did not sign', async () => {
    const response = await fetch(`${world.gate.url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': '1',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      },
      body: '{}',
    });
    expect(response.status).toBe(400);
  });

  it('keeps no body in memory that anybody sends without end', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': '2',
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
    };
    let sent = 0;
    const endless = new ReadableStream({
      pull(stream) {
        sent += 1;
        if (sent > 16) stream.close();
        else stream.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const options = { method: 'POST', headers, body: endless, duplex: 'half' } as RequestInit;
    await fetch(`${world.gate.url}/api/github/webhooks`, options).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
    expect(sent).toBeLessThan(16);
    expect((await fetch(`${world.gate.url}/healthz`)).status).toBe(200);
  });
});
