import { describe, expect, it } from 'vitest';
import { conditional } from '../../app/conditional.ts';
import type { GitHubResponse } from '../../github/client.ts';

/** A GitHub that answers with an ETag of what it says, and 304 to whoever knows it; errors as Octokit throws them. */
function aGitHub() {
  const told = { body: 'one', token: 'a', date: 0 };
  const statuses: number[] = [];
  const request = async (route: string, parameters: Record<string, unknown> = {}): Promise<GitHubResponse> => {
    const etag = `"${told.body}${told.token}${String(parameters['page'] ?? '')}"`;
    told.date += 1;
    const known = (parameters['headers'] as Record<string, string> | undefined)?.['if-none-match'];
    const date = String(told.date);
    if (route.startsWith('GET ') && known === etag) {
      statuses.push(304);
      throw Object.assign(new Error('Not modified'), { status: 304, response: { headers: { date, etag } } });
    }
    statuses.push(200);
    return { status: 200, headers: { etag, date, link: '<x>; rel="next"' }, data: told.body };
  };
  return { told, statuses, github: conditional({ request }) };
}

const READ = 'GET /repos/{owner}/{repo}/pulls';

describe('conditional requests', () => {
  it('ask whether it is still so, and hand on what was said, with the date of now', async () => {
    const { github, statuses } = aGitHub();
    const first = await github.request(READ, { owner: 'acme' });
    const second = await github.request(READ, { owner: 'acme' });
    const third = await github.request(READ, { owner: 'acme' });
    expect(statuses).toEqual([200, 304, 304]);
    expect([second.data, third.data]).toEqual([first.data, first.data]);
    expect(third).toMatchObject({ status: 200, headers: { date: '3', link: '<x>; rel="next"' } });
  });

  it('never hand on what is not so any more', async () => {
    const { github, told, statuses } = aGitHub();
    await github.request(READ);
    told.body = 'two';
    expect((await github.request(READ)).data).toBe('two');
    expect((await github.request(READ)).data).toBe('two');
    expect(statuses).toEqual([200, 200, 304]);
  });

  it('tell questions apart', async () => {
    const { github, statuses } = aGitHub();
    for (const page of [1, 2, 1, 2]) await github.request(READ, { page });
    expect(statuses).toEqual([200, 200, 304, 304]);
  });

  it('ask in full with another token', async () => {
    const { github, told, statuses } = aGitHub();
    await github.request(READ);
    told.token = 'b';
    await github.request(READ);
    expect(statuses).toEqual([200, 200]);
  });

  it('leave writes alone', async () => {
    const { github, statuses } = aGitHub();
    await github.request('POST /x');
    await github.request('POST /x');
    expect(statuses).toEqual([200, 200]);
  });

  it('pass errors on, a 304 that nobody asked for too', async () => {
    const failing = (status: number) =>
      conditional({ request: () => Promise.reject(Object.assign(new Error('no'), { status })) });
    await expect(failing(502).request(READ)).rejects.toThrow('no');
    await expect(failing(304).request(READ)).rejects.toThrow('no');
  });

  it('remember answers of a bounded size, the newest ones', async () => {
    const { github, told, statuses } = aGitHub();
    told.body = 'x'.repeat(1_000_000);
    for (let page = 0; page < 100; page += 1) await github.request(READ, { page });
    statuses.length = 0;
    for (const page of [99, 90, 80, 0]) await github.request(READ, { page });
    expect(statuses).toEqual([304, 304, 200, 200]);
  });

  it('remember no answer that is too large, and what was kept of it before no more', async () => {
    const { github, told, statuses } = aGitHub();
    await github.request(READ);
    told.body = 'x'.repeat(3_000_000);
    for (let times = 0; times < 2; times += 1) await github.request(READ);
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('remember a bounded number of answers', async () => {
    const { github, statuses } = aGitHub();
    for (let page = 0; page < 2001; page += 1) await github.request(READ, { page });
    statuses.length = 0;
    await github.request(READ, { page: 2000 });
    await github.request(READ, { page: 0 });
    expect(statuses).toEqual([304, 200]);
  });
});
