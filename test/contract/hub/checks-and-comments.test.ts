import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS, type AcmeWorld, acmeWorld, REQUEST } from '../../support/acme.ts';
import { aHub, asInstallation, refusal, type TestHub } from '../../support/hub.ts';

describe('checks and comments', () => {
  let test: TestHub;
  let world: AcmeWorld;
  let number: number;
  let head: string;

  beforeAll(async () => {
    test = await aHub();
    world = await acmeWorld(test.hub, { rules: false });
    ({ number, head } = await world.ask('alice', test.folder, REQUEST));
  });
  afterAll(() => test.stop());

  const gate = () => asInstallation(test.hub, world.gate);
  const annotation = (line: number) => ({
    path: 'requests/a.yaml',
    start_line: line,
    end_line: line,
    annotation_level: 'failure' as const,
    message: 'above 4h',
  });
  const output = { title: 'Denied', summary: '8h is more than 4h' };

  it('keeps a check run to its App and its commit', async () => {
    const { data } = await gate().checks.create({
      ...ACCESS,
      name: 'gatepass',
      head_sha: head,
      status: 'in_progress',
      external_id: 'x',
    });
    expect(data).toMatchObject({
      status: 'in_progress',
      conclusion: null,
      app: { slug: 'gatepass-gate' },
      pull_requests: [{ number }],
    });
    const done = await gate().checks.update({
      ...ACCESS,
      check_run_id: data.id,
      conclusion: 'failure',
      output: { ...output, annotations: [annotation(3)] },
    });
    expect(done.data).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      completed_at: '2026-11-23T10:00:00Z',
      output: { annotations_count: 1 },
    });
    const listed = await gate().checks.listAnnotations({ ...ACCESS, check_run_id: data.id });
    expect(listed.data).toMatchObject([{ path: 'requests/a.yaml', start_line: 3 }]);
    const other = await test.hub.addApp({ slug: 'other', permissions: { checks: 'write' } });
    const change = asInstallation(test.hub, other).checks.update({
      ...ACCESS,
      check_run_id: data.id,
      conclusion: 'success',
    });
    expect((await refusal(change)).status).toBe(403);
  });

  it('refuses a check run by a person', async () => {
    const { status, message } = await refusal(
      world.as('heidi').checks.create({ ...ACCESS, name: 'gatepass', head_sha: head }),
    );
    expect([status, message]).toEqual([403, expect.stringContaining('You must authenticate via a GitHub App')]);
  });

  it.each([
    ['51 annotations', { ...output, annotations: Array.from({ length: 51 }, (_, line) => annotation(line + 1)) }],
    ['a summary above 65,535 characters', { ...output, summary: 'x'.repeat(65_536) }],
    ['a text above 65,535 characters', { ...output, text: 'x'.repeat(65_536) }],
  ])('refuses %s with 422', async (_name, given) => {
    const { status } = await refusal(
      gate().checks.create({ ...ACCESS, name: 'big', head_sha: head, conclusion: 'failure', output: given }),
    );
    expect(status).toBe(422);
  });

  it('takes 50 annotations and 65,535 characters, and adds up annotations over requests', async () => {
    const annotations = Array.from({ length: 50 }, (_, line) => annotation(line + 1));
    const given = { title: 'Many', summary: 'x'.repeat(65_535), annotations };
    const { data } = await gate().checks.create({
      ...ACCESS,
      name: 'many',
      head_sha: head,
      status: 'in_progress',
      output: given,
    });
    await gate().checks.update({
      ...ACCESS,
      check_run_id: data.id,
      output: { ...output, annotations: [annotation(51)] },
    });
    const all = await gate().paginate(gate().checks.listAnnotations, {
      ...ACCESS,
      check_run_id: data.id,
      per_page: 30,
    });
    expect(all).toHaveLength(51);
  });

  it('lists the latest run of each name unless all are asked for', async () => {
    for (const conclusion of ['failure', 'success'] as const)
      await gate().checks.create({ ...ACCESS, name: 'twice', head_sha: head, conclusion });
    const at = { ...ACCESS, ref: head, check_name: 'twice' };
    const latest = await gate().checks.listForRef(at);
    expect(latest.data.check_runs.map((run) => run.conclusion)).toEqual(['success']);
    expect((await gate().checks.listForRef({ ...at, filter: 'all' })).data.total_count).toBe(2);
  });

  it('takes statuses of writers and sums them up', async () => {
    const bob = world.as('bob');
    for (const state of ['pending', 'success'] as const)
      await bob.repos.createCommitStatus({ ...ACCESS, sha: head, state, context: 'ci' });
    const { data } = await bob.repos.getCombinedStatusForRef({ ...ACCESS, ref: head });
    expect([data.state, data.total_count]).toEqual(['success', 1]);
  });

  it('says which App wrote a comment', async () => {
    const app = await gate().issues.createComment({ ...ACCESS, issue_number: number, body: 'pending' });
    const person = await world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: 'hello' });
    expect(app.data.performed_via_github_app?.slug).toBe('gatepass-gate');
    expect(app.data.user).toMatchObject({ login: 'gatepass-gate[bot]', type: 'Bot' });
    expect(person.data.performed_via_github_app).toBeNull();
    test.hub.clock.set('2026-11-23T10:01:00Z');
    const edited = await gate().issues.updateComment({ ...ACCESS, comment_id: app.data.id, body: 'allowed' });
    expect([edited.data.created_at, edited.data.updated_at]).toEqual(['2026-11-23T10:00:00Z', '2026-11-23T10:01:00Z']);
    const all = await world.as('bob').issues.listComments({ ...ACCESS, issue_number: number });
    expect(all.data.map((comment) => comment.body)).toEqual(['allowed', 'hello']);
  });

  it('refuses a comment above 65,536 characters, and an edit of another’s comment by an App', async () => {
    const long = world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: 'x'.repeat(65_537) });
    expect((await refusal(long)).status).toBe(422);
    const { data } = await world.as('alice').issues.createComment({ ...ACCESS, issue_number: number, body: 'mine' });
    expect((await refusal(gate().issues.updateComment({ ...ACCESS, comment_id: data.id, body: 'x' }))).status).toBe(
      403,
    );
  });

  it('takes one reaction of a kind from each', async () => {
    const { data } = await world
      .as('alice')
      .issues.createComment({ ...ACCESS, issue_number: number, body: '/gatepass retry' });
    const react = () => gate().reactions.createForIssueComment({ ...ACCESS, comment_id: data.id, content: 'eyes' });
    expect([(await react()).status, (await react()).status]).toEqual([201, 200]);
  });

  it('keeps issues among the pull requests, by label and state, and says which App opened one', async () => {
    const asked = { ...ACCESS, title: 'Look', body: 'b', labels: ['urgent'] };
    const { data } = await gate().issues.create(asked);
    expect(data).toMatchObject({ number: number + 1, state: 'open', user: { type: 'Bot' } });
    expect(data.performed_via_github_app?.slug).toBe('gatepass-gate');
    const numbers = async (query: object) =>
      (await gate().issues.listForRepo({ ...ACCESS, ...query })).data.map((issue) => issue.number);
    expect(await numbers({ state: 'all' })).toEqual([data.number, number]);
    expect(await numbers({ labels: 'urgent' })).toEqual([data.number]);
    const at = { ...ACCESS, issue_number: data.number };
    await gate().issues.createComment({ ...at, body: 'news' });
    expect((await gate().issues.listComments(at)).data).toHaveLength(1);
    expect((await gate().issues.update({ ...at, state: 'closed', body: 'over' })).data).toMatchObject({
      state: 'closed',
      body: 'over',
    });
    expect(await numbers({ labels: 'urgent' })).toEqual([]);
    expect((await gate().issues.update({ ...at, state: 'open' })).data.closed_at).toBeNull();
    // Whoever may write here may edit it, as on GitHub.
    expect((await world.as('mallory').issues.update({ ...at, body: 'x' })).data.body).toBe('x');
  });

  it('speaks as GitHub describes', async () => {
    await test.hub.idle();
    expect(test.problems()).toEqual([]);
  });
});
