import { describe, expect, it } from 'vitest';
import { watchExchanges } from '../../../hub/openapi/exchange.ts';
import { createValidator } from '../../../hub/openapi/validate.ts';
import type { Exchange, Route } from '../../../hub/types.ts';
import { webhookExamples } from './webhook-examples.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const validator = createValidator();
const params = { owner: 'acme', repo: 'access' };
const checkRun = { name: 'gatepass', head_sha: 'a'.repeat(40) };

describe('a request', () => {
  it('of GitHub’s own shape passes', () => {
    const body = { ...checkRun, status: 'completed', conclusion: 'success', output: { title: 't', summary: 's' } };
    expect(validator.request('POST', `${REPOSITORY}/check-runs`, { params, body })).toEqual([]);
    const query = new URLSearchParams({ per_page: '100', state: 'open' });
    expect(validator.request('GET', `${REPOSITORY}/pulls`, { params, query })).toEqual([]);
    const dispatch = { ref: 'main', inputs: { gatepass: 'g-1' }, return_run_details: true };
    expect(
      validator.request('POST', `${REPOSITORY}/actions/workflows/{workflow_id}/dispatches`, {
        params: { ...params, workflow_id: 'restart.yml' },
        body: dispatch,
      }),
    ).toEqual([]);
  });

  it.each([
    [
      'a wrong enum',
      { body: { ...checkRun, status: 'completed', conclusion: 'passed' } },
      /conclusion .*\(action_required, /,
    ],
    [
      'a misspelt key',
      { body: { ...checkRun, detail_url: 'https://x.example' } },
      /\/detail_url is not a key GitHub documents/,
    ],
    [
      'a misspelt key within',
      { body: { ...checkRun, output: { title: 't', summary: 's', sumary: 's' } } },
      /\/output\/sumary is not a key/,
    ],
    ['a missing field', { body: { name: 'gatepass' } }, /must have required property 'head_sha'/],
    ['a wrong type', { body: { ...checkRun, name: 7 } }, /\/name must be string/],
    [
      'an instant that is none',
      { body: { ...checkRun, started_at: 'yesterday' } },
      /\/started_at must match format "date-time"/,
    ],
    [
      'more annotations than GitHub takes',
      {
        body: {
          ...checkRun,
          output: {
            title: 't',
            summary: 's',
            annotations: Array.from({ length: 51 }, () => ({
              path: 'a',
              start_line: 1,
              end_line: 1,
              annotation_level: 'failure',
              message: 'm',
            })),
          },
        },
      },
      /annotations must NOT have more than 50 items/,
    ],
    ['no body', {}, /must have required property 'name'/],
  ])('with %s is reported', (_, request, message) => {
    expect(validator.request('POST', `${REPOSITORY}/check-runs`, { params, ...request }).join('\n')).toMatch(message);
  });

  it.each([
    [
      'an unknown query parameter',
      { params, query: { states: 'open' } },
      /query parameter `states` is not one GitHub documents/,
    ],
    ['a wrong value in the query', { params, query: { state: 'opened' } }, /query parameter .*\(open, closed, all\)/],
    [
      'text where a number belongs',
      { params, query: { per_page: 'many' } },
      /query parameter \/per_page must be integer/,
    ],
    ['a missing path parameter', { params: { owner: 'acme' } }, /path parameter `repo` is missing/],
    ['a body where there is none', { params, body: { state: 'open' } }, /takes none/],
  ])('with %s is reported', (_, request, message) => {
    expect(validator.request('GET', `${REPOSITORY}/pulls`, request).join('\n')).toMatch(message);
  });

  it('to an endpoint that GitHub does not have is reported', () => {
    expect(validator.request('GET', '/repos/{owner}/{repo}/approvals', { params })[0]).toMatch(/not in the extract/);
    expect(validator.has('DELETE', `${REPOSITORY}/pulls`)).toBe(false);
  });
});

describe('an answer', () => {
  const REFERENCE = {
    ref: 'refs/heads/main',
    node_id: 'n',
    url: 'http://127.0.0.1:1/api/v3/repos/acme/access/git/refs/heads/main',
    object: { type: 'commit', sha: 'a'.repeat(40), url: 'http://127.0.0.1:1/api/v3/x' },
  };
  const answer = (status: number, body: unknown): string =>
    validator.response('PATCH', `${REPOSITORY}/git/refs/{ref}`, status, body).join('\n');

  it('of GitHub’s own shape passes', () => {
    expect(answer(200, REFERENCE)).toBe('');
    expect(answer(422, { message: 'Update is not a fast forward', documentation_url: 'https://docs.github.com' })).toBe(
      '',
    );
    expect(answer(404, { message: 'Not Found', documentation_url: 'https://docs.github.com', status: '404' })).toBe('');
    const details = { workflow_run_id: 1, run_url: 'http://127.0.0.1/a', html_url: 'http://127.0.0.1/b' };
    const dispatches = `${REPOSITORY}/actions/workflows/{workflow_id}/dispatches`;
    expect(validator.response('POST', dispatches, 200, details)).toEqual([]);
    expect(validator.response('POST', dispatches, 204, undefined)).toEqual([]);
  });

  it.each([
    [
      'a missing field',
      200,
      { ...REFERENCE, object: { type: 'commit' } },
      /\/object must have required property 'sha'/,
    ],
    ['a misspelt key', 200, { ...REFERENCE, nodeId: 'n' }, /\/nodeId is not a key/],
    ['a status that GitHub never gives', 201, REFERENCE, /status 201 is not documented \(200, /],
    ['no body', 200, undefined, /no JSON body/],
    ['an error that does not say why', 403, { error: 'no' }, /must have required property 'message'/],
    ['an error of a strange shape', 422, { message: 'm', reason: 'r' }, /\/reason is not a key/],
  ])('with %s is reported', (_, status, body, message) => {
    expect(answer(status, body)).toMatch(message);
  });

  it('with a body where GitHub documents none is reported', () => {
    expect(validator.response('DELETE', `${REPOSITORY}/git/refs/{ref}`, 204, {}).join()).toMatch(/documents none/);
  });
});

describe('a webhook', () => {
  const examples = webhookExamples();
  const strict = createValidator({ examples });
  const membership = examples.find(({ name }) => name === 'membership')?.examples[0] as Record<string, unknown>;

  it('as GitHub sends it passes', () => {
    expect(strict.webhook('membership', membership)).toEqual([]);
  });

  it.each([
    ['a wrong enum', { ...membership, scope: 'teams' }, /\/scope must be equal/],
    ['a misspelt key', { ...membership, teem: {} }, /\/teem is not a key/],
    ['a missing field', { ...membership, member: undefined }, /must have required property 'member'|member must be/],
    ['an unknown action', { ...membership, action: 'joined' }, /action `joined` is not in the extract/],
  ])('with %s is reported', (_, payload, message) => {
    expect(strict.webhook('membership', JSON.parse(JSON.stringify(payload))).join('\n')).toMatch(message);
  });

  it('is held against what GitHub really sent where its schema is silent', () => {
    const opened = examples
      .find(({ name }) => name === 'pull_request')
      ?.examples.find((example) => (example as { action?: unknown }).action === 'closed') as Record<string, unknown>;
    expect(strict.webhook('pull_request', opened).join('\n')).not.toMatch(/webhook example/);
    expect(strict.webhook('pull_request', { ...opened, sender: [] }).join('\n')).toMatch(
      /sender is array where GitHub sends object/,
    );
  });

  // Recorded over years, so some lack what GitHub has added since. No other report: the validator invents nothing.
  it('recorded from GitHub differs from the description only by its age', () => {
    const reports = examples.flatMap(({ name, examples: recorded }) =>
      recorded.flatMap((payload) =>
        strict.webhook(name, payload).filter((report) => !report.includes('is not in the extract')),
      ),
    );
    const byAge =
      /must have required property|homepage|web_commit_signoff|custom_properties|team_discussions|check_suite\/deployment|(created|updated)_at must|must match a schema in anyOf/;
    expect(reports.filter((report) => !byAge.test(report))).toEqual([]);
  });
});

describe('a watch over exchanges', () => {
  const route = (method: Route['method'], path: string): Route => ({
    method,
    path,
    needs: 'public',
    handle: () => ({ status: 200 }),
  });
  const exchange = (over: Partial<Exchange>): Exchange => ({
    method: 'GET',
    path: '/repos/acme/access/git/ref/heads/gatepass/ledger',
    query: new URLSearchParams(),
    requestBody: undefined,
    status: 404,
    responseBody: { message: 'Not Found' },
    route: route('GET', `${REPOSITORY}/git/ref/{ref}`),
    ...over,
  });

  it('finds nothing to say of a good one', () => {
    const watch = watchExchanges('throw', validator);
    watch.onExchange(exchange({}));
    expect(watch.problems).toEqual([]);
  });

  it('collects problems once, or throws them', () => {
    const bad = exchange({ query: new URLSearchParams('refs=x') });
    const watch = watchExchanges('collect', validator);
    watch.onExchange(bad);
    watch.onExchange(bad);
    expect(watch.problems).toEqual([
      `GET ${REPOSITORY}/git/ref/{ref} → 404: query parameter \`refs\` is not one GitHub documents`,
    ]);
    expect(() => watchExchanges('throw', validator).onExchange(bad)).toThrow(/not GitHub's API/);
  });

  it('does not hold a request to the schema that was refused for it', () => {
    const watch = watchExchanges('collect', validator);
    const refused = {
      method: 'POST',
      route: route('POST', `${REPOSITORY}/check-runs`),
      path: '/repos/acme/access/check-runs',
    };
    watch.onExchange(exchange({ ...refused, status: 422, requestBody: { nme: 'x' } }));
    expect(watch.problems).toEqual([]);
  });

  it('reports a path that the look-alike does not know', () => {
    const watch = watchExchanges('collect', validator);
    watch.onExchange(exchange({ route: null, path: '/repos/acme/access/approvals?x=1' }));
    expect(watch.problems).toEqual(['GET /repos/acme/access/approvals: no route of the look-alike']);
  });
});
