import { describe, expect, it } from 'vitest';
import { githubApi, numberIn, textIn } from '../../providers/github-api.ts';
import { type Answer, scriptedGitHub } from '../support/scripted-github.ts';

const failureOf = async (method: 'GET' | 'PUT', answer: Answer) => {
  const { io } = scriptedGitHub({ [`${method} /x`]: answer });
  return githubApi(io)
    .call(method, '/x')
    .then(
      () => 'no error',
      ({ code, retry, effect, afterSeconds }) => ({ code, retry, effect, afterSeconds }),
    );
};
const wait = { retry: 'backoff', effect: 'none' };

describe('what a failure means', () => {
  it.each<[string, 'GET' | 'PUT', Answer, object]>([
    [
      'a burst limit says how long',
      'PUT',
      { status: 403, headers: { 'retry-after': '7' } },
      { code: 'rate-limited', ...wait, afterSeconds: 7 },
    ],
    [
      'a spent quota says until when, on the clock of GitHub',
      'PUT',
      {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '1000000060',
          date: new Date(1_000_000_000_000).toUTCString(),
        },
      },
      { code: 'rate-limited', ...wait, afterSeconds: 60 },
    ],
    [
      'a limit can be said in words alone',
      'GET',
      { status: 403, body: { message: 'You have exceeded a secondary rate limit' } },
      { code: 'rate-limited', ...wait, afterSeconds: 60 },
    ],
    ['429', 'GET', { status: 429 }, { code: 'rate-limited', ...wait, afterSeconds: 60 }],
    ...['99999999999999', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'].map(
      (after): [string, 'GET', Answer, object] => [
        `no more than an hour, whatever a header says: ${after.slice(0, 40)}`,
        'GET',
        { status: 503, headers: { 'retry-after': after, date: new Date(1_000_000_000_000).toUTCString() } },
        { code: 'server', ...wait, afterSeconds: 3600 },
      ],
    ),
    [
      'a quota whose end is in milliseconds by mistake is waited for for an hour',
      'GET',
      {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '1000000060000',
          date: new Date(1_000_000_000_000).toUTCString(),
        },
      },
      { code: 'rate-limited', ...wait, afterSeconds: 3600 },
    ],
    [
      'a limit can say until when, as a date',
      'GET',
      {
        status: 429,
        headers: {
          'retry-after': new Date(1_000_000_090_000).toUTCString(),
          date: new Date(1_000_000_000_000).toUTCString(),
        },
      },
      { code: 'rate-limited', ...wait, afterSeconds: 90 },
    ],
    [
      'a burst limit is no matter of the hour’s quota',
      'PUT',
      {
        status: 403,
        body: { message: 'You have exceeded a secondary rate limit' },
        headers: { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '1000003600' },
      },
      { code: 'rate-limited', ...wait, afterSeconds: 60 },
    ],
    [
      'a spent quota without a clock to read it by is waited for as long as the guide says',
      'PUT',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      { code: 'rate-limited', ...wait, afterSeconds: 60 },
    ],
    [
      '503 can say for how long',
      'PUT',
      { status: 503, headers: { 'retry-after': '120' } },
      { code: 'server', retry: 'backoff', effect: 'unknown', afterSeconds: 120 },
    ],
    [
      '403 without a limit',
      'GET',
      { status: 403, body: { message: 'Resource not accessible by integration' } },
      { code: 'forbidden', retry: 'no', effect: 'none', afterSeconds: null },
    ],
    ['401: the next token is fresh', 'GET', { status: 401 }, { code: 'unauthorized', ...wait, afterSeconds: null }],
    ['404', 'GET', { status: 404 }, { code: 'not-found', retry: 'no', effect: 'none', afterSeconds: null }],
    ['409', 'PUT', { status: 409 }, { code: 'conflict', retry: 'reread', effect: 'none', afterSeconds: null }],
    ['422', 'PUT', { status: 422 }, { code: 'unprocessable', retry: 'no', effect: 'none', afterSeconds: null }],
    ['418', 'GET', { status: 418 }, { code: 'unexpected', retry: 'no', effect: 'none', afterSeconds: null }],
    ['502 to a read', 'GET', { status: 502, body: '<html>' }, { code: 'server', ...wait, afterSeconds: null }],
    [
      '502 to a write may have been carried out',
      'PUT',
      { status: 502 },
      { code: 'server', retry: 'backoff', effect: 'unknown', afterSeconds: null },
    ],
    ['no answer to a read', 'GET', { breaks: true }, { code: 'network', ...wait, afterSeconds: null }],
    [
      'no answer to a write',
      'PUT',
      { breaks: true },
      { code: 'network', retry: 'backoff', effect: 'unknown', afterSeconds: null },
    ],
  ])('%s', async (_, method, answer, expected) => {
    expect(await failureOf(method, answer)).toEqual(expected);
  });

  it('a status that was hoped for is an answer, a limit never is', async () => {
    const { io } = scriptedGitHub({
      'GET /no': { status: 403, body: { message: 'no' } },
      'GET /busy': { status: 403, headers: { 'retry-after': '1' } },
    });
    expect(await githubApi(io).call('GET', '/no', { expected: [403] })).toEqual({
      status: 403,
      data: { message: 'no' },
      message: 'no',
    });
    await expect(githubApi(io).call('GET', '/busy', { expected: [403] })).rejects.toMatchObject({
      code: 'rate-limited',
    });
  });

  it('an answer that breaks off is no answer', async () => {
    const { io } = scriptedGitHub({});
    const broken = async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }));
    const api = githubApi({ ...io, fetch: broken as unknown as typeof fetch });
    await expect(api.call('PUT', '/x')).rejects.toMatchObject({ code: 'network', effect: 'unknown' });
  });

  it('never says the token', async () => {
    const { io } = scriptedGitHub({ 'GET /x': { status: 500 } });
    await expect(githubApi(io).call('GET', '/x')).rejects.toThrow(/^(?!.*the-token)/);
  });
});

describe('lists', () => {
  const next = { link: '<https://github.test/x?page=2>; rel="next", <https://github.test/x?page=9>; rel="last"' };

  it('reads every page', async () => {
    const { io, calls } = scriptedGitHub({
      'GET /x?role=a&per_page=100&page=1': { body: { all: [{ id: 1 }] }, headers: next },
      'GET /x?role=a&per_page=100&page=2': { body: { all: [{ id: 2 }] } },
    });
    expect(await githubApi(io).list('/x?role=a', { under: 'all' })).toEqual([{ id: 1 }, { id: 2 }]);
    expect(calls).toHaveLength(2);
  });

  it('throws rather than give a shorter list', async () => {
    const failing = scriptedGitHub({ 'GET /x?per_page=100&page=1': { body: [{ id: 1 }], headers: next } });
    await expect(githubApi(failing.io).list('/x')).rejects.toMatchObject({ code: 'not-found' });
    const endless = scriptedGitHub({ 'GET /x': { body: [{ id: 1 }], headers: next } });
    await expect(githubApi(endless.io).list('/x')).rejects.toMatchObject({ code: 'truncated' });
    expect(endless.calls).toHaveLength(200);
    const wrong = scriptedGitHub({ 'GET /x': { body: { message: 'hello' } } });
    await expect(githubApi(wrong.io).list('/x')).rejects.toMatchObject({ code: 'unexpected' });
    await expect(githubApi(wrong.io).list('/x', { under: 'all' })).rejects.toMatchObject({ code: 'unexpected' });
  });
});

describe('fields', () => {
  it('are of the kind that is asked for, or an error', () => {
    expect([numberIn({ id: 1 }, 'id'), textIn({ login: 'a' }, 'login')]).toEqual([1, 'a']);
    expect(() => numberIn({ id: '1' }, 'id')).toThrow(/`id`/);
    expect(() => textIn(null, 'login')).toThrow(/`login`/);
  });
});
