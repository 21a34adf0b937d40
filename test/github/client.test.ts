import { describe, expect, it } from 'vitest';
import { call, callAll, GitHubError, serverDate } from '../../github/client.ts';
import { wire } from '../support/wire.ts';

const LIST = 'GET /repos/{owner}/{repo}/pulls';
const WHERE = { owner: 'acme', repo: 'access' };

async function errorOf(work: Promise<unknown>): Promise<GitHubError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GitHubError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('call', () => {
  it.each([
    ['absent or hidden', 404, {}, 'not-found', false],
    ['gone', 410, {}, 'not-found', false],
    ['a bad token', 401, {}, 'unauthorized', false],
    ['a missing permission', 403, {}, 'forbidden', false],
    ['the primary rate limit', 403, { 'x-ratelimit-remaining': '0' }, 'rate-limited', true],
    ['the secondary rate limit', 403, { 'retry-after': '30' }, 'rate-limited', true],
    ['too many requests', 429, {}, 'rate-limited', true],
    ['a refused merge', 405, {}, 'not-allowed', false],
    ['a moved head', 409, {}, 'conflict', true],
    ['a refused value', 422, {}, 'unprocessable', false],
    ['an outage', 502, {}, 'server', true],
    ['a teapot', 418, {}, 'unexpected', false],
  ] as const)('names %s', async (_, status, headers, code, isRetryable) => {
    const { github } = wire({ 'GET /repos/acme/access/pulls': { status, headers, body: { message: 'no' } } });
    const error = await errorOf(call(github, LIST, WHERE));
    expect(error).toMatchObject({ code, status, isRetryable });
  });

  it('keeps a connection that broke apart from a server that answered', async () => {
    const { github } = wire({ 'GET /repos/acme/access/pulls': 'network' });
    expect(await errorOf(call(github, LIST, WHERE))).toMatchObject({
      code: 'network',
      status: null,
      isRetryable: true,
    });
  });

  it('remembers how long GitHub asks to wait', async () => {
    const { github } = wire({ 'GET /repos/acme/access/pulls': { status: 429, headers: { 'retry-after': '42' } } });
    expect((await errorOf(call(github, LIST, WHERE))).afterSeconds).toBe(42);
  });
});

describe('callAll', () => {
  const paged = (next: (query: URLSearchParams) => string | null) =>
    wire({
      'GET /repos/acme/access/pulls': ({ query }) => {
        const after = next(query);
        const link = `<https://elsewhere.test/steal?${after}>; rel="next"`;
        return { body: [query.get('after') ?? query.get('page') ?? 'first'], headers: after === null ? {} : { link } };
      },
    });

  it('follows pages by number', async () => {
    const { github } = paged((query) =>
      query.get('page') === '3' ? null : `page=${Number(query.get('page') ?? 1) + 1}`,
    );
    expect(await callAll(github, LIST, WHERE)).toEqual(['first', '2', '3']);
  });

  it('follows pages by cursor, and sends requests nowhere else', async () => {
    const { github, calls } = paged((query) => (query.get('after') === null ? 'after=Y3Vyc29y%3D' : null));
    expect(await callAll(github, LIST, WHERE)).toEqual(['first', 'Y3Vyc29y=']);
    expect(calls()).toEqual(['GET /repos/acme/access/pulls', 'GET /repos/acme/access/pulls']);
  });

  it('is an error, not a shorter list, beyond what it is told to read', async () => {
    const { github } = paged(() => 'page=2');
    expect(await errorOf(callAll(github, LIST, WHERE, { most: 5 }))).toMatchObject({ code: 'truncated' });
  });

  it('is an error when the answer is no list', async () => {
    const { github } = wire({ 'GET /repos/acme/access/pulls': { body: { message: 'moved' } } });
    expect(await errorOf(callAll(github, LIST, WHERE))).toMatchObject({ code: 'unexpected' });
  });

  it('reads a list that is wrapped in a field', async () => {
    const { github } = wire({ 'GET /repos/acme/access/pulls': { body: { check_runs: [1] } } });
    expect(await callAll(github, LIST, WHERE, { under: 'check_runs' })).toEqual([1]);
  });
});

describe('serverDate', () => {
  it.each([
    ['Mon, 23 Nov 2026 10:00:00 GMT', '2026-11-23T10:00:00.000Z'],
    ['soon', null],
    [undefined, null],
  ])('reads %s', (date, at) => {
    expect(serverDate({ status: 200, headers: { date }, data: null })).toBe(at);
  });
});
