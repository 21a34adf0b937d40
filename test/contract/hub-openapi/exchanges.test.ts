/**
 * Walks through the whole of the look-alike's API and holds each exchange, and each webhook that follows, against
 * GitHub's own description and GitHub's own payloads. A route that no step visits fails too: it would be unchecked.
 */

import { createSign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleWorkflow, RESTART_PATH, restartWorkflow, SWEEP_PATH } from '../../../hub/actions/example-workflows.ts';
import { type Hub, startHub } from '../../../hub/hub.ts';
import { watchExchanges } from '../../../hub/openapi/exchange.ts';
import { createValidator } from '../../../hub/openapi/validate.ts';
import type { Exchange } from '../../../hub/types.ts';
import { webhookExamples } from './webhook-examples.ts';

const REPO = '/repos/acme/access';
const validator = createValidator({ examples: webhookExamples() });
const watch = watchExchanges('collect', validator);
const visited = new Set<string>();
const webhooks: { readonly name: string; readonly problems: string[] }[] = [];

let hub: Hub;
let folder: string;
const tokens: Record<string, string> = {};

type Body = Record<string, unknown>;

async function as(
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; data: Body }> {
  const response = await fetch(hub.apiUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const data = text === '' ? {} : (JSON.parse(text) as Body);
  if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return { status: response.status, data };
}

const at = (login: string) => (method: string, path: string, body?: unknown) =>
  as(tokens[login] ?? '', method, path, body);

function jwt(app: number, key: string): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const body = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: now - 30, exp: now + 300, iss: app })}`;
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key, 'base64url')}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hub-exchanges-'));
  hub = await startHub({
    directory: folder,
    now: '2026-11-23T10:00:00Z',
    onExchange(exchange: Exchange) {
      if (exchange.route !== null) visited.add(`${exchange.route.method} ${exchange.route.path}`);
      watch.onExchange(exchange);
    },
  });
  hub.state.events.on('webhook', ({ event, action, payload }) => {
    // As an App hears it.
    const sent = JSON.parse(JSON.stringify({ ...payload, installation: { id: 1, node_id: 'n' } })) as unknown;
    const problems = validator.webhook(event, sent);
    webhooks.push({ name: action === null ? event : `${event}/${action}`, problems });
  });
  for (const [login, id] of [
    ['alice', 1001],
    ['bob', 1002],
    ['heidi', 1008],
    ['mallory', 1009],
  ] as const) {
    tokens[login] = hub.addUser({ login, id }).token;
  }
  hub.addOrganization({ login: 'acme', id: 9000, owners: ['heidi'] });
  hub.addTeam('acme', { slug: 'engineering', members: ['alice', 'bob'] });
  hub.addTeam('acme', { slug: 'orders', members: ['bob'], parent: 'engineering' });
  await hub.addRepository({
    owner: 'acme',
    name: 'access',
    files: {
      CODEOWNERS: '/requests/ @acme/orders\n/broken/ nobody-knows\n',
      'README.md': 'access\n',
      [RESTART_PATH]: restartWorkflow(),
      [SWEEP_PATH]: exampleWorkflow(),
    },
    teams: { engineering: 'write' },
  });
});

afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('every exchange of the look-alike is one of GitHub’s', () => {
  let installation: string;
  let appToken: string;

  it('for an App and its installation', async () => {
    const app = await hub.addApp({
      slug: 'gatepass-gate',
      permissions: {
        actions: 'write',
        administration: 'write',
        checks: 'write',
        contents: 'write',
        issues: 'write',
        members: 'write',
        pull_requests: 'write',
        statuses: 'write',
        workflows: 'write',
        organization_administration: 'read',
      },
      events: ['push', 'pull_request'],
      webhookUrl: 'http://127.0.0.1:9/',
    });
    appToken = jwt(app.id, app.privateKey);
    await as(appToken, 'GET', '/app');
    await as(appToken, 'GET', '/app/installations');
    await as(appToken, 'GET', `/app/installations/${app.installationId}`);
    await as(appToken, 'GET', `${REPO}/installation`);
    await as(appToken, 'GET', '/orgs/acme/installation');
    await as(appToken, 'GET', '/app/hook/config');
    const made = await as(appToken, 'POST', `/app/installations/${app.installationId}/access_tokens`, {});
    expect(made.status).toBe(201);
    installation = String(made.data['token']);
    await as(installation, 'GET', '/installation/repositories');
    await as(installation, 'GET', '/apps/gatepass-gate');
    await at('heidi')('GET', '/orgs/acme/installations');
    await as('nobody', 'GET', '/user');
  });

  it('for people and teams', async () => {
    const heidi = at('heidi');
    await heidi('GET', '/user');
    await heidi('GET', '/user/1001');
    await heidi('GET', '/users/alice');
    await heidi('GET', '/users/nobody');
    await heidi('GET', '/orgs/acme');
    await heidi('GET', '/orgs/acme/members');
    await heidi('GET', '/orgs/acme/members/alice');
    await heidi('GET', '/orgs/acme/memberships/alice');
    await heidi('PUT', '/orgs/acme/memberships/mallory', { role: 'member' });
    await heidi('DELETE', '/orgs/acme/memberships/mallory');
    await heidi('GET', '/orgs/acme/teams');
    const team = '/orgs/acme/teams/orders';
    await heidi('GET', team);
    await heidi('GET', `${team}/members`);
    await heidi('GET', `${team}/invitations`);
    await heidi('GET', '/orgs/acme/teams/engineering/teams');
    await heidi('PUT', `${team}/memberships/alice`, { role: 'member' });
    await heidi('GET', `${team}/memberships/alice`);
    await heidi('DELETE', `${team}/memberships/alice`);
    await heidi('GET', `${team}/memberships/alice`);
    await heidi('GET', '/orgs/acme/teams/engineering/repos');
    await heidi('GET', `/orgs/acme/teams/engineering/repos/acme/access`);
  });

  it('for a repository, its files and its git data', async () => {
    const heidi = at('heidi');
    await heidi('GET', REPO);
    await at('mallory')('GET', REPO);
    await heidi('GET', `${REPO}/teams`);
    await heidi('GET', `${REPO}/collaborators`);
    await heidi('GET', `${REPO}/collaborators/alice`);
    await heidi('GET', `${REPO}/collaborators/alice/permission`);
    await heidi('PUT', `${REPO}/collaborators/mallory`, { permission: 'pull' });
    await heidi('DELETE', `${REPO}/collaborators/mallory`);
    await heidi('GET', `${REPO}/codeowners/errors`);
    await heidi('GET', `${REPO}/contents`);
    await heidi('GET', `${REPO}/contents/CODEOWNERS`);
    await heidi('GET', `${REPO}/contents/.github`);
    await heidi('GET', `${REPO}/contents/nowhere`);
    const content = Buffer.from('hello\n').toString('base64');
    const { data } = await heidi('PUT', `${REPO}/contents/hello.txt`, { message: 'hello', content });
    const { sha } = data['content'] as Body;
    await heidi('PUT', `${REPO}/contents/hello.txt`, {
      message: 'again',
      content: Buffer.from('x').toString('base64'),
      sha,
    });
    await heidi('DELETE', `${REPO}/contents/hello.txt`, { message: 'bye', sha });
    const { data: ref } = await heidi('GET', `${REPO}/git/ref/heads/main`);
    const head = String((ref['object'] as Body)['sha']);
    await heidi('GET', `${REPO}/git/ref/heads/none`);
    await heidi('GET', `${REPO}/git/matching-refs/heads/`);
    const { data: commit } = await heidi('GET', `${REPO}/git/commits/${head}`);
    const tree = String((commit['tree'] as Body)['sha']);
    await heidi('GET', `${REPO}/git/trees/${tree}?recursive=1`);
    const { data: blob } = await as(installation, 'POST', `${REPO}/git/blobs`, { content: 'a\n', encoding: 'utf-8' });
    await heidi('GET', `${REPO}/git/blobs/${blob['sha']}`);
    const entry = { path: 'a.txt', mode: '100644', type: 'blob', sha: blob['sha'] };
    const { data: grown } = await as(installation, 'POST', `${REPO}/git/trees`, { base_tree: tree, tree: [entry] });
    const made = { message: 'ledger', tree: grown['sha'], parents: [head] };
    const { data: next } = await as(installation, 'POST', `${REPO}/git/commits`, made);
    await as(installation, 'POST', `${REPO}/git/refs`, { ref: 'refs/heads/gatepass/ledger', sha: head });
    await as(installation, 'PATCH', `${REPO}/git/refs/heads/gatepass/ledger`, { sha: next['sha'], force: false });
    const lost = await as(installation, 'PATCH', `${REPO}/git/refs/heads/gatepass/ledger`, { sha: head, force: false });
    expect(lost.status).toBe(422);
    await as(installation, 'DELETE', `${REPO}/git/refs/heads/gatepass/ledger`);
    await heidi('GET', `${REPO}/branches`);
    await heidi('GET', `${REPO}/branches/main`);
    await heidi('GET', `${REPO}/commits?per_page=2`);
    await heidi('GET', `${REPO}/commits/${head}`);
    await heidi('GET', `${REPO}/compare/${head}...main`);
    await heidi('GET', `${REPO}/activity?ref=refs/heads/main&per_page=100`);
  });

  it('for a pull request from its opening to its merge', async () => {
    const [alice, bob, heidi] = [at('alice'), at('bob'), at('heidi')];
    const { data: ref } = await alice('GET', `${REPO}/git/ref/heads/main`);
    const base = (ref['object'] as Body)['sha'];
    const add = async (branch: string, path: string): Promise<void> => {
      await alice('POST', `${REPO}/git/refs`, { ref: `refs/heads/${branch}`, sha: base });
      const content = Buffer.from('duration: 2h\n').toString('base64');
      await alice('PUT', `${REPO}/contents/${path}`, { message: 'Ask', content, branch });
    };
    await add('ask', 'requests/a.yaml');
    const opened = await alice('POST', `${REPO}/pulls`, { title: 'Ask', head: 'ask', base: 'main', body: 'please' });
    expect(opened.status).toBe(201);
    const number = opened.data['number'];
    const sha = (opened.data['head'] as Body)['sha'];
    const pull = `${REPO}/pulls/${number}`;
    await alice('POST', `${REPO}/pulls`, { title: 'Ask', head: 'ask', base: 'main' });
    await alice('GET', `${REPO}/pulls?state=all&head=acme:ask`);
    await alice('GET', pull);
    await alice('PATCH', pull, { title: 'Ask again' });
    await alice('GET', `${pull}/files`);
    await alice('GET', `${pull}/commits`);
    await alice('GET', `${pull}/merge`);
    await alice('GET', `${REPO}/commits/${sha}/pulls`);
    await as(installation, 'POST', `${pull}/requested_reviewers`, { reviewers: ['bob'], team_reviewers: ['orders'] });
    await alice('GET', `${pull}/requested_reviewers`);
    await as(installation, 'DELETE', `${pull}/requested_reviewers`, { reviewers: [], team_reviewers: ['orders'] });
    const refused = await alice('POST', `${pull}/reviews`, { event: 'APPROVE' });
    expect(refused.status).toBe(422);
    const { data: first } = await bob('POST', `${pull}/reviews`, { event: 'APPROVE', body: 'limit: 1h' });
    await bob('GET', `${pull}/reviews`);
    await bob('GET', `${pull}/reviews/${first['id']}`);
    await bob('PUT', `${pull}/reviews/${first['id']}`, { body: 'limit: 2h' });
    await heidi('PUT', `${pull}/reviews/${first['id']}/dismissals`, { message: 'stale', event: 'DISMISS' });
    const { data: draft } = await bob('POST', `${pull}/reviews`, { body: 'thinking' });
    await bob('POST', `${pull}/reviews/${draft['id']}/events`, { event: 'COMMENT', body: 'thought' });
    await checks(String(sha));
    await comments(Number(number));
    await heidi('PUT', `${REPO}/contents/other.txt`, { message: 'Other', content: '' });
    await alice('PUT', `${pull}/update-branch`, {});
    await hub.idle();
    await hub.setDraft('acme', 'access', Number(number), true, 'alice');
    await hub.setDraft('acme', 'access', Number(number), false, 'alice');
    const conflict = await as(installation, 'PUT', `${pull}/merge`, { sha: base, merge_method: 'squash' });
    expect(conflict.status).toBe(409);
    const { data: now } = await alice('GET', pull);
    const merged = await as(installation, 'PUT', `${pull}/merge`, {
      sha: (now['head'] as Body)['sha'],
      merge_method: 'squash',
    });
    expect(merged.status).toBe(200);
    await alice('GET', pull);
    await alice('GET', `${pull}/merge`);
    await alice('GET', `${REPO}/issues/${number}/events`);
    await alice('GET', `${REPO}/issues/${number}/timeline`);
    await add('ask-2', 'requests/b.yaml');
    const { data: second } = await alice('POST', `${REPO}/pulls`, {
      title: 'Ask 2',
      head: 'ask-2',
      base: 'main',
      draft: true,
    });
    await alice('PATCH', `${REPO}/pulls/${second['number']}`, { state: 'closed' });
    await alice('PATCH', `${REPO}/pulls/${second['number']}`, { state: 'open' });
  });

  async function checks(head_sha: string): Promise<void> {
    const output = {
      title: 'needs bob',
      summary: 'one owner',
      annotations: [
        { path: 'requests/a.yaml', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'too long' },
      ],
    };
    const { data } = await as(installation, 'POST', `${REPO}/check-runs`, {
      name: 'gatepass',
      head_sha,
      status: 'in_progress',
      output,
    });
    const run = `${REPO}/check-runs/${data['id']}`;
    await as(installation, 'GET', `${REPO}/check-suites/${(data['check_suite'] as Body)['id']}`);
    const actions = [{ label: 'Retry', description: 'Decide again', identifier: 'retry' }];
    await as(installation, 'PATCH', run, { status: 'completed', conclusion: 'failure', output, actions });
    await as(installation, 'GET', run);
    await as(installation, 'GET', `${run}/annotations`);
    await as(installation, 'GET', `${REPO}/commits/${head_sha}/check-runs`);
    await as(installation, 'POST', `${run}/rerequest`);
    hub.requestAction('acme', 'access', Number(data['id']), 'retry', 'alice');
    await as(installation, 'POST', `${REPO}/statuses/${head_sha}`, {
      state: 'pending',
      context: 'ci',
      description: 'soon',
    });
    await as(installation, 'GET', `${REPO}/commits/${head_sha}/status`);
    await as(installation, 'GET', `${REPO}/commits/${head_sha}/statuses`);
    expect((await at('alice')('POST', `${REPO}/check-runs`, { name: 'gatepass', head_sha })).status).toBe(403);
  }

  async function comments(number: number): Promise<void> {
    const { data } = await as(installation, 'POST', `${REPO}/issues/${number}/comments`, { body: 'what happens next' });
    const comment = `${REPO}/issues/comments/${data['id']}`;
    await as(installation, 'PATCH', comment, { body: 'what happened' });
    await as(installation, 'GET', comment);
    await as(installation, 'GET', `${REPO}/issues/${number}`);
    await as(installation, 'PATCH', `${REPO}/issues/${number}`, { title: 'Ask for a while' });
    await as(installation, 'POST', `${REPO}/issues/${number}/labels`, { labels: ['gatepass'] });
    await as(installation, 'GET', `${REPO}/issues/${number}/comments`);
    await as(installation, 'GET', `${REPO}/issues/comments`);
    const opened = await as(installation, 'POST', `${REPO}/issues`, { title: 'Look', body: 'b', labels: ['gatepass'] });
    const issue = `${REPO}/issues/${opened.data['number']}`;
    await as(installation, 'GET', `${REPO}/issues`);
    await as(installation, 'GET', issue);
    await as(installation, 'POST', `${issue}/comments`, { body: 'news' });
    await as(installation, 'PATCH', issue, { state: 'closed' });
    await as(installation, 'PATCH', issue, { state: 'open' });
    const { data: said } = await at('alice')('POST', `${REPO}/issues/${number}/comments`, {
      body: '/gatepass explain',
    });
    await as(installation, 'POST', `${REPO}/issues/comments/${said['id']}/reactions`, { content: '+1' });
    await as(installation, 'GET', `${REPO}/issues/comments/${said['id']}/reactions`);
    await at('alice')('DELETE', `${REPO}/issues/comments/${said['id']}`);
  }

  it('for rulesets', async () => {
    const heidi = at('heidi');
    const ruleset = {
      name: 'requests',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/release/*'], exclude: [] } },
      rules: [
        { type: 'deletion' },
        {
          type: 'required_status_checks',
          parameters: {
            strict_required_status_checks_policy: false,
            required_status_checks: [{ context: 'gatepass', integration_id: 1 }],
          },
        },
      ],
    };
    const { data } = await heidi('POST', `${REPO}/rulesets`, ruleset);
    await heidi('GET', `${REPO}/rulesets`);
    await heidi('GET', `${REPO}/rulesets/${data['id']}`);
    await heidi('PUT', `${REPO}/rulesets/${data['id']}`, { enforcement: 'disabled' });
    await heidi('GET', `${REPO}/rules/branches/main`);
    await heidi('GET', '/orgs/acme/rulesets');
    await heidi('DELETE', `${REPO}/rulesets/${data['id']}`);
  });

  it('for environments and what Actions may do', async () => {
    const heidi = at('heidi');
    hub.setEnvironment('acme', 'access', 'gatepass', ['main']);
    hub.setEnvironment('acme', 'access', 'open', null);
    await heidi('GET', `${REPO}/environments`);
    await heidi('GET', `${REPO}/environments/open`);
    const { data } = await heidi('GET', `${REPO}/environments/gatepass/deployment-branch-policies`);
    expect(data).toMatchObject({ branch_policies: [{ name: 'main' }] });
    expect((await heidi('GET', `${REPO}/branches/main/protection`)).status).toBe(404);
    const subject = await heidi('GET', `${REPO}/actions/oidc/customization/sub`);
    expect(subject.data).toMatchObject({ use_default: true, use_immutable_subject: true });
    const path = `${REPO}/actions/permissions/workflow`;
    await heidi('PUT', path, { can_approve_pull_request_reviews: true });
    expect((await heidi('GET', path)).data).toMatchObject({ can_approve_pull_request_reviews: true });
  });

  it('for workflows and their runs', async () => {
    const workflow = `${REPO}/actions/workflows/restart.yml`;
    await as(installation, 'GET', `${REPO}/actions/workflows`);
    await as(installation, 'GET', workflow);
    const inputs = { region: 'eu-west-1', gatepass: 'g-1' };
    const body = { ref: 'main', inputs, return_run_details: true };
    await as(installation, 'PUT', `${workflow}/disable`);
    expect((await as(installation, 'POST', `${workflow}/dispatches`, body)).status).toBe(422);
    await as(installation, 'PUT', `${workflow}/enable`);
    const { status, data } = await as(installation, 'POST', `${workflow}/dispatches`, body);
    expect(status).toBe(200);
    expect((await as(installation, 'POST', `${workflow}/dispatches`, { ref: 'main', inputs })).status).toBe(204);
    await as(installation, 'GET', `${REPO}/actions/runs/${data['workflow_run_id']}`);
    await hub.idle();
    const run = `${REPO}/actions/runs/${data['workflow_run_id']}`;
    const { data: done } = await as(installation, 'GET', run);
    expect(done).toMatchObject({
      conclusion: 'success',
      display_title: 'restart eu-west-1 [g-1]',
      event: 'workflow_dispatch',
    });
    expect(hub.runs('acme', 'access').find(({ id }) => id === data['workflow_run_id'])?.log).toBe(
      'restarted checkout in eu-west-1 for g-1\n',
    );
    const left = [...hub.state.tokens.values()].filter(
      ({ actor }) => actor.kind === 'installation' && actor.app.slug === 'github-actions',
    );
    expect(left).toEqual([]);
    const { data: jobs } = await as(installation, 'GET', `${run}/jobs`);
    await as(installation, 'GET', `${REPO}/actions/jobs/${(jobs['jobs'] as Body[])[0]?.['id']}`);
    expect((await as(installation, 'POST', `${run}/cancel`)).status).toBe(409);
    await as(installation, 'GET', `${REPO}/actions/runs?per_page=1&page=2&event=push&created=2026-11-23T10:00:00Z`);
    await as(installation, 'GET', `${workflow}/runs?status=success`);
    await as(installation, 'POST', `${REPO}/dispatches`, { event_type: 'wake', client_payload: { due: true } });
  });

  it('for webhook deliveries', async () => {
    await hub.idle();
    const list = (await as(appToken, 'GET', '/app/hook/deliveries')) as unknown as { data: Body[] };
    const id = list.data[0]?.['id'];
    await as(appToken, 'GET', `/app/hook/deliveries/${id}`);
    await as(appToken, 'POST', `/app/hook/deliveries/${id}/attempts`);
    await as(installation, 'DELETE', '/installation/token');
    await hub.idle();
  });

  it('in each request, answer and webhook', () => {
    expect(watch.problems).toEqual([]);
    expect([
      ...new Set(webhooks.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`))),
    ]).toEqual([]);
  });

  it('with no route left unvisited', async () => {
    const { ROUTES } = await import('../../../hub/routes/table.ts');
    const all = [...ROUTES, ...hub.actions.routes].map(({ method, path }) => `${method} ${path}`);
    expect(all.filter((route) => !visited.has(route))).toEqual([]);
  });
});
