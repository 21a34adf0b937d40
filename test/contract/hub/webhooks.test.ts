import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, asApp, asInstallation, git, type TestHub } from '../../support/hub.ts';
import { type Receiver, receiveWebhooks } from '../../support/webhook-receiver.ts';

describe('webhooks', () => {
  let test: TestHub;
  let world: AcmeWorld;
  let receiver: Receiver;

  beforeEach(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub, { rules: false, files: { '.github/workflows/gatepass.yml': null } });
    receiver = await receiveWebhooks(world.gate.webhookSecret);
    test.hub.setWebhookUrl(world.gate.id, receiver.url);
  });
  afterEach(async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
    await receiver.close();
    await test.stop();
  });

  const comment = (number: number, body: string) =>
    world.as('bob').issues.createComment({ ...ACCESS, issue_number: number, body });

  it('tells the life of a pull request, signed', async () => {
    const { number } = await world.ask('alice', test.folder, REQUEST);
    const at = { ...ACCESS, pull_number: number };
    const clone = await world.clone('alice', test.folder);
    await git(clone, 'checkout', '--quiet', REQUEST.branch);
    await writeFile(join(clone, 'note'), 'x\n');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'More');
    await git(clone, 'push', '--quiet', 'origin', REQUEST.branch);
    await world.as('alice').pulls.update({ ...at, title: 'Another title' });
    await test.hub.setDraft('acme', 'access', number, true, 'alice');
    await test.hub.setDraft('acme', 'access', number, false, 'alice');
    const { data: review } = await world.as('bob').pulls.createReview({ ...at, event: 'APPROVE' });
    await world.as('bob').pulls.updateReview({ ...at, review_id: review.id, body: 'limit: 1h' });
    await world.as('alice').pulls.update({ ...at, state: 'closed' });
    await world.as('alice').pulls.update({ ...at, state: 'open' });
    await world.as('bob').pulls.dismissReview({ ...at, review_id: review.id, message: 'no' });
    await world.as('bob').pulls.merge({ ...at, merge_method: 'squash' });
    await test.hub.idle();
    const told = receiver.names();
    const expected = [
      'push',
      'pull_request.opened',
      'pull_request.review_requested',
      'pull_request.synchronize',
      'pull_request.edited',
      'pull_request.converted_to_draft',
      'pull_request.ready_for_review',
      'pull_request_review.submitted',
      'pull_request_review.edited',
      'pull_request.closed',
      'pull_request.reopened',
      'pull_request_review.dismissed',
    ];
    expect([...new Set(told)].sort()).toEqual(expected.sort());
    const closed = receiver.received
      .filter(({ action }) => action === 'closed')
      .map(({ payload }) => payload['pull_request']);
    expect(closed).toMatchObject([{ merged: false }, { merged: true, merged_by: { login: 'bob' } }]);
    const submitted = receiver.received.find(({ action }) => action === 'submitted');
    expect(submitted?.payload).toMatchObject({
      review: { state: 'approved' },
      sender: { login: 'bob' },
      installation: { id: world.gate.installationId },
    });
  });

  it('tells a push with its commits, and comments through their life', async () => {
    const { number, head } = await world.ask('alice', test.folder, REQUEST);
    const { data } = await comment(number, '/gatepass explain');
    await world.as('bob').issues.updateComment({ ...ACCESS, comment_id: data.id, body: '/gatepass retry' });
    await world.as('bob').issues.deleteComment({ ...ACCESS, comment_id: data.id });
    await test.hub.idle();
    const push = receiver.received.find(({ event }) => event === 'push');
    expect(push?.payload).toMatchObject({
      ref: `refs/heads/${REQUEST.branch}`,
      after: head,
      created: true,
      forced: false,
      pusher: { name: 'alice' },
      commits: [{ id: head, added: Object.keys(REQUEST.files), author: { username: 'alice' } }],
    });
    expect(receiver.names().filter((name) => name.startsWith('issue_comment'))).toEqual([
      'issue_comment.created',
      'issue_comment.edited',
      'issue_comment.deleted',
    ]);
  });

  it('tells check runs, and only their App of a button or a re-run', async () => {
    const { head } = await world.ask('alice', test.folder, REQUEST);
    const gate = asInstallation(test.hub, world.gate);
    const { data } = await gate.checks.create({
      ...ACCESS,
      name: 'gatepass',
      head_sha: head,
      conclusion: 'failure',
      output: { title: 'No', summary: 'no' },
    });
    test.hub.requestAction('acme', 'access', data.id, 'retry', 'alice');
    test.hub.rerequest('acme', 'access', data.id, 'bob');
    await test.hub.idle();
    expect(
      receiver.received
        .filter(({ event }) => event === 'check_run')
        .map(({ action, payload }) => [action, payload['requested_action']]),
    ).toEqual([
      ['created', undefined],
      ['completed', undefined],
      ['requested_action', { identifier: 'retry' }],
      ['rerequested', undefined],
    ]);
  });

  it('tells changes of a team', async () => {
    const heidi = world.as('heidi');
    const at = { org: 'acme', team_slug: 'payments-production', username: 'alice' };
    await heidi.teams.addOrUpdateMembershipForUserInOrg(at);
    await heidi.teams.removeMembershipForUserInOrg(at);
    await test.hub.idle();
    expect(receiver.received.map(({ action, payload }) => [action, payload['team'], payload['member']])).toMatchObject([
      ['added', { slug: 'payments-production' }, { login: 'alice' }],
      ['removed', { slug: 'payments-production' }, { login: 'alice' }],
    ]);
  });

  it('sends only what an App listens to, and only to whom the secret verifies', async () => {
    const other = await test.hub.addApp({
      slug: 'deaf',
      permissions: {},
      events: ['membership'],
      webhookUrl: receiver.url,
    });
    await world.ask('alice', test.folder, REQUEST);
    await test.hub.idle();
    expect(test.hub.deliveries(other.id)).toEqual([]);
    await world.as('heidi').teams.addOrUpdateMembershipForUserInOrg({ org: 'acme', team_slug: 'sre', username: 'bob' });
    await test.hub.idle();
    expect(test.hub.deliveries(other.id).map(({ event, statusCode }) => [event, statusCode])).toEqual([
      ['membership', 401],
    ]);
  });

  it('lists deliveries, and sends one again under its GUID', async () => {
    receiver.status = 502;
    await world.ask('alice', test.folder, REQUEST);
    await test.hub.idle();
    const app = asApp(test.hub, world.gate);
    const failed = (await app.apps.listWebhookDeliveries()).data.find(({ event }) => event === 'push');
    expect(failed).toMatchObject({ status_code: 502, redelivery: false });
    receiver.status = 200;
    await app.apps.redeliverWebhookDelivery({ delivery_id: failed?.id ?? 0 });
    await test.hub.idle();
    const again = (await app.apps.listWebhookDeliveries()).data[0];
    expect(again).toMatchObject({ guid: failed?.guid, event: 'push', status: 'OK', redelivery: true });
    const pushes = receiver.received.filter(({ event }) => event === 'push');
    expect(new Set(pushes.map(({ id }) => id)).size).toBe(1);
    expect(pushes).toHaveLength(2);
    const { data } = await app.apps.getWebhookDelivery({ delivery_id: again?.id ?? 0 });
    expect(data.request.payload).toEqual(pushes[0]?.payload);
  });

  describe('with faults', () => {
    let number: number;
    beforeEach(async () => {
      number = (await world.ask('alice', test.folder, REQUEST)).number;
      await test.hub.idle();
      receiver.received.length = 0;
    });
    const bodies = () => receiver.received.map(({ payload }) => (payload['comment'] as { body: string }).body);

    it('drops one, and remembers that it did', async () => {
      test.hub.faults.drop({ event: 'issue_comment' });
      await comment(number, 'one');
      await comment(number, 'two');
      await test.hub.idle();
      expect(bodies()).toEqual(['two']);
      expect(
        test.hub
          .deliveries(world.gate.id)
          .slice(0, 2)
          .map(({ status }) => status),
      ).toEqual(['OK', 'dropped by a fault']);
    });

    it('sends one twice', async () => {
      test.hub.faults.duplicate({ event: 'issue_comment', action: 'created' });
      await comment(number, 'one');
      await test.hub.idle();
      expect(bodies()).toEqual(['one', 'one']);
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    });

    it('sends them out of order', async () => {
      test.hub.faults.reorder({ event: 'issue_comment' }, 2);
      await comment(number, 'one');
      await comment(number, 'two');
      await test.hub.idle();
      expect(bodies()).toEqual(['two', 'one']);
    });

    it('sends one late', async () => {
      test.hub.faults.delay({ event: 'issue_comment' }, 60);
      await comment(number, 'one');
      await comment(number, 'two');
      await test.hub.idle();
      expect(bodies()).toEqual(['two', 'one']);
    });
  });
});
